"""Which units each alarm names, in a table beside that of the alarms.

They change seldom and may be 100 000: nobody wants to write them each second while an alarm merely goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from gateway.journal.rows_json import of_json
from gateway.journal.seal import is_sealed, seal, text

SCHEMA: Final = """
CREATE TABLE alarm_units (id TEXT PRIMARY KEY, named TEXT NOT NULL, units_crc INTEGER NOT NULL);
"""
COLUMNS: Final = "CAST(named AS BLOB), units_crc"
UNITS, NAMED = "units", "named"  # where a stored alarm has them (alarming/stored_units.py)

Execute = Callable[..., Any]


class AlarmUnits:
    """Reads and writes the table; writing happens inside the records' transaction."""

    def __init__(self, rows: Execute, write: Execute) -> None:
        self._rows, self._write = rows, write
        self._kept: dict[str, tuple[object, int]] = {}  # of alarms that go on, with their checksum

    def put(self, identity: str, body: Mapping[str, Any], goes_on: bool) -> None:
        """What a stored alarm names, unless exactly that is there already."""
        named = _named(body)
        if named is None:
            return
        kept, crc = self._kept.pop(identity, (None, 0))
        told = "" if kept is named else json.dumps(named, ensure_ascii=False)
        crc = crc if kept is named else seal(told, identity)
        if self._crc_of(identity) != crc:
            told = told or json.dumps(named, ensure_ascii=False)
            self._write("INSERT OR REPLACE INTO alarm_units VALUES (?, ?, ?)", (identity, told, crc))
        if goes_on:
            self._kept[identity] = named, crc

    def damaged(self, after: int, most: int) -> tuple[dict[int, str], int | None]:
        """Rows among the next `most` behind `after`, and behind which to go on; None at the end."""
        select = f"SELECT rowid, CAST(id AS BLOB), {COLUMNS} FROM alarm_units"
        rows = self._rows(f"{select} WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, most))
        damaged = {number: text(i) for number, i, named, crc in rows if not is_sealed(crc, named, text(i))}
        return damaged, rows[-1][0] if len(rows) == most else None

    def drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._write("DELETE FROM alarm_units WHERE rowid = ?", (number,))

    def _crc_of(self, identity: str) -> int | None:
        rows = self._rows("SELECT units_crc FROM alarm_units WHERE id = ?", (identity,))
        return rows[0][0] if rows else None


def without_names(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored alarm as its own row has it."""
    if _named(body) is None:
        return body
    return {**body, UNITS: {name: value for name, value in body[UNITS].items() if name != NAMED}}


def with_names(body: dict[str, Any], identity: str, named: object, crc: object) -> dict[str, Any] | None:
    """The whole again; None where its names are damaged, or gone."""
    if not isinstance(body.get(UNITS), dict):  # unknown, or from before they had a table
        return body
    if not isinstance(named, bytes) or not is_sealed(crc, named, identity):
        return None
    body[UNITS][NAMED] = of_json(named)
    return body


def _named(body: Mapping[str, Any]) -> object:
    units = body.get(UNITS)
    return units[NAMED] if isinstance(units, Mapping) else None
