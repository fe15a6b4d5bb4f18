"""Channels: each name has a number in the journal, given out at first sight and never again."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.journal.database import Connection, all_rows


def names(connection: Connection) -> dict[int, str]:
    """Every channel ever named, by number; a name that is damaged can be read all the same."""
    rows = all_rows(connection, "SELECT number, CAST(name AS BLOB) FROM channel ORDER BY number")
    return {number: name.decode("utf-8", "replace") for number, name in rows}


def number(connection: Connection, wanted: Iterable[str]) -> None:
    """Give a number to each name that has none. Inside the caller's transaction."""
    present = set(names(connection).values())
    new = [(name,) for name in dict.fromkeys(wanted) if name not in present]
    connection.executemany("INSERT INTO channel (name) VALUES (?)", new)
