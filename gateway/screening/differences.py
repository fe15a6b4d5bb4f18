"""Where two plans decide differently: the first moment at which they do, channel by channel."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

from gateway.model import Times
from gateway.screening.plan import FOREVER, FOREVER_PAST, Instance, Plan

Step = tuple[int, object]  # from when on, and what holds from then on


def differences(before: Plan, after: Plan) -> dict[int, int]:
    """ns UTC by channel number, of every channel about which anything is decided differently.

    Of one that is in one of the plans only: from the beginning.
    """
    found: dict[int, int] = {}
    for channel, moment_ns in chain(
        _of_channels(before, after), _of_instances(before, after), _of_resets(before, after)
    ):
        found[channel] = min(moment_ns, found.get(channel, FOREVER))
    return found


def carried(before: Plan, after: Plan) -> Times:
    """int64[instances before]: at which position of the other plan each goes on; -1 where it does not."""
    place = {key: n for n, key in enumerate(_keys(after))}
    return np.array([place.get(key, -1) for key in _keys(before)], np.int64)


def _of_channels(before: Plan, after: Plan) -> Iterator[tuple[int, int]]:
    if before.channels == after.channels:
        return
    old = {c.channel: c for c in before.channels}
    for channel in after.channels:
        was = old.pop(channel.channel, None)
        if was is None:
            yield channel.channel, FOREVER_PAST
        else:
            gaps = ([(FOREVER_PAST, c.max_gap_ns), *c.later_gaps] for c in (was, channel))
            for moment_ns in _first_difference(*gaps):
                yield channel.channel, moment_ns
    for gone in old:
        yield gone, FOREVER_PAST


def _of_instances(before: Plan, after: Plan) -> Iterator[tuple[int, int]]:
    if before.instances == after.instances and before.names == after.names:
        return
    old = dict(zip(_keys(before), before.instances, strict=True))
    for key, instance in zip(_keys(after), after.instances, strict=True):
        was = old.pop(key, None)
        if was is None:
            yield instance.channel, instance.valid_from_ns
        elif was is not instance:
            for moment_ns in _of_one(was, instance):
                yield instance.channel, moment_ns
    for gone in old.values():
        yield gone.channel, gone.valid_from_ns


def _of_one(was: Instance, now: Instance) -> Iterator[int]:
    """Of an instance that has the same key in both plans."""
    if (was.valid_to_ns, was.ends_by) != (now.valid_to_ns, now.ends_by):
        yield min(was.valid_to_ns, now.valid_to_ns)
    names = (
        [(i.valid_from_ns, (i.version, i.severity)), *((v.from_ns, (v.name, v.severity)) for v in i.later)]
        for i in (was, now)
    )
    yield from _first_difference(*names)


def _of_resets(before: Plan, after: Plan) -> Iterator[tuple[int, int]]:
    for reset in before.resets ^ after.resets:
        yield reset.channel, reset.at_ns


def _first_difference(one: Sequence[Step], other: Sequence[Step]) -> Iterator[int]:
    """When two step functions that begin together differ first, if they do."""
    if one == other:
        return
    moments = sorted({from_ns for from_ns, _ in (*one, *other)})
    yield from [m for m in moments if _at(one, m) != _at(other, m)][:1]


def _at(steps: Sequence[Step], moment_ns: int) -> object:
    return [what for from_ns, what in steps if from_ns <= moment_ns][-1]


def _keys(plan: Plan) -> Iterator[tuple[object, ...]]:
    """What makes the state of each instance usable: its own key, and which channels it looks at besides."""
    numbers = {c.name: c.channel for c in plan.channels}
    for instance in plan.instances:
        kind: Any = type(instance.parameters)
        named = _names_in(kind)
        others = tuple(numbers.get(getattr(instance.parameters, name)) for name in named)
        yield (*instance.key, others) if others else instance.key


@cache
def _names_in(parameters: Any) -> tuple[str, ...]:
    """The fields of parameters that name other channels."""
    return tuple(f.name for f in dataclasses.fields(parameters) if "channel" in f.metadata)
