"""What a unit is - product, chain of identity - from the statements about it.

The last word counts, and a statement that leaves it out takes nothing back: neither does a correction.
Another chain of identity than the one that stands is a conflict, unless it corrects a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.statements.effect import Effects
from gateway.traceability.model import Conflict, Containment, Unit

PRODUCT, CHAIN = "product", "chain_of_identity"  # fields of Unit
WHAT = "two chains of identity"


def identity(said: Sequence[Containment], effects: Effects) -> tuple[Unit, list[Conflict]]:
    """The unit as it is known, and the conflicts about its chain. `said`: all about it, in order."""
    if len(said) == 1 and effects.counts(said[0].id):
        return said[0].unit, []
    chain, conflicts = chain_of_identity(said, effects)
    products = kept(said, effects, PRODUCT)
    product = products[-1].unit.product if products else ""
    scheme, code = said[0].unit.key
    unit = Unit(scheme, code, product, chain.unit.chain_of_identity if chain else "")
    return unit, [replace(conflict, unit=unit) for conflict in conflicts]


def chain_of_identity(
    said: Sequence[Containment], effects: Effects
) -> tuple[Containment | None, list[Conflict]]:
    """The statement whose chain of identity stands, and what else was said without correcting it."""
    about_the_unit = {word.id for word in said}
    last: Containment | None = None
    conflicts: list[Conflict] = []
    for word in kept(said, effects, CHAIN):
        if word.corrects in about_the_unit:
            conflicts.clear()
        elif last is not None and word.unit.chain_of_identity != last.unit.chain_of_identity:
            conflicts.append(Conflict(word.unit, last, word, word.from_ns, word.to_ns, WHAT, True))
        last = word
    return last, conflicts


def kept(said: Sequence[Containment], effects: Effects, field: str) -> list[Containment]:
    """Those that name `field` and are in effect, or corrected by one that leaves it out and is kept."""
    passing_on: set[str] = set()  # statements whose corrections leave the field out
    found: list[Containment] = []
    for word in reversed(said):  # corrections come after what they correct
        if not (effects.counts(word.id) or word.id in passing_on):
            continue
        if getattr(word.unit, field):
            found.append(word)
        elif word.corrects:
            passing_on.add(word.corrects)
    return found[::-1]
