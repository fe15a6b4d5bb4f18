"""Which excursion of a second screening is which one of those that were published before."""

from __future__ import annotations

from dataclasses import replace

from gateway.screening.excursion import Excursion
from gateway.screening.plan import SUPERSEDED

Pairs = list[tuple[Excursion, Excursion]]
NUMBERS = ("extreme", "extreme_at_ns", "beyond_ns", "degree_seconds", "readings", "first_ns", "last_ns")
GROWING = ("beyond_ns", "degree_seconds", "readings", "unproven_ns", "last_ns")  # while it goes on

OF_A_TAIL = ("beyond_ns", "degree_seconds", "unproven_ns", "contains_gap")


def match(before: list[Excursion], now: list[Excursion]) -> tuple[Pairs, list[Excursion], list[Excursion]]:
    """Pairs of the same start, else of the first that overlaps; what is new; what is gone.

    A withdrawn one comes back only with its own start.
    """
    by_start = {e.start_ns: e for e in sorted(before, key=lambda e: not e.withdrawn)}
    pairs = [(by_start.pop(e.start_ns), e) for e in now if e.start_ns in by_start]
    paired = {id(found) for _, found in pairs}
    taken = {was.id for was, _ in pairs}
    left = [e for e in before if e.id not in taken and not e.withdrawn]
    new = []
    for found in [e for e in now if id(e) not in paired]:
        was = next((e for e in left if _overlap(e, found)), None)
        if was is None:
            new.append(found)
        else:
            left.remove(was)
            pairs.append((was, found))
    return pairs, new, left


def known_as(now: Excursion, before: Excursion) -> Excursion:
    """`now` under the identity of `before`: another revision of it, unless it merely went on."""
    same = replace(now, id=before.id, revision=before.revision, withdrawn=False)
    if same == before or _goes_on(before, same):
        return same
    return replace(same, revision=before.revision + 1)


def _goes_on(before: Excursion, now: Excursion) -> bool:
    """Whether time alone made the one from the other: it was open, and nothing known of it changed."""
    began = (before.start_ns, before.confirmed_ns) == (now.start_ns, now.confirmed_ns)
    if before.ended_by == SUPERSEDED and began and _is_same_but_for_its_tail(before, now):
        return True
    if before.end_ns is not None or before.withdrawn or not began:
        return False
    if before.last_ns == now.last_ns and now.end_ns is None:
        return all(getattr(before, name) == getattr(now, name) for name in NUMBERS)
    return before.first_ns == now.first_ns and all(
        getattr(before, name) is None or getattr(before, name) <= getattr(now, name) for name in GROWING
    )


def _is_same_but_for_its_tail(before: Excursion, now: Excursion) -> bool:
    """The clock ended it; the first reading from then on says what the line to it was like until the end."""
    tail = {name: getattr(now, name) for name in OF_A_TAIL}
    return replace(before, **tail) == now and before.unproven_ns > now.unproven_ns


def _overlap(one: Excursion, other: Excursion) -> bool:
    before_end = other.end_ns is None or one.start_ns < other.end_ns
    return before_end and (one.end_ns is None or other.start_ns < one.end_ns)
