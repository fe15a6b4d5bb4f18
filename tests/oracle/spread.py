"""spread, one moment at a time."""

from __future__ import annotations

import math

from gateway.screening.rules.limit import Parameters as Limit
from gateway.screening.rules.spread import Parameters
from tests.oracle import limit
from tests.oracle.automaton import Found, Reading, is_usable


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    max_gap: int,
    valid_from: int,
    valid_to: int,
    now: int | None,
    partner: list[Reading],
    partner_gap: int,
) -> list[Found]:
    one, other = ([r for r in side if r.usable] for side in (readings, partner))
    until = _followed(one, other, max(max_gap, partner_gap))
    one, other = ([r for r in side if r.time >= valid_from] for side in (one, other))
    signal = []
    for moment in sorted({r.time for r in one + other if r.time <= until}):
        here, there = _held(one, moment, max_gap), _held(other, moment, partner_gap)
        known = here is not None and there is not None
        difference = abs(here - there) if known else math.nan
        signal.append(Reading(moment, difference, is_usable(difference, 0)))
    high = Limit("high", parameters.limit, parameters.deadband, parameters.on_delay_s, parameters.off_delay_s)
    return limit.excursions(signal, high, max_gap, valid_from, valid_to, now)


def _followed(one: list[Reading], other: list[Reading], gap: int) -> int:
    """How far both channels are known, or the gap behind the one that is ahead."""
    ends = [side[-1].time for side in (one, other) if side]
    if not ends:
        return -(2**63)
    return max(max(ends) - gap, min(ends) if len(ends) == 2 else -(2**63))


def _held(side: list[Reading], moment: int, gap: int) -> float | None:
    latest = next((r for r in reversed(side) if r.time <= moment), None)
    return latest.value if latest is not None and moment - latest.time <= gap else None
