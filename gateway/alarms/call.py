"""What one person is told about one happening: facts, which notifiers put into the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, Final, Literal

from gateway.dataclass import dataclass

Language = Literal["en", "zh"]


class Priority(IntEnum):
    """How soon somebody has to act (ANSI/ISA-18.2, 8.5: few, and each with a time to respond)."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


class CallKind(StrEnum):
    """Why somebody is called."""

    ALARM = "alarm"  # a new happening, or one that nobody has taken yet
    WORSE = "worse"  # it worsened, or grew
    AGAIN = "again"  # whoever had taken it is not on it any more, or it is no longer quiet
    OVER = "over"  # what the person was told is over, or somebody else sees to it, or it is quiet
    SUMMARY = "summary"  # too many for one message each
    TEST = "test"  # to see whether the person can be reached


LOUD: Final = (CallKind.ALARM, CallKind.WORSE, CallKind.AGAIN)  # calls because of which somebody has to act


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long until a limit: the range in which it lies in eight of ten cases, and how it is known."""

    until: str  # what happens then: "above-150", "empty"
    lowest_s: float  # 10 %
    highest_s: float  # 90 %
    method: str


@dataclass(frozen=True, slots=True)
class Back:
    """A cause of silences that is over while some go on.

    `what` is the key of the fault, empty where none said why; `silent` of the `number` of its assets that
    fell silent still are.
    """

    what: str
    since_ns: int
    silent: int
    number: int
    assets: tuple[str, ...] = ()  # names of some of those that are silent


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to do first, in one language: steps in order, whom to ask, the emergency plan it belongs to."""

    steps: tuple[str, ...]
    contacts: tuple[str, ...] = ()
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """`alarms` have the shape of `cryogate alarms --json`, what has to be seen to first stands first."""

    id: str  # the same on every try, so that receivers recognise a repeat
    kind: CallKind
    person: str  # id
    name: str  # as the person writes it in this language
    language: Language
    at_ns: int
    priority: Priority = Priority.LOW
    priority_reason: str = ""
    group: str = ""  # id of the group of alarms; empty in a test
    alarms: tuple[Mapping[str, Any], ...] = ()
    more: int = 0  # further alarms of the group, or of the summary, that are not listed
    over: int = 0  # how many of all these alarms are over
    is_past: bool = False  # what it is about first is over, and what goes on asks for nobody
    is_beside: bool = False  # what it is about first is over, and something else goes on and asks
    ended: tuple[str, ...] = ()  # of a summary: the groups that are over
    over_names: tuple[str, ...] = ()  # and what some of them are about
    answered: int = 0  # of a summary: how many alarms that go on somebody sees to
    answered_by: tuple[str, ...] = ()  # who
    guidance: Guidance | None = None
    time_left: TimeLeft | None = None
    back: Back | None = None  # a cause that is over, while silences of it go on
    is_correction: bool = False  # what was told of one of its alarms never was
    was_quiet: bool = False  # it was shelved, suppressed or out of service, and speaks again
    hint: str = ""  # what it looks like, with evidence, in this language; never a verdict
    taken_by: str = ""  # who is on what goes on of it
    acknowledged_by: str = ""  # who has acknowledged what goes on of it
    is_quiet: bool = False  # what goes on of it is shelved, suppressed or out of service
    is_answered: bool = False  # of a summary: it goes on, and nobody is called about it any more
    next_name: str = ""  # who is called next if nobody takes it
    next_at_ns: int | None = None
    link: str = ""  # where this person may acknowledge it; empty: nowhere yet
    drill: bool = False
    swings: int = 0  # how often the first alarm came and went within `swings_within_s`; 0: it does not
    swings_within_s: float = 0.0

    @property
    def number(self) -> int:
        """How many alarms it is about."""
        return len(self.alarms) + self.more

    @property
    def is_loud(self) -> bool:
        """Whether somebody has to act because of it."""
        return self.kind in LOUD and not self.is_late

    @property
    def goes_on(self) -> bool:
        """Whether a message that nobody has to get up any more is about what has not ended."""
        return bool(self.taken_by or self.acknowledged_by or self.is_quiet)

    @property
    def is_late(self) -> bool:
        """Whether nobody has to get up because of it any more, and this is no message that says so."""
        is_over = self.is_past or 0 < self.number == self.over
        return is_over and self.kind not in (CallKind.OVER, CallKind.TEST)
