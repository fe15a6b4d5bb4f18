"""Who is called when, if nobody takes an alarm: a policy of steps with delays; when each is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.alarms.call import Priority
from gateway.dataclass import dataclass
from gateway.model import to_ns

ON_DUTY: Final = "on duty"
DEPUTIES: Final = "deputies"
EVERYBODY: Final = "everybody"
ROLES: Final = (ON_DUTY, DEPUTIES, EVERYBODY)
SIREN: Final = "notifier:"  # what begins so among those who are told needs no person
NEVER: Final = 2**63 - 1
LONGEST_S: Final = 7 * 86_400.0  # of a delay: later than that nobody is called because of it


@dataclass(frozen=True, slots=True)
class Step:
    """`after_s` from the first moment on: whom to call, and by how many of each one's ways at once."""

    after_s: float
    call: tuple[str, ...] = ()  # roles, or ids of persons
    ways: int = 1  # of each, at once, in the order of that person; 0: all of them
    notifiers: tuple[str, ...] = ()  # that need no address: a siren


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps in the order of their delays. An empty set of priorities or sites means all of them."""

    name: str
    steps: tuple[Step, ...]
    repeat_after_s: float = 900.0  # behind the last step everything begins again; 0: it does not
    taken_for_s: float = 1800.0  # who took it and has not acted for so long is called again, and the others
    priorities: frozenset[Priority] = frozenset()
    sites: frozenset[str] = frozenset()

    def is_for(self, priority: Priority, site: str) -> bool:
        return (not self.priorities or priority in self.priorities) and (not self.sites or site in self.sites)


DEFAULT_POLICIES: Final = (
    Policy(
        "default",
        (
            Step(0.0, (ON_DUTY,), ways=2),
            Step(180.0, (ON_DUTY,), ways=0),
            Step(360.0, (DEPUTIES,), ways=2),
            Step(720.0, (EVERYBODY,), ways=0),
        ),
        priorities=frozenset({Priority.MEDIUM, Priority.HIGH, Priority.URGENT}),
    ),
    Policy("default-low", (Step(0.0, (ON_DUTY,)),), repeat_after_s=0.0),
)
"""Where there are rosters and no policy is configured."""

Place = tuple[int, int]
"""The round, from 0, and the step in it."""


def policy_for(policies: Sequence[Policy], priority: Priority, site: str) -> Policy | None:
    """The first that is for it."""
    return next((one for one in policies if one.is_for(priority, site)), None)


def next_moment(policy: Policy, since_ns: int, done: Place | None) -> int:
    """When the step behind `done` is due; NEVER where there is none."""
    position = _position(policy, done) + 1
    round_, step = divmod(position, len(policy.steps))
    if round_ and policy.repeat_after_s <= 0:
        return NEVER
    return since_ns + round_ * _period_ns(policy) + to_ns(policy.steps[step].after_s)


def due_steps(policy: Policy, since_ns: int, done: Place | None, now_ns: int) -> tuple[int, tuple[int, ...]]:
    """The round, and the steps behind `done` that are due by now, each once, in order.

    Whatever was missed meanwhile is made up for at once: nobody is left out, and nobody called several times.
    """
    count, first = len(policy.steps), _position(policy, done) + 1
    last = _latest(policy, now_ns - since_ns)
    positions = range(max(first, last - count + 1), last + 1)
    return max(last, 0) // count, tuple(position % count for position in positions)


def past_steps(policy: Policy, done: Place) -> tuple[int, ...]:
    """Each step that was carried out so far, once; the last one behind the others."""
    count = len(policy.steps)
    step = min(done[1], count - 1)
    earlier = range(step + 1, count) if done[0] else ()
    return (*earlier, *range(step + 1))


def _latest(policy: Policy, elapsed_ns: int) -> int:
    """The position of the last step whose moment has come; -1: none has."""
    period_ns = _period_ns(policy)
    round_ = max(0, elapsed_ns // period_ns) if policy.repeat_after_s > 0 else 0
    within_ns = elapsed_ns - round_ * period_ns
    come = sum(to_ns(step.after_s) <= within_ns for step in policy.steps)
    return int(round_ * len(policy.steps) + come - 1)


def _period_ns(policy: Policy) -> int:
    return to_ns(policy.steps[-1].after_s) + to_ns(policy.repeat_after_s)


def _position(policy: Policy, done: Place | None) -> int:
    """A configuration may have fewer steps than the one under which `done` was carried out."""
    return -1 if done is None else done[0] * len(policy.steps) + min(done[1], len(policy.steps) - 1)
