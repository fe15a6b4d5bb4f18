"""An alarm as groups and calls look at it, read from one of its transitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.alarms.priority import Inside, inside_of, severity_of
from gateway.dataclass import dataclass
from gateway.model import SECOND, Severity
from gateway.statements.transition import Transition
from gateway.times import parse_rfc3339

FAULT: Final = "fault"  # kind of an alarm about the gateway itself
DRILL: Final = "drill"
ABOUT_ASSET: Final = ("time left:", "unmeasured:")  # faults of what is in an asset: they silence nothing
ABOUT_DRILL: Final = "drill "  # faults of drills: failed, overdue, forged
ABOUT_WAYS: Final = ("way:", "unreached")  # faults of what tells people
SILENCE: Final = "no_data"
RAISED: Final = "raised"
CLOSED: Final = "closed"
WITHDRAWN: Final = "withdrawn"
ENDED: Final = "ended unacknowledged"  # a state: moved, other limits, measured by nobody
HISTORY_NS: Final = 86_400 * SECOND  # what was over so long before it was noticed wakes nobody
LATE_NS: Final = 60 * SECOND  # what was over for so long before it was raised was brought late
WHEN_IT_SPEAKS: Final = 2**62  # entry of the journal that will be news
TAKEN: Final = "taken"
TAKEN_BACK: Final = "taken back"  # what somebody had said of it
ASKS_AGAIN: Final = "asks again"
SPEAKS_AGAIN: Final = "speaks again"  # it was shelved, suppressed or out of service
BY_PEOPLE: Final = frozenset(
    {"acknowledged", "taken", "assigned", "commented", "shelved", "out of service", "closed"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """After the transition that is entry `seq` of the journal, stated at `at_ns`."""

    id: str
    seq: int
    number: int  # of the transition, among those of the alarm
    change: str
    at_ns: int
    kind: str
    cause: str  # of a fault its key, else channel and rule
    assets: tuple[str, ...]  # identities
    site: str
    severity: Severity
    inside: Inside
    is_over: bool  # not where it ended and did not return, until somebody acknowledges that
    over_ns: int  # event time; 0 where it has no end
    asks: bool  # nobody has acknowledged it, or it asks again
    is_closed: bool
    taken_by: str = ""
    answered_by: str = ""  # who acknowledged it last
    is_hushed: bool = False  # shelved, suppressed, or out of service
    answered: int = 0  # its severity when somebody last took or acknowledged it
    news_seq: int = (
        0  # entry of the journal that raised it, or made it more severe; 0: no call is owed for it
    )
    is_withdrawn: bool = False  # it never was
    ended_ns: int = 0  # event time of its end, also where nobody has said yet that it is over

    @property
    def is_fault(self) -> bool:
        return self.kind == FAULT

    @property
    def is_drill(self) -> bool:
        return self.kind == DRILL

    @property
    def is_about_drill(self) -> bool:
        """What a drill found is no part of what happens to its asset."""
        return self.is_fault and self.cause.startswith(ABOUT_DRILL)

    @property
    def is_about_ways(self) -> bool:
        """Whether it says that people are not reached: about itself, as it were, and not about a product."""
        return self.is_fault and self.cause.startswith(ABOUT_WAYS)

    @property
    def is_silence(self) -> bool:
        return self.kind == SILENCE

    @property
    def seen_to_by(self) -> str:
        """Who is on it: an acknowledgement counts more than a take before it."""
        return self.taken_by if self.asks or self.change == TAKEN else self.answered_by

    @property
    def speaks(self) -> bool:
        """Whether it asks for somebody, or is worse than what somebody answered; not while it is quiet."""
        return (self.asks or self.worsened) and not self.is_hushed

    @property
    def is_new(self) -> bool:
        """Raised, for the first time or again."""
        return self.change == RAISED

    @property
    def is_late_news(self) -> bool:
        """Raised long after its end, as late data bring it: nothing comes and goes now because of it.

        That it is over is said by its next transition, in the same moment.
        """
        return self.is_new and 0 < self.ended_ns < self.at_ns - LATE_NS

    @property
    def is_let_go(self) -> bool:
        """Whether it asks for somebody as it did before: it was taken back, it is no longer quiet, or its
        cause ended and it goes on.
        """
        is_again = self.change in (TAKEN_BACK, SPEAKS_AGAIN)
        return is_again or (self.is_silence and self.change == ASKS_AGAIN)

    @property
    def worsened(self) -> bool:
        """Since somebody last took or acknowledged it."""
        return 0 < self.answered < self.severity


def leaves_unwatched(key: str, assets: Sequence[str]) -> bool:
    """Whether a fault may be why channels of these assets are silent."""
    return len(assets) > 0 and not key.startswith((*ABOUT_ASSET, ABOUT_DRILL))


def member(
    seq: int, at_ns: int, said: Transition, alarm: Mapping[str, Any], before: Member | None = None
) -> Member:
    """`alarm`: the same in its published form; `before`: it after its last transition."""
    is_fault, state, over = alarm["kind"] == FAULT, str(alarm["state"]), alarm["over"]
    severity, taken = severity_of(alarm), alarm.get("taken")
    answers = said.change in ("acknowledged", "taken")
    said_before = 0 if before is None else before.answered
    acknowledgements = alarm["acknowledgements"]
    over_ns = 0 if over is None else parse_rfc3339(str(alarm["end"] or over))
    is_hushed = alarm.get("overlay") is not None
    has_end = over is not None or bool(alarm["withdrawn"])
    return Member(
        said.alarm,
        seq,
        said.number,
        said.change,
        at_ns,
        str(alarm["kind"]),
        str(alarm["rule"]) if is_fault else f"{alarm['channel']} {alarm['rule']}",
        tuple(said.known["place"]["assets"]),
        str(alarm["site"]),
        severity,
        inside_of(alarm),
        has_end and not (state == ENDED and _is_of_now(at_ns, over_ns, before)),
        over_ns,
        state.endswith("unacknowledged"),
        state == CLOSED,
        str(taken["by"]) if taken else "",
        str(acknowledgements[-1]["by"]) if acknowledgements else "",
        is_hushed,
        int(severity) if answers else said_before,
        _news_seq(seq, said.change, severity, before, is_hushed=is_hushed),
        bool(alarm["withdrawn"]),
        0 if alarm["end"] is None else parse_rfc3339(str(alarm["end"])),
    )


def _news_seq(seq: int, change: str, severity: Severity, before: Member | None, *, is_hushed: bool) -> int:
    """Whoever did something about what is over has seen it."""
    if before is None or change == RAISED or severity > before.severity:
        return seq
    if before.news_seq == WHEN_IT_SPEAKS and not is_hushed:
        return seq
    return 0 if before.is_over and change in BY_PEOPLE else before.news_seq


def _is_of_now(at_ns: int, over_ns: int, before: Member | None) -> bool:
    """Whether an end without a return is no history: people are called, as it may be as it was."""
    was_going_on = before is not None and before.over_ns > 0 and not before.is_over
    return was_going_on or at_ns - over_ns < HISTORY_NS
