"""Which cell of a row each wanted column is, by the words of the header."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import InputError

MOST_SHOWN = 40  # columns of a header


def positions(names: Sequence[str], wanted: Sequence[str | int]) -> dict[str | int, int]:
    """The index of each wanted column. Raises InputError where one is missing or stands there twice."""
    found = {column: _matching(names, column) for column in wanted}
    if missing := [column for column, indices in found.items() if not indices]:
        raise InputError(
            f"no column {', '.join(map(repr, missing))}; the header has "
            f"{', '.join(repr(name[:40]) for name in names[:MOST_SHOWN])}; "
            "check separator, header and skip_lines"
        )
    if doubled := [column for column, indices in found.items() if len(indices) > 1]:
        raise InputError(
            f"two columns are called {', '.join(map(repr, doubled))}; nobody can tell which one is meant: "
            "give the position, from 1 on"
        )
    return {column: indices[0] for column, indices in found.items()}


def has_all(names: Sequence[str], wanted: Sequence[str | int]) -> bool:
    """Whether this row can be the header."""
    return all(_matching(names, column) for column in wanted)


def _matching(names: Sequence[str], column: str | int) -> list[int]:
    """A name as it is comes before a pattern."""
    if isinstance(column, int):
        return [column - 1] if column <= len(names) else []
    exact = [i for i, name in enumerate(names) if name == column]
    if exact or "*" not in column:
        return exact
    return [i for i, name in enumerate(names) if _fits(name, column.split("*"))]


def _fits(name: str, parts: Sequence[str]) -> bool:
    """Whether the name is these parts with anything between them; once through it, however many there are."""
    first, *middle, last = parts
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
