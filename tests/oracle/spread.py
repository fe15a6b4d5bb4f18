"""spread, one moment at a time."""

from __future__ import annotations

import math

from gateway.screening.rules.limit import Parameters as Limit
from gateway.screening.rules.spread import Parameters
from tests.oracle import limit
from tests.oracle.automaton import Force, Found, Gap, Reading, is_usable
from tests.oracle.exact import decimal


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
    partner: list[Reading],
    partner_gap: Gap,
) -> list[Found]:
    one, other = ([r for r in side if r.usable] for side in (readings, partner))
    one, other = ([r for r in side if r.time >= force.sees_from] for side in (one, other))
    signal = []
    for moment in sorted({r.time for r in one + other if r.time >= force.valid_from}):
        here, there = _held(one, moment, force.gap), _held(other, moment, partner_gap)
        known = here is not None and there is not None
        difference = float(abs(decimal(here) - decimal(there))) if known else math.nan
        signal.append(Reading(moment, difference, is_usable(difference, 0)))
    high = Limit("high", parameters.limit, parameters.deadband, parameters.on_delay_s, parameters.off_delay_s)
    return limit.excursions(signal, high, force)


def _held(side: list[Reading], moment: int, gap: Gap) -> float | None:
    latest = next((r for r in reversed(side) if r.time <= moment), None)
    return latest.value if latest is not None and gap.bridges(latest.time, moment) else None
