"""How long a channel was beyond the limit, or not proven, within a part of an excursion: for units that came
or went."""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.alarming.judge import Judge
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.model import SECOND, Samples, to_ns, usable
from gateway.screening.excursion import Excursion
from gateway.screening.gaps import Gaps
from gateway.screening.judged import Read
from gateway.screening.plan import SUPERSEDED, Instance, Key, Plan
from gateway.screening.rules import Limit, limit_of, no_data
from gateway.screening.totals import Stretches
from gateway.traceability.exposure import Measure, Measured

LONGEST_DOUBT_NS: Final = 3600 * SECOND  # of a silence looked back on: a longer one soon has its own alarm
MOST_REMEMBERED: Final = 10_000  # parts of open excursions; one more than that and they are counted afresh
LOOK_BACK_NS: Final = 60 * SECOND  # for the reading before an excursion; further, if there is none


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is known of a part up to `until_ns`: beyond, not proven, and the extreme seen from where larger is
    worse."""

    until_ns: int
    beyond_ns: int = 0
    unproven_ns: int = 0
    worst: float | None = None


class Measures:
    """Measures parts of excursions under one plan; reads the journal only where a part is asked for.

    `read` raises JournalError where it cannot read everything; nothing is known of such a part then.
    Of an excursion that is open only what came since the last question is read.
    """

    def __init__(self, plan: Plan, read: Read) -> None:
        self._instances: dict[Key, list[Instance]] = {}
        self._silent_ns: dict[int, int] = {}  # by channel, a silence that no rule speaks of
        for instance in plan.instances:
            self._instances.setdefault((instance.channel, instance.rule), []).append(instance)
            if isinstance(instance.parameters, no_data.Parameters):
                silent_ns = min(to_ns(instance.parameters.timeout_s), LONGEST_DOUBT_NS)
                self._silent_ns[instance.channel] = max(silent_ns, self._silent_ns.get(instance.channel, 0))
        self._gaps = {c.channel: Gaps.of((c,)) for c in plan.channels}
        self._judge = Judge(plan, read)
        self._lines: dict[tuple[int, str, int, int], tuple[int, int]] = {}
        self._counted: dict[tuple[str, int, int, int | None], _Counted] = {}

    def of(self, found: Excursion) -> Measure:
        """[start, end) -> (ns beyond the limit, extreme reading, ns not proven); None thrice where the rule
        has no limit, or not all can be read.

        The extreme is None where no reading lies in the part.
        """

        def measure(start_ns: int, end_ns: int | None) -> Measured:
            if (start_ns, end_ns) == (found.start_ns, found.end_ns):
                return found.beyond_ns, found.extreme, found.unproven_ns
            instance, limit = self.instance_of(found), self.limit_of(found)
            if instance is None or limit is None:
                return None, None, None
            try:
                return self._part(found, instance, limit, start_ns, end_ns)
            except JournalError:  # whoever watches the archive says which file it is
                return None, None, None

        return measure

    def doubt_ns(self, found: Excursion) -> int:
        """How far before its first reading the line to it can begin, or a silence that no rule speaks of."""
        gap_ns = int(self._gaps[found.channel].longest[0]) if found.channel in self._gaps else 0
        return max(gap_ns, self._silent_ns.get(found.channel, 0))

    def line_to(self, found: Excursion) -> tuple[int, int]:
        """When the last usable reading before its first one was, and when the line between them crossed the
        limit; neither before the limit was in force. Its start where there is none, or none proven to have
        crossed."""
        key = (found.channel, found.rule, found.start_ns, found.revision)
        if key not in self._lines:
            if len(self._lines) >= MOST_REMEMBERED:
                self._lines.clear()
            try:
                self._lines[key] = self._line_to(found)
            except JournalError:  # as in a part: nothing is proven by what cannot be read
                return found.start_ns, found.start_ns
        return self._lines[key]

    def forget_line(self, found: Excursion, samples: Samples) -> bool:
        """Whether any of these, that came late, may lie on the line to its first reading."""
        since_ns = found.start_ns - self.doubt_ns(found)
        before = (samples.time < found.start_ns) & (samples.time >= since_ns)
        if not bool((before & (samples.channel == found.channel)).any()):
            return False
        self._lines.pop((found.channel, found.rule, found.start_ns, found.revision), None)
        return True

    def _line_to(self, found: Excursion) -> tuple[int, int]:
        instance, limit = self.instance_of(found), self.limit_of(found)
        nothing = found.start_ns, found.start_ns
        if instance is None or limit is None:
            return nothing
        samples = self._before(found, instance)
        good = np.flatnonzero(usable(samples.quality))[-2:]
        if len(good) < 2 or int(samples.time[good[1]]) != found.start_ns:
            return nothing
        last, sign, only = samples.take(good), _sign(limit), np.zeros(1, np.int64)
        one, other = slice(0, 1), slice(1, 2)
        x, far = sign * last.value, np.full(1, sign * limit[1])
        proven = self._gaps[instance.channel].bridges(only, last.time[one], last.time[other])
        proven &= (x[0] <= far) | (last.time[one] < instance.valid_from_ns)
        proven &= good[1] - good[0] == 1
        line = Stretches.between(last.time[one], x[one], last.time[other], x[other], proven, far)
        moments = int(last.time[0]), found.start_ns - int(line.beyond[0])
        return max(moments[0], instance.valid_from_ns), max(moments[1], instance.valid_from_ns)

    def _before(self, found: Excursion, instance: Instance) -> Samples:
        """Its first reading and those of the same place before it, back to a usable one if the line can begin
        there."""
        furthest_ns = max(found.start_ns - self.doubt_ns(found), instance.looks_from_ns)
        back_ns = LOOK_BACK_NS
        while True:
            begin_ns = max(furthest_ns, found.start_ns - back_ns)
            samples = self._judge.readings(instance.channel, begin_ns, found.start_ns + 1)
            if begin_ns == furthest_ns or np.count_nonzero(usable(samples.quality)) > 1:
                return samples
            back_ns *= 8

    def limit_of(self, found: Excursion) -> Limit | None:
        """The limit that it is about; None where its rule has none."""
        instance = self.instance_of(found)
        return None if instance is None else limit_of(instance.kind, instance.parameters)

    def instance_of(self, found: Excursion) -> Instance | None:
        """The one it was found under."""
        candidates = self._instances.get((found.channel, found.rule), ())
        return next((i for i in candidates if i.valid_from_ns <= found.start_ns < i.valid_to_ns), None)

    def in_force_from(self, found: Excursion) -> int:
        """ns UTC, since when the limit that it is about held there."""
        instance = self.instance_of(found)
        return found.start_ns if instance is None else instance.valid_from_ns

    def _part(
        self, found: Excursion, instance: Instance, limit: Limit, start_ns: int, end_ns: int | None
    ) -> Measured:
        key = (found.id, found.revision, start_ns, end_ns)
        counted = self._counted.get(key) or _Counted(start_ns - 1)
        known_ns = found.last_ns if found.end_ns is None else found.end_ns
        until_ns = known_ns if end_ns is None else min(end_ns, known_ns)
        if until_ns > counted.until_ns:
            from_ns = max(start_ns, counted.until_ns)
            samples = self._readings(found, instance, from_ns, until_ns)
            counted = self._count(samples, instance, limit, counted, (from_ns, until_ns), end_ns)
        if found.end_ns is None:
            if len(self._counted) >= MOST_REMEMBERED:
                self._counted.clear()
            self._counted[key] = counted
        sign = _sign(limit)
        worst = None if counted.worst is None else sign * counted.worst
        return counted.beyond_ns, worst, counted.unproven_ns

    def _readings(self, found: Excursion, instance: Instance, start_ns: int, until_ns: int) -> Samples:
        """Those of [start, until] and of the stretches that reach into it, as far as the excursion goes."""
        gap_ns = int(self._gaps[instance.channel].longest[0])
        end_ns = found.last_ns if found.end_ns is None else found.end_ns
        if found.ended_by == SUPERSEDED:  # the line goes on to the next reading
            end_ns += gap_ns
        else:
            end_ns = min(end_ns, instance.valid_to_ns - 1)
        end_ns = min(end_ns, until_ns + gap_ns)
        begin_ns = max(found.start_ns, start_ns - gap_ns)
        return self._judge.readings(instance.channel, begin_ns, end_ns + 1)

    def _count(
        self,
        samples: Samples,
        instance: Instance,
        limit: Limit,
        before: _Counted,
        within: tuple[int, int],
        end_ns: int | None,
    ) -> _Counted:
        from_ns, until_ns = within
        good = np.flatnonzero(usable(samples.quality))
        time, x = samples.time[good], _sign(limit) * samples.value[good]
        blocked = np.diff(np.cumsum(~usable(samples.quality))[good]) > 0
        only = np.zeros(len(blocked), np.int64)
        proven = self._gaps[instance.channel].bridges(only, time[:-1], time[1:]) & ~blocked
        far = np.full(len(proven), _sign(limit) * limit[1])
        beyond = Stretches.between(time[:-1], x[:-1], time[1:], x[1:], proven, far).beyond
        begins = np.where(x[1:] > x[:-1], time[1:] - beyond, time[:-1])  # rising: the later part is beyond
        inside = np.minimum(begins + beyond, until_ns) - np.maximum(begins, from_ns)
        shown = np.minimum(time[1:], until_ns) - np.maximum(time[:-1], from_ns)
        mine = (time >= from_ns) & (time <= until_ns) & (time < instance.valid_to_ns)
        mine &= (end_ns is None) | (time != end_ns)
        worst = [w for w in (before.worst, float(x[mine].max()) if mine.any() else None) if w is not None]
        beyond_ns = before.beyond_ns + int(np.maximum(inside, 0).sum())
        unproven_ns = before.unproven_ns + until_ns - from_ns - int(np.maximum(shown[proven], 0).sum())
        return _Counted(until_ns, beyond_ns, unproven_ns, max(worst, default=None))


def _sign(limit: Limit) -> float:
    return 1.0 if limit[0] == "high" else -1.0
