"""The whole of screening, slowly: every excursion of a plan, from readings in any order."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

from gateway.model import Samples
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Instance, Plan, Version
from gateway.times import format_rfc3339
from tests.oracle import plausible
from tests.oracle.automaton import Force, Found, Reading, is_usable

Row = tuple[int, int, float, int]  # time, channel, value, quality


def rows(samples: Samples) -> list[Row]:
    columns = (samples.time, samples.channel, samples.value, samples.quality)
    return list(zip(*(c.tolist() for c in columns), strict=True))


def decide(same_moment: list[Row]) -> Row:
    """One reading of all that a channel has at one time."""
    kinds: list[tuple[float | None, int]] = []
    for _, _, value, quality in same_moment:
        usable = is_usable(value, quality)
        kind = (value if usable else None, quality if usable or quality > 1 else 2)
        if kind not in kinds:
            kinds.append(kind)
    best_quality = min(quality for _, quality in kinds)
    values = [value for value, quality in kinds if quality == best_quality and value is not None]
    value = max(values, default=math.nan)
    conflict = len(kinds) > 1 and best_quality <= 1
    return same_moment[0][0], same_moment[0][1], value, 1 if conflict else best_quality


def channel_readings(raw: list[Row], channel: int) -> list[Reading]:
    """A channel's readings, oldest first, conflicts decided."""
    by_time: dict[int, list[Row]] = {}
    for row in raw:
        if row[1] == channel:
            by_time.setdefault(row[0], []).append(row)
    decided = [decide(by_time[time]) for time in sorted(by_time)]
    return [Reading(time, value + 0.0, is_usable(value, quality)) for time, _, value, quality in decided]


def excursions(plan: Plan, raw: list[Row], now: int | None = None) -> list[tuple]:
    """Everything `comparable` says, for every excursion of the plan, sorted."""
    gaps = {c.channel: plausible.gap_of(c) for c in plan.channels}
    made = []

    def told(channel: int) -> list[Reading]:
        return channel_readings(raw, channel)

    for instance in plan.instances:
        if instance.kind == "plausible":
            continue
        twin = importlib.import_module(f"tests.oracle.{instance.kind}")
        readings = plausible.marked(plan, instance.channel, told)
        parameters: Any = instance.parameters
        more: tuple = ()
        if instance.kind == "spread":
            partner = next(c for c in plan.channels if c.name == parameters.partner)
            theirs = plausible.marked(plan, partner.channel, told)
            more = (theirs, gaps[partner.channel])
        if instance.kind == "budget":
            instance = _with_stated(instance, plan)
        sees_from = instance.valid_from_ns if instance.sees_from_ns is None else instance.sees_from_ns
        expected = sees_from if instance.expected_from_ns is None else instance.expected_from_ns
        bounds = instance.valid_from_ns, instance.valid_to_ns, sees_from
        heard_from = None if expected == -(2**63) else expected
        force = Force(gaps[instance.channel], *bounds, heard_from, now, instance.ends_by)
        for found in twin.excursions(readings, instance.parameters, force, *more):
            made.append(_comparable_found(instance, found, now))
    return sorted(made, key=_order)


def _with_stated(instance: Instance, plan: Plan) -> Instance:
    """The rule as if its resets had all been among its parameters."""
    parameters: Any = instance.parameters
    stated = [r.at_ns for r in plan.resets if (r.channel, r.rule) == (instance.channel, instance.rule)]
    resets = (*parameters.resets, *map(format_rfc3339, stated))
    return replace(instance, parameters=replace(parameters, resets=resets))


def comparable(found: list[Excursion]) -> list[tuple]:
    """Published excursions in the oracle's terms: nothing that depends on history, nothing withdrawn."""
    return sorted(
        (
            (
                (e.channel, e.rule, e.versions, e.severity, e.ended_by),
                (e.start_ns, e.confirmed_ns, e.end_ns, e.cleared_ns),
                (e.extreme, e.extreme_at_ns),
                (e.beyond_ns, e.degree_seconds),
                (e.readings, e.unproven_ns, e.contains_gap, e.first_ns, e.last_ns),
            )
            for e in found
            if not e.withdrawn
        ),
        key=_order,
    )


def _comparable_found(instance: Instance, found: Found, now: int | None) -> tuple:
    degree_seconds = None if found.degree is None else found.degree / 1_000_000_000
    lived = _lived(instance, found, now)
    contains_gap = found.unproven > 0 or found.readings == 0
    return (
        (instance.channel, instance.rule, *lived),
        (found.start, found.confirmed, found.end, found.cleared),
        (found.extreme, found.extreme_at),
        (found.beyond, degree_seconds),
        (found.readings, found.unproven, contains_gap, found.first, found.last),
    )


def _lived(instance: Instance, found: Found, now: int | None) -> tuple[tuple[str, ...], int, str]:
    """The versions an excursion lived under, the severity of the last one, and why it ended."""
    until = max(found.last, found.confirmed, found.last if now is None else now)
    until = until if found.end is None else found.end - 1
    names, severity = [], instance.severity
    versions = [Version(-(2**63), instance.version, instance.severity), *instance.later, None]
    for one, next_one in pairwise(versions):
        if one.from_ns <= until and (next_one is None or next_one.from_ns > found.start):
            names.append(one.name)
            severity = one.severity
    ended_by = "returned" if found.end != instance.valid_to_ns else instance.ends_by
    return tuple(names), severity, "" if found.end is None else ended_by


def _order(entry: tuple) -> tuple:
    return *entry[0][:2], entry[1][0]
