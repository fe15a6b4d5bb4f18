"""Which alarms the readings of a file mean by themselves: who imports it should not be surprised by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.alarming.course import plan_over
from gateway.alarming.plan import plan
from gateway.config.timeline import Timeline
from gateway.config.types import Configuration
from gateway.model import Samples
from gateway.published.urgency import SEVERITIES
from gateway.questions.replay import excursions
from gateway.screening.plan import Plan
from gateway.writing.conversion import conversions, settled


def alarms_in(
    configuration: Configuration, numbers: Mapping[str, int], samples: Samples, timeline: Timeline | None
) -> list[dict[str, Any]]:
    """For each channel and rule how many, the most severe first, by these readings alone.

    They are judged as screening will: each by the limits of its time, a channel that no gateway has run with
    yet by those of the configuration. `numbers`: of the channels that the file has.
    """
    known = _known(numbers, timeline)
    new = {number: number for number in numbers.values() if number not in known.values()}
    judged = settled(
        samples.sorted(), conversions([configuration.channels[name] for name in numbers], numbers)
    )
    found = []
    if timeline is not None and known:
        found += excursions(_only(plan_over(timeline), known), judged)
    if new:
        others = {name: -1 - k for k, name in enumerate(configuration.channels)}
        found += excursions(_only(plan(configuration, {**others, **numbers}), new), judged)
    names = {number: name for name, number in numbers.items()}
    counts = Counter((names[one.channel], one.rule, one.severity.name.lower()) for one in found)
    listed = [
        {"channel": channel, "rule": rule, "severity": severity, "alarms": count}
        for (channel, rule, severity), count in counts.items()
    ]
    return sorted(listed, key=lambda one: -SEVERITIES[one["severity"]])


def _known(numbers: Mapping[str, int], timeline: Timeline | None) -> dict[int, int]:
    """Of each channel that a gateway has run with, its number in the journal: that of the file."""
    if timeline is None:
        return {}
    own, ever = timeline.names.identity, set(timeline.identities())
    identities = {own("channels", name): number for name, number in numbers.items()}
    return {timeline.number(one): number for one, number in identities.items() if one in ever}


def _only(every: Plan, numbers: Mapping[int, int]) -> Plan:
    """With the rules of these channels alone, by the numbers of the file; others may be partners."""
    others = {one.channel: -1 - k for k, one in enumerate(every.channels)}
    renumbered = {**others, **numbers}
    channels = (replace(one, channel=renumbered[one.channel]) for one in every.channels)
    rules = (one for one in every.instances if one.channel in numbers)
    return Plan(tuple(channels), tuple(replace(one, channel=numbers[one.channel]) for one in rules))
