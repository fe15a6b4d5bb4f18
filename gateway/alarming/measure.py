"""How long a channel was beyond the limit within a part of an excursion: for units that came or went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gateway.alarming.judge import Judge
from gateway.model import Samples, usable
from gateway.screening.excursion import Excursion
from gateway.screening.judged import Read
from gateway.screening.plan import Instance, Plan
from gateway.screening.rules import limit
from gateway.screening.totals import Stretches
from gateway.traceability.exposure import Measure

MOST_REMEMBERED: Final = 10_000  # parts of open excursions; one more than that and they are counted afresh


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is known of a part up to `until_ns`: beyond, and the extreme seen from where larger is worse."""

    until_ns: int
    beyond_ns: int = 0
    worst: float | None = None


class Measures:
    """Measures parts of excursions under one plan; reads the journal only where a part is asked for.

    Of an excursion that is open only what came since the last question is read.
    """

    def __init__(self, plan: Plan, read: Read) -> None:
        self._instances = {(i.channel, i.rule, i.version): i for i in plan.instances}
        self._gaps_ns = {c.channel: c.max_gap_ns for c in plan.channels}
        self._judge = Judge(plan, read)
        self._counted: dict[tuple[str, int, int, int | None], _Counted] = {}

    def of(self, found: Excursion) -> Measure:
        """[start, end) -> (ns beyond the limit, extreme reading); (None, None) where the rule has no limit.

        The extreme is None where no reading lies in the part.
        """

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
        key = (found.id, found.revision, start_ns, end_ns)
        counted = self._counted.get(key) or _Counted(start_ns - 1)
        known_ns = found.last_ns if found.end_ns is None else found.end_ns
        until_ns = known_ns if end_ns is None else min(end_ns, known_ns)
        if until_ns > counted.until_ns:
            from_ns = max(start_ns, counted.until_ns)
            samples = self._readings(found, instance, from_ns, until_ns)
            counted = self._count(samples, instance, rule, counted, (from_ns, until_ns), end_ns)
        if found.end_ns is None:
            if len(self._counted) >= MOST_REMEMBERED:
                self._counted.clear()
            self._counted[key] = counted
        sign = _sign(rule)
        return counted.beyond_ns, None if counted.worst is None else sign * counted.worst

    def _readings(self, found: Excursion, instance: Instance, start_ns: int, until_ns: int) -> Samples:
        """Those of [start, until] and of the stretches that reach into it, as far as the excursion goes."""
        gap_ns = self._gaps_ns[instance.channel]
        end_ns = found.last_ns if found.end_ns is None else found.end_ns
        end_ns = min(end_ns, until_ns + gap_ns, instance.valid_to_ns - 1)
        begin_ns = max(found.start_ns, start_ns - gap_ns)
        return self._judge.readings(instance.channel, begin_ns, end_ns + 1)

    def _count(
        self,
        samples: Samples,
        instance: Instance,
        rule: limit.Parameters,
        before: _Counted,
        within: tuple[int, int],
        end_ns: int | None,
    ) -> _Counted:
        from_ns, until_ns = within
        good = np.flatnonzero(usable(samples.quality))
        time, x = samples.time[good], _sign(rule) * samples.value[good]
        blocked = np.diff(np.cumsum(~usable(samples.quality))[good]) > 0
        proven = (np.diff(time) <= self._gaps_ns[instance.channel]) & ~blocked
        far = np.full(len(proven), _sign(rule) * rule.limit)
        beyond = Stretches.between(time[:-1], x[:-1], time[1:], x[1:], proven, far).beyond
        begins = np.where(x[1:] > x[:-1], time[1:] - beyond, time[:-1])  # rising: the later part is beyond
        inside = np.minimum(begins + beyond, until_ns) - np.maximum(begins, from_ns)
        mine = x[(time >= from_ns) & (time <= until_ns) & ((end_ns is None) | (time != end_ns))]
        worst = [w for w in (before.worst, float(mine.max()) if len(mine) else None) if w is not None]
        beyond_ns = before.beyond_ns + int(np.maximum(inside, 0).sum())
        return _Counted(until_ns, beyond_ns, max(worst, default=None))


def _sign(rule: limit.Parameters) -> float:
    return 1.0 if rule.side == "high" else -1.0
