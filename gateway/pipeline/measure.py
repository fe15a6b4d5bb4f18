"""How long a channel was beyond the limit within a part of an excursion: for units that came or went."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gateway.model import Samples, usable
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Instance, Plan
from gateway.screening.resolve import resolve
from gateway.screening.rules import limit
from gateway.screening.totals import Stretches
from gateway.traceability.exposure import Measure

Read = Callable[[Sequence[int], int, int | None], Samples]


class Measures:
    """Measures parts of excursions under one plan; reads the journal only where a part is asked for."""

    def __init__(self, plan: Plan, read: Read) -> None:
        self._instances = {(i.channel, i.rule, i.version): i for i in plan.instances}
        self._gaps_ns = {c.channel: c.max_gap_ns for c in plan.channels}
        self._read = read

    def of(self, found: Excursion) -> Measure:
        """[start, end) -> (ns beyond the limit, extreme); (None, None) where the rule has no limit."""

        def measure(start_ns: int, end_ns: int | None) -> tuple[int | None, float | None]:
            if (start_ns, end_ns) == (found.start_ns, found.end_ns):
                return found.beyond_ns, found.extreme
            instance = self._instances.get((found.channel, found.rule, found.version))
            if instance is None or not isinstance(instance.parameters, limit.Parameters):
                return None, None
            return self._part(found, instance, instance.parameters, start_ns, end_ns)

        return measure

    def _part(
        self, found: Excursion, instance: Instance, rule: limit.Parameters, start_ns: int, end_ns: int | None
    ) -> tuple[int, float | None]:
        until_ns = found.last_ns if found.end_ns is None else found.end_ns
        samples = resolve(self._read([instance.channel], found.start_ns, until_ns + 1))
        bad = np.cumsum(~usable(samples.quality))
        good = np.flatnonzero(usable(samples.quality))
        time, value, bad = samples.time[good], samples.value[good], bad[good]
        sign = 1.0 if rule.side == "high" else -1.0
        proven = (np.diff(time) <= self._gaps_ns[instance.channel]) & (np.diff(bad) == 0)
        x = sign * value
        far = np.full(max(0, len(x) - 1), sign * rule.limit)
        beyond = Stretches.between(time[:-1], x[:-1], time[1:], x[1:], proven, far).beyond
        rising = x[1:] > x[:-1]  # the part beyond is the later one
        begins = np.where(rising, time[1:] - beyond, time[:-1])
        end = until_ns if end_ns is None else end_ns
        inside = np.minimum(begins + beyond, end) - np.maximum(begins, start_ns)
        mine = x[(time >= start_ns) & ((time < end) | (end_ns is None))]
        extreme = float(sign * mine.max()) if len(mine) else None
        return int(np.maximum(inside, 0).sum()), extreme
