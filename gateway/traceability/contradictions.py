"""Rows that contradict each other, or what was said before: whoever states them hears of it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from gateway.traceability.containment import Containments
from gateway.traceability.model import Conflict, Containment, Emptied

Placed = tuple[str, Containment]
"""Where in the file ("line 3"), and what it says there."""


def contradictions(rows: Sequence[Placed]) -> Iterator[str]:
    """In words, with the places. A row that says again what another says is no contradiction."""
    by_unit: dict[tuple[str, str], list[Placed]] = {}
    for where, row in rows:
        by_unit.setdefault(row.unit.key, []).append((where, row))
    several = [placed for placed in by_unit.values() if len(placed) > 1]
    for of_unit in several:
        yield from _two_ends(of_unit)
    yield from _conflicts(several)


def contradicted(stood: Collection[Conflict], now: Sequence[Conflict]) -> Iterator[str]:
    """In words: statements that what is about to be stated contradicts; both count until people decide."""
    for conflict in now:
        if conflict not in stood:
            unit = conflict.unit
            said = conflict.other if conflict.one.id.startswith("#") else conflict.one  # not stated yet: #
            yield (
                f"{unit.scheme} {unit.code}: this contradicts what {said.words()}; it counts as possibly "
                "inside both until one of the two is corrected or withdrawn"
            )


def _two_ends(of_unit: Sequence[Placed]) -> Iterator[str]:
    first: dict[object, Placed] = {}
    for where, row in of_unit:
        there, before = first.setdefault(row.matter, (where, row))
        if before.to_ns != row.to_ns:
            yield f"{where}, to: {there} says that {row.unit.code} was there from then until another time"


def _conflicts(several: Sequence[Sequence[Placed]]) -> Iterator[str]:
    file = Containments()
    with file.gathering():
        for where, row in (placed for of_unit in several for placed in of_unit):
            file.state(replace(row, id=where))
    for conflict in file.conflicts():
        yield _words(conflict)


def _words(conflict: Conflict) -> str:
    there, where = conflict.statements
    code = conflict.unit.code
    if conflict.is_about_identity:
        return f"{where}, chain_of_identity: {there} says another of {code}"
    return f"{where}, asset: {there} says that {code} was {_place(conflict.one)} at the same time"


def _place(said: Containment | Emptied) -> str:
    return f"in {said.asset}" if said.zone is None else f"in {said.asset}/{said.zone}"
