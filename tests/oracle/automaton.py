"""The automaton and the numbers of screening.md, one reading at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Reading:
    """A reading as a rule sees it."""

    time: int
    value: float
    usable: bool


@dataclass(frozen=True)
class Gap:
    """max_gap over time: (from when on, ns), the first of them from the beginning."""

    steps: tuple[tuple[int, int], ...]

    def pieces(self) -> list[tuple[int, int, int]]:
        """(begin, end, ns) of each."""
        ends = [begin for begin, _ in self.steps[1:]] + [2**63]
        return [(begin, end, ns) for (begin, ns), end in zip(self.steps, ends, strict=True)]

    def at(self, moment: int) -> int:
        return next(ns for begin, end, ns in self.pieces() if begin <= moment < end)

    def bridges(self, begin: int, end: int) -> bool:
        """Not longer than any that is in force in [begin, end]."""
        over = [ns for first, last, ns in self.pieces() if first <= end and last > begin]
        return end - begin <= min(over)


@dataclass(frozen=True)
class Force:
    """When a rule is in force, from when on it looks, and what the clock says."""

    gap: Gap
    valid_from: int = -(2**63)
    valid_to: int = 2**63 - 1
    sees_from: int = -(2**63)
    expected_from: int | None = None  # from when on a channel that was never heard is silent
    now: int | None = None
    ends_by: str = "superseded"


@dataclass(frozen=True)
class Flagged:
    """A usable reading, what the rule says of it, and whether unusable ones came just before."""

    time: int
    value: float
    entry: bool
    leave: bool
    blocked: bool


@dataclass
class Found:
    """An excursion in the making; `end` and `cleared` are None while it is open."""

    start: int
    confirmed: int
    end: int | None = None
    cleared: int | None = None
    extreme: float | None = None
    extreme_at: int | None = None
    beyond: int | None = None
    degree: int | None = None  # unit x ns
    unproven: int = 0
    readings: int = 0
    first: int = 0
    last: int = 0


def latch(readings: list[Flagged], on_delay: int, off_delay: int) -> list[Found]:
    """Excursions, oldest first; the last may be open."""
    found: list[Found] = []
    raw = False
    onset = back = None
    current: Found | None = None
    for reading in readings:
        if reading.entry and not raw:
            raw, onset, back = True, reading.time, None
        elif reading.leave and raw:
            raw, back = False, reading.time
        if raw and current is None and reading.time - onset >= on_delay:
            current = Found(onset, reading.time)
            found.append(current)
        if not raw and current is not None and reading.time - back >= off_delay:
            current.end, current.cleared = back, reading.time
            current = None
    return found


def measure(
    found: Found, readings: list[Flagged], sign: int, limit: float | None, force: Force, every: list[Reading]
) -> None:
    """Fill in the numbers of an excursion from the usable readings its rule has seen; `every` reading of the
    channel says how the last of its lines goes on where the rule ends."""
    gap = force.gap
    inside = [r for r in readings if r.time >= found.start and (found.end is None or r.time < found.end)]
    worst = max(sign * r.value for r in inside)
    found.extreme = sign * worst
    found.extreme_at = next(r.time for r in inside if sign * r.value == worst)
    found.readings, found.first, found.last = len(inside), inside[0].time, inside[-1].time
    if limit is not None:
        found.beyond = found.degree = 0
    for one, other in pairwise(readings):
        if one.time < found.start or (found.end is not None and other.time > found.end):
            continue
        if other.blocked or not gap.bridges(one.time, other.time):
            found.unproven += other.time - one.time
        elif limit is not None:
            beyond, degree = stretch(
                other.time - one.time, sign * one.value - sign * limit, sign * other.value - sign * limit
            )
            found.beyond += beyond
            found.degree += degree
    if found.end == force.valid_to:
        _tail(found, inside[-1], sign, limit, force, every)


def _tail(
    found: Found, last: Flagged, sign: int, limit: float | None, force: Force, every: list[Reading]
) -> None:
    """From the last reading to the end of the rule: on the line to the next reading, if it is of the same
    place and proves anything."""
    after = next((r for r in every if r.time > last.time), None)
    proven = after is not None and after.usable and force.gap.bridges(last.time, after.time)
    if force.ends_by != "superseded" or not proven:
        found.unproven += force.valid_to - last.time
        return
    if limit is None:
        return
    whole, part = after.time - last.time, force.valid_to - last.time
    here, there = sign * last.value, sign * after.value
    line, _ = stretch(whole, here - sign * limit, there - sign * limit)
    begin = 0 if here > sign * limit else whole - line
    found.beyond += max(0, min(begin + line, part) - begin)
    at_end = here + (there - here) * (part / whole)
    found.degree += stretch(part, here - sign * limit, at_end - sign * limit)[1]


def stretch(length: int, before: float, after: float) -> tuple[int, int]:
    """ns and unit x ns above 0 of a straight line from `before` to `after`."""
    if before <= 0 and after <= 0:
        return 0, 0
    if before > 0 and after > 0:
        return length, round(min(0.5 * (before + after) * length, 2.0**62))
    above = max(before, after)
    part = above / (abs(before) + abs(after))
    beyond = length if part == 1.0 else min(length, round(part * length))
    return beyond, round(min(0.5 * above * part * length, 2.0**62))


def seen(readings: list[Reading], force: Force) -> list[Reading]:
    """What a rule is fed."""
    return [r for r in readings if force.valid_from <= r.time < force.valid_to]


def looked_back(readings: list[Reading], force: Force) -> list[tuple[list[Reading], int]]:
    """For each usable reading that a rule is fed: those it may look back on, and which of them it is."""
    back = [r for r in readings if r.usable and force.sees_from <= r.time < force.valid_to]
    return [(back, i) for i, r in enumerate(back) if r.time >= force.valid_from]


def flagged(readings: list[Reading], flags: list[tuple[bool, bool]]) -> list[Flagged]:
    """Usable readings with their (entry, exit) flags; `flags` has one for each usable reading."""
    made = []
    blocked = False
    for reading in readings:
        if reading.usable:
            entry, leave = flags[len(made)]
            made.append(Flagged(reading.time, reading.value, entry, leave, blocked))
            blocked = False
        else:
            blocked = True
    return made


def is_over(every_reading: list[Reading], force: Force) -> bool:
    """Whether a reading, or the clock, shows that the rule is out of force."""
    come = force.now is not None and force.now >= force.valid_to
    return come or any(r.time >= force.valid_to for r in every_reading)


def end_of_force(found: list[Found], every_reading: list[Reading], force: Force) -> None:
    """What is open ends when its rule does."""
    if is_over(every_reading, force):
        for one in found:
            if one.end is None:
                one.end = one.cleared = force.valid_to


def is_usable(value: float, quality: int) -> bool:
    return quality <= 1 and math.isfinite(value) and abs(value) <= 1e9
