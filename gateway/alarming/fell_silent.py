"""Silences of one site that began together, as behind a bridge that died: when most of them are over.

No fault says what the cause was, or that it is over; that half of them talk again does.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import Final

from gateway.alarming.entry import Entry
from gateway.alarms.member import SILENCE
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import AlarmTables
from gateway.model import SECOND

TOGETHER_NS: Final = 120 * SECOND  # as alarms/groups.py has it
ROUND_NS: Final = 10 * SECOND  # those that were raised within so long are looked for together
FEWEST: Final = 3  # assets: of two nobody can say what is most of them
MOST: Final = 50  # assets of which it is counted
MOST_READ: Final = 5000  # alarms of these minutes
MOST_LOOKS: Final = 5  # into the records, each second: they may hold 10 000 alarms of the time


@dataclass(slots=True)
class _Several:
    """`alarms`: of each asset the id of its silence."""

    begin_ns: int
    alarms: dict[str, str]
    end_ns: int = 0  # 0: most of them go on


class FellSilent:
    """By the records of all alarms."""

    def __init__(self, tables: AlarmTables) -> None:
        self._tables = tables
        self._known: dict[tuple[str, int], _Several] = {}
        self._looks = MOST_LOOKS

    def begin_look(self) -> None:
        """A second has passed."""
        self._looks = MOST_LOOKS

    def spell(self, entry: Entry, going_on: Collection[str], now_ns: int) -> tuple[int, int] | None:
        """From when until when most of those that fell silent with it were; None: they are, or it was alone.

        `going_on`: ids of alarms whose cause does.
        """
        raised_ns, site = entry.alarm.raised_ns, entry.place.site
        if not site or now_ns - raised_ns <= TOGETHER_NS + ROUND_NS:
            return None
        key = site, raised_ns // ROUND_NS
        if key not in self._known and self._looks:
            self._looks -= 1
            self._known[key] = self._find(site, key[1] * ROUND_NS)
        several = self._known.get(key)
        if several is None or len(several.alarms) < FEWEST:
            return None
        if not several.end_ns:
            self._look_at(several, going_on)
        return (several.begin_ns, several.end_ns) if several.end_ns else None

    def forget(self, raised_ns: Collection[int]) -> None:
        """All but those that were raised then."""
        rounds = {moment // ROUND_NS for moment in raised_ns}
        self._known = {key: one for key, one in self._known.items() if key[1] in rounds}

    def _find(self, site: str, about_ns: int) -> _Several:
        rows = self._tables.raised_within(about_ns - TOGETHER_NS, about_ns + ROUND_NS + TOGETHER_NS)
        mine = [
            row
            for row in islice(rows, MOST_READ)
            if row.body["place"].get("site") == site
            and row.body.get("excursion", {}).get("kind") == SILENCE
            and not row.body["excursion"]["withdrawn"]
        ]
        alarms = {str(row.body["place"]["asset"]): row.id for row in mine}
        begin_ns = min((row.raised_ns for row in mine), default=0)
        return _Several(begin_ns, dict(islice(alarms.items(), MOST)))

    def _look_at(self, several: _Several, going_on: Collection[str]) -> None:
        over = [one for one in several.alarms.values() if one not in going_on]
        half = -(-len(several.alarms) // 2)
        if len(over) < half:
            return
        rows = self._tables.some(over)
        ends = sorted(end for row in rows if (end := row.body["excursion"]["end_ns"]) is not None)
        if len(ends) >= half:
            several.end_ns = ends[half - 1]
