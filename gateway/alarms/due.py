"""A call that is due, and what the configuration and the people say of its group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from gateway.alarms.call import CallKind
from gateway.alarms.groups import Group
from gateway.alarms.policy import NEVER, Policy
from gateway.alarms.priority import Judged
from gateway.alarms.swings import Swings
from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Due:
    """A call that should be decided now: the steps of the policy that it is, or none for an update."""

    group: str
    kind: CallKind
    moment_ns: int
    round: int = 0
    steps: tuple[int, ...] = ()
    until_ns: int = field(default=NEVER, compare=False)  # then there is more to it
    is_late: bool = False  # of steps that found nobody: whoever is there by now


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration and the people say of a group; `same` finds the person behind a name.

    `is_coming`: whether one is being called about a group, and nothing has come through.
    """

    policy: Callable[[Group], Policy | None]
    judged: Callable[[Group], Judged]
    same: Callable[[str], str]
    is_coming: Callable[[str, str], bool] = lambda _group, _name: False
    swings: Swings = field(default_factory=Swings)
