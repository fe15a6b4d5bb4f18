"""Channels: each has a number for ever, a name that may change, and the unit of all its readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.database import Connection, all_rows


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """`quantity` and canonical `unit`: None until they are known."""

    number: int
    name: str
    quantity: str | None
    unit: str | None


def table(connection: Connection) -> dict[int, ChannelRow]:
    """Every channel there ever was, by number; a name that is damaged can be read all the same."""
    select = "SELECT number, CAST(name AS BLOB), quantity, unit FROM channel ORDER BY number"
    return {
        number: ChannelRow(number, name.decode("utf-8", "replace"), quantity, unit)
        for number, name, quantity, unit in all_rows(connection, select)
    }


def names(connection: Connection) -> dict[int, str]:
    """The present name of each, by number."""
    return {row.number: row.name for row in table(connection).values()}


def number(connection: Connection, wanted: Iterable[str]) -> None:
    """Give a number to each name that has none. Inside the caller's transaction."""
    present = set(names(connection).values())
    new = [(name,) for name in dict.fromkeys(wanted) if name not in present]
    connection.executemany("INSERT INTO channel (name) VALUES (?)", new)


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


def rename(connection: Connection, old: str, new: str) -> None:
    """The channel keeps its number and its readings. Inside the caller's transaction. Raises InputError."""
    present = names(connection).values()
    if old not in present:
        raise InputError(f"no channel {old} in the journal to rename to {new}; it has {', '.join(present)}")
    if new in present:
        raise InputError(f"{new} is a channel of its own, so {old} cannot get its name; choose another")
    connection.execute("UPDATE channel SET name = ? WHERE name = ?", (new, old))
