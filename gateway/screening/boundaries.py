"""When the clock alone changes what is known of rules: they go out of force, or have another version."""

from __future__ import annotations

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Times
from gateway.screening.excursion import Phase
from gateway.screening.findings import Findings
from gateway.screening.plan import FOREVER, Plan
from gateway.screening.ranges import Rows


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Of all instances of a plan."""

    end: Times  # int64[I] ns UTC, when each goes out of force
    moment: Times  # int64[B] ns UTC, rising: ends and beginnings of versions
    number: Rows  # int64[B], position in the plan

    @staticmethod
    def of(plan: Plan) -> Boundaries:
        found = [(i.valid_to_ns, n) for n, i in enumerate(plan.instances) if i.valid_to_ns != FOREVER]
        found += [(v.from_ns, n) for n, i in enumerate(plan.instances) for v in i.later]
        moment, number = np.array(sorted(found), np.int64).reshape(-1, 2).T
        return Boundaries(np.array([i.valid_to_ns for i in plan.instances], np.int64), moment, number)

    def between(self, before_ns: int, now_ns: int) -> Rows:
        """Instances with a boundary in (before, now]."""
        begin, end = np.searchsorted(self.moment, [before_ns, now_ns], "right")
        return self.number[begin:end]

    def ended(self, found: Findings, now_ns: int) -> Findings:
        """The same (in place), with those closed whose rule is out of force by the clock."""
        if len(self.moment) == 0 or now_ns < self.moment[0] or len(found) == 0:
            return found
        end = self.end[found["instance"]]
        over = (found["phase"] == Phase.OPEN) & (end <= now_ns)
        found["phase"][over] = Phase.CLOSED
        found["end"][over] = found["cleared"][over] = end[over]
        silent = over & (found["readings"] == 0)  # nothing of a silence is proven
        found["unproven"][silent] = end[silent] - found["start"][silent]
        tail = over & ~silent  # nor what follows the last reading, until the next one is there
        found["unproven"][tail] += end[tail] - found["last"][tail]
        return found
