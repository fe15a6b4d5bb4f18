"""plausible, one reading at a time: what lies outside a range in force is no usable reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.screening.plan import ChannelPlan, Plan
from gateway.screening.rules.plausible import FREEZES_DEGC, HIGHEST_AMBIENT_PA, LN2_DEGC, LN2_PA, Parameters
from tests.oracle.automaton import Gap, Reading

Told = Callable[[int], list[Reading]]  # what a channel's devices said, oldest first


def marked(plan: Plan, channel: int, told: Told) -> list[Reading]:
    live = [r for r in _rules(plan, channel) if r.parameters.ln2_pressure_channel is not None]
    made = _in_fixed_ranges(plan, channel, told)
    for rule in live:
        pressure = next(c for c in plan.channels if c.name == rule.parameters.ln2_pressure_channel)
        said = [r for r in _in_fixed_ranges(plan, pressure.channel, told) if r.usable]
        since = rule.valid_from_ns if rule.sees_from_ns is None else rule.sees_from_ns
        said = [r for r in said if r.time >= since]
        made = [replace(r, usable=r.usable and _fits_under(r, rule, said, gap_of(pressure))) for r in made]
    return made


def gap_of(channel: ChannelPlan) -> Gap:
    return Gap(((-(2**63), channel.max_gap_ns), *channel.later_gaps))


def floor_under(parameters: Parameters, pressure: float | None) -> float:
    """The lowest value that is taken."""
    if pressure is None or not LN2_PA[0] <= pressure <= HIGHEST_AMBIENT_PA:
        return parameters.lowest
    k = max(i for i in range(len(LN2_PA) - 1) if LN2_PA[i] <= pressure)
    slope = (LN2_DEGC[k + 1] - LN2_DEGC[k]) / (LN2_PA[k + 1] - LN2_PA[k])
    boils = slope * (pressure - LN2_PA[k]) + LN2_DEGC[k]
    return max(boils - parameters.ln2_tolerance_K, FREEZES_DEGC)


def _rules(plan: Plan, channel: int) -> list[Any]:
    return [i for i in plan.instances if i.channel == channel and i.kind == "plausible"]


def _in_fixed_ranges(plan: Plan, channel: int, told: Told) -> list[Reading]:
    rules = [r for r in _rules(plan, channel) if r.parameters.ln2_pressure_channel is None]
    return [replace(r, usable=r.usable and all(_fits(r, rule) for rule in rules)) for r in told(channel)]


def _fits(reading: Reading, rule: Any) -> bool:
    if not rule.valid_from_ns <= reading.time < rule.valid_to_ns:
        return True
    return rule.parameters.lowest <= reading.value <= rule.parameters.ceiling


def _fits_under(reading: Reading, rule: Any, said: list[Reading], gap: Gap) -> bool:
    if not rule.valid_from_ns <= reading.time < rule.valid_to_ns:
        return True
    latest = next((r for r in reversed(said) if r.time <= reading.time), None)
    held = latest.value if latest is not None and gap.bridges(latest.time, reading.time) else None
    return floor_under(rule.parameters, held) <= reading.value <= rule.parameters.ceiling
