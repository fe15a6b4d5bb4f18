"""plausible, one reading at a time: what lies outside a range in force is no usable reading."""

from __future__ import annotations

from dataclasses import replace

from gateway.screening.plan import Instance, Plan
from tests.oracle.automaton import Reading


def marked(plan: Plan, channel: int, readings: list[Reading]) -> list[Reading]:
    rules = [i for i in plan.instances if i.channel == channel and i.kind == "plausible"]
    return [replace(r, usable=r.usable and all(_fits(r, rule) for rule in rules)) for r in readings]


def _fits(reading: Reading, rule: Instance) -> bool:
    if not rule.valid_from_ns <= reading.time < rule.valid_to_ns:
        return True
    return rule.parameters.lowest <= reading.value <= rule.parameters.ceiling
