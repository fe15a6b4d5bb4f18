"""What was screened before a start goes on under the configuration of this one.

What is new begins, and what is no more ends, after the last reading its channel has shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.screening.plan import Instance, Key, Plan


def carried(before: Plan, after: Plan, seen_ns: Mapping[int, int | None]) -> Plan:
    """`seen_ns`: the latest reading of each channel of the plan before, None where there was none."""
    known = {c.channel for c in after.channels}
    channels = (*after.channels, *(c for c in before.channels if c.channel not in known))
    return Plan(channels, tuple(_instances(before, after, seen_ns)), after.resets)


def _instances(before: Plan, after: Plan, seen_ns: Mapping[int, int | None]) -> Iterator[Instance]:
    new = {_same(i): i for i in after.instances}
    ends: dict[Key, int] = {}
    for instance in before.instances:
        seen = seen_ns[instance.channel]
        now = new.get(_same(instance))
        until = instance.valid_from_ns + 1 if seen is None else max(seen, instance.valid_from_ns) + 1
        if now is None or instance.valid_to_ns < until:
            ended = replace(instance, valid_to_ns=min(until, instance.valid_to_ns))
            ends[instance.channel, instance.rule] = ended.valid_to_ns
            yield ended
        else:
            del new[_same(instance)]
            yield replace(now, valid_from_ns=instance.valid_from_ns, valid_to_ns=max(now.valid_to_ns, until))
    for instance in new.values():
        seen = seen_ns.get(instance.channel)
        begin = instance.valid_from_ns if seen is None else max(instance.valid_from_ns, seen + 1)
        begin = max(begin, ends.get((instance.channel, instance.rule), begin))
        if begin < instance.valid_to_ns:
            yield replace(instance, valid_from_ns=begin)


def _same(instance: Instance) -> tuple[object, ...]:
    return instance.channel, instance.rule, instance.kind, instance.parameters, instance.version
