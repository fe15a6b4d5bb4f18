"""What a call book keeps from one run to the next: plain rows, as the journal's statements made them."""

from __future__ import annotations

from typing import Final

from gateway.alarms.calling_course import Course
from gateway.alarms.delivery import Delivery
from gateway.alarms.flood import Received
from gateway.alarms.groups import Group
from gateway.alarms.swings import Swing
from gateway.dataclass import dataclass

SCHEMA: Final = 6  # of another one nothing is taken over: everything is heard again


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt, as screens show it."""

    at_ns: int
    call: str
    kind: str
    step: int  # from 1; 0: of no step
    person: str
    notifier: str
    address: str
    outcome: str
    answer: str
    took_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """The last attempt by a way, which did not arrive; `person` is empty of a siren."""

    notifier: str
    person: str
    outcome: str
    answer: str
    at_ns: int
    address: str = ""


@dataclass(slots=True)
class Kept:
    """All that a run leaves to the next, behind entry `seq` of the journal."""

    schema: int
    seq: int
    groups: list[Group]
    keys: dict[str, str]
    courses: dict[str, Course]
    raisings: dict[str, list[int]]
    swings: dict[str, Swing]
    received: dict[str, Received]
    deliveries: list[Delivery]
    attempts: dict[str, list[Attempted]]
    nobody: dict[str, int]
    failures: list[Failure]
    summaries: dict[str, tuple[str, ...]]
