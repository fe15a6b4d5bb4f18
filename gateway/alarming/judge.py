"""Readings as rules see them, for those who read the journal themselves: BAD where implausible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gateway.model import Mask, Samples, Times, usable
from gateway.screening.gaps import Gaps
from gateway.screening.judged import Read, judged
from gateway.screening.kernels.plausible import tells
from gateway.screening.pairs import held
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.resolve import resolve
from gateway.screening.screen import Screen

PLAUSIBLE = "plausible"  # the kind of rules that judge readings


class Judge:
    """Reads channels under the rules of one plan."""

    def __init__(self, plan: Plan, read: Read) -> None:
        self._judging = tuple(i for i in plan.instances if i.kind == PLAUSIBLE)
        self._channels = {c.name: c for c in plan.channels}
        self._screen = Screen(replace(plan, instances=self._judging))
        self._read = read

    def readings(self, channel: int, start_ns: int, end_ns: int) -> Samples:
        """Of [start, end), each time once, sorted."""
        return judged(self._screen, self._read, resolve(self._read([channel], start_ns, end_ns)))

    def without_pressure(self, channel: int, time: Times) -> int | None:
        """How many of a channel's readings at these times, in order, were judged by the floor that holds
        without a usable pressure; None where no floor of the channel follows one."""
        count = None
        for instance in self._judging:
            told = getattr(instance.parameters, "ln2_pressure_channel", None)
            if instance.channel == channel and told is not None:
                seen = time[(time >= instance.valid_from_ns) & (time < instance.valid_to_ns)]
                count = (count or 0) + int((~self._is_told(instance, self._channels[told], seen)).sum())
        return count

    def _is_told(self, instance: Instance, pressure: ChannelPlan, time: Times) -> Mask:
        if len(time) == 0:
            return np.zeros(0, np.bool_)
        gaps, since_ns = Gaps.of((pressure,)), instance.looks_from_ns
        begin_ns = max(int(time[0]) - int(gaps.longest[0]), since_ns)
        said = self.readings(pressure.channel, begin_ns, int(time[-1]) + 1)
        said = said.take(usable(said.quality))
        side = (np.array([0, len(said)]), said.time, said.value)
        return tells(held(side, np.zeros(len(time), np.int64), time, gaps))
