"""Channels: each has a number for ever, a name that may change, and the unit of all its readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.database import Connection, all_rows, only_row
from gateway.journal.seal import is_sealed, seal, text


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """`quantity` and canonical `unit`: None until they are known."""

    number: int
    name: str
    quantity: str | None
    unit: str | None


def table(connection: Connection) -> dict[int, ChannelRow]:
    """Every channel there ever was, by number; what is damaged is given as its copy has it."""
    copies = sound_copies(connection)
    called = {row.name for row in copies.values()}
    rows = {n: row for n, row in _rows(connection).items() if n not in copies and row.name not in called}
    return dict(sorted((rows | copies).items()))


def names(connection: Connection) -> dict[int, str]:
    """The present name of each, by number."""
    return {row.number: row.name for row in table(connection).values()}


def written(connection: Connection) -> dict[int, ChannelRow]:
    """By number as they stand there, also in a journal of an older version, which has them once."""
    if only_row(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'channel_copy'")[0]:
        return table(connection)
    return _rows(connection)


def number(connection: Connection, wanted: Iterable[str]) -> None:
    """Give a number to each name that has none. Inside the caller's transaction."""
    present = set(names(connection).values())
    new = [(name,) for name in dict.fromkeys(wanted) if name not in present]
    connection.executemany("INSERT INTO channel (name) VALUES (?)", new)
    _copy(connection, [name for (name,) in new])


def undescribed(
    known: Mapping[int, ChannelRow], meant: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """Those of `meant` (quantity and unit by name) that are not written down yet in `known`.

    Raises InputError where a channel has readings of another quantity or unit under its name.
    """
    rows = {row.name: row for row in known.values()}
    missing, wrong = {}, []
    for name, (quantity, unit) in meant.items():
        row = rows.get(name)
        if row is None or row.quantity is None:
            missing[name] = quantity, unit
        elif (row.quantity, row.unit) != (quantity, unit):
            wrong.append(f"channel {name} is {row.quantity} in {row.unit}, not {quantity} in {unit}")
    if wrong:
        raise InputError(
            f"{'; '.join(wrong)}: what a channel measures never changes under its name; give the new one a "
            "name of its own, and the old one stays with its readings"
        )
    return missing


def describe(connection: Connection, meant: Mapping[str, tuple[str, str]]) -> None:
    """Write down quantity and unit of channels, once and for ever. Inside the caller's transaction."""
    missing = undescribed(table(connection), meant)
    number(connection, missing)
    connection.executemany(
        "UPDATE channel SET quantity = ?, unit = ? WHERE name = ?",
        [(quantity, unit, name) for name, (quantity, unit) in missing.items()],
    )
    _copy(connection, missing)


def rename(connection: Connection, old: str, new: str) -> None:
    """The channel keeps its number and its readings. Inside the caller's transaction. Raises InputError."""
    present = names(connection).values()
    if old not in present:
        raise InputError(f"no channel {old} in the journal to rename to {new}; it has {', '.join(present)}")
    if new in present:
        raise InputError(f"{new} is a channel of its own, so {old} cannot get its name; choose another")
    connection.execute("UPDATE channel SET name = ? WHERE name = ?", (new, old))
    _copy(connection, [new])


# The copies

COPIES: Final = """CREATE TABLE channel_copy (   -- of each row of `channel`: a flipped bit is in one of both
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    quantity TEXT,
    unit TEXT,
    crc INTEGER NOT NULL                    -- seal.py
)"""


def fill(connection: Connection) -> None:
    """For what a version without copies wrote. Inside the caller's transaction."""
    _copy(connection, [row.name for row in _rows(connection).values()])


def damaged(connection: Connection) -> list[str]:
    """In words: which row, or copy of one, is not as it was written."""
    rows, copies = _rows(connection), sound_copies(connection)
    numbers = {n for (n,) in all_rows(connection, "SELECT number FROM channel_copy")}
    return [
        f"the name or unit of channel {number} is damaged; it is {copies[number].name}"
        if number in copies
        else f"the copy of channel {number} is damaged; it is {rows[number].name}"
        if number in rows
        else f"channel {number} is damaged, and its copy, too: nothing says any more which it is"
        for number in sorted(rows.keys() | numbers)
        if number not in copies or rows.get(number) != copies[number]
    ]


def lost(connection: Connection) -> bool:
    """Whether the row of a channel is gone, and its copy damaged: nothing says any more which it is.

    A copy under a wrong number is that of a row that has none.
    """
    numbers = {n for (n,) in all_rows(connection, "SELECT number FROM channel_copy")}
    rows = _rows(connection).keys()
    return len(numbers - rows - sound_copies(connection).keys()) > len(rows - numbers)


def mend(connection: Connection) -> None:
    """Each damaged row by its copy, each damaged copy by its row. Inside the caller's transaction."""
    rows = table(connection)
    connection.execute("DELETE FROM channel")
    connection.execute("DELETE FROM channel_copy")
    values = [(row.number, row.name, row.quantity, row.unit) for row in rows.values()]
    connection.executemany("INSERT INTO channel (number, name, quantity, unit) VALUES (?, ?, ?, ?)", values)
    _copy(connection, [row.name for row in rows.values()])


def _rows(connection: Connection) -> dict[int, ChannelRow]:
    """As they stand there; a name that is damaged can be read all the same."""
    select = "SELECT number, CAST(name AS BLOB), quantity, unit FROM channel ORDER BY number"
    return {
        number: ChannelRow(number, name.decode("utf-8", "replace"), quantity, unit)
        for number, name, quantity, unit in all_rows(connection, select)
    }


def sound_copies(connection: Connection) -> dict[int, ChannelRow]:
    """Those that are as they were written, by number."""
    select = (
        "SELECT number, CAST(name AS BLOB), CAST(quantity AS BLOB), CAST(unit AS BLOB), crc FROM channel_copy"
    )
    return {
        number: ChannelRow(number, text(name), _text(quantity), _text(unit))
        for number, name, quantity, unit, crc in all_rows(connection, select)
        if crc is not None and is_sealed(crc, name, number, quantity, unit)
    }


def _text(blob: bytes | None) -> str | None:
    return None if blob is None else text(blob)


def _copy(connection: Connection, wanted: Iterable[str]) -> None:
    """Inside the caller's transaction, behind what was written."""
    known = {row.name: row for row in _rows(connection).values()}
    connection.executemany(
        "INSERT OR REPLACE INTO channel_copy VALUES (?, ?, ?, ?, ?)",
        [
            (row.number, row.name, row.quantity, row.unit, seal(row.name, row.number, row.quantity, row.unit))
            for row in (known[name] for name in dict.fromkeys(wanted))
        ],
    )
