"""What leads each message: whatever is new and asks, in time; nothing that was answered; nothing twice.

Short stories of one vessel, told by the real book of calls: alarms begin, end and are acknowledged, one over
before it is noticed, while one person is on duty and another is called later.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import time as clock_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.alarms.call import LOUD, CallKind
from gateway.alarms.callbook import CallBook, Plan
from gateway.alarms.chatter import Limits
from gateway.alarms.decisions import Decisions
from gateway.alarms.delivery import Delivery
from gateway.alarms.duty import Duty
from gateway.alarms.flood import FloodLimits
from gateway.alarms.leading import ranked
from gateway.alarms.member import Member
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.alarms.reach import Reach
from gateway.model import Severity
from gateway.statements import Statement, attempt, call, person, roster, transition
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called
from gateway.statements.person import Person, Way
from tests.unit.alarms.happenings import BEGAN_NS, Site, ns, published
from tests.unit.alarms.staff import made, weekly

POLICY = Policy("p", (Step(0, (ON_DUTY,)), Step(45, ("wang-wei",))), repeat_after_s=600, taken_for_s=0)
TICK_S = 5
MINUTE_S = 60
MOVES = (
    *((severity, how) for severity in ("minor", "critical") for how in ("open", "past")),
    ("end", "latest"),
    ("ack", "latest"),
    ("ack", "all"),
    ("wait", "moment"),
    ("wait", "minute"),
)
Move = tuple[str, str]


@dataclass
class Message:
    """`known`: alarms that this person had been told of before."""

    at_s: float
    to: str
    kind: CallKind
    steps: tuple[int, ...]
    first: Member
    listed: tuple[str, ...]
    known: frozenset[str]


@dataclass
class Story:
    """One group, and who was told what of it."""

    now_s: float = 0.0
    seq: int = 0
    number: int = 0
    site: Site = field(default_factory=Site)
    messages: list[Message] = field(default_factory=list)
    begun: dict[str, float] = field(default_factory=dict)  # alarm -> when it was noticed
    told: dict[str, set[str]] = field(default_factory=dict)  # person -> alarms

    def __post_init__(self) -> None:
        plan = Plan(
            policies=(POLICY,), flood=FloodLimits(flood_count=1000), chatter=Limits(chatter_count=1000)
        )
        self.book = CallBook(plan, Duty(), published)
        self.decisions = Decisions(self.book, Reach(self.book.duty, ("push",)))
        for name in ("li-na", "wang-wei"):
            ways = (Way("push", name),)
            self._say(person, Person(name, name.title(), "", ("en",), "UTC", ways, ()))
        self._say(roster, made("r", weekly("li-na", hand_over=clock_time(0)), sites=()))

    def move(self, move: Move) -> None:
        what, how = move
        if what == "wait":
            self._go_on(TICK_S if how == "moment" else MINUTE_S)
            return
        if what in ("minor", "critical"):
            self.number += 1
            name = f"E-{self.number}"
            self.begun[name] = self.now_s
            self._happens(name, "raised", severity=what, rule=f"r{self.number}")
            if how == "past":
                self._happens(name, "returned")
        for name in self._open()[-1:] if how == "latest" else self._open() if how == "all" else ():
            self._happens(name, "returned" if what == "end" else "acknowledged")
        self._decide()

    def untold(self) -> list[Member]:
        """What asks, or was over before anybody was told."""
        told = {name for alarms in self.told.values() for name in alarms}
        return [one for one in self.site.members.values() if one.id not in told and one.asks]

    def _open(self) -> list[str]:
        return [one.id for one in self.site.members.values() if not one.is_over or one.asks]

    def _go_on(self, seconds: int) -> None:
        for _ in range(seconds // TICK_S):
            self.now_s += TICK_S
            self._decide()

    def _happens(self, name: str, change: str, **facts: str) -> None:
        before = self.site.members.get(name)
        if change == "returned" and before is not None and before.is_over:
            return
        said, at_ns = self.site.transition(name, change, self.now_s, ("dewar-1",), "Li Na", **facts)
        self._hear(transition.KIND, transition.to_body(said), at_ns)
        group = self.book.groups.of(name)
        if group is not None:
            self.site.members[name] = group.members[name]
        else:
            del self.site.members[name]

    def _decide(self) -> None:
        for _ in range(10):
            found = self.decisions.due(ns(self.now_s))
            if not found:
                return
            for one in found:
                self._hear(call.KIND, call.to_body(one), ns(self.now_s))
                self._tell(one)
        pytest.fail("it calls for ever")

    def _tell(self, said: Called) -> None:
        for delivery in [one for one in self.book.deliveries.values() if one.call == said.id]:
            message = self._message(delivery, said)
            self.messages.append(message)
            alarms = self.told.setdefault(message.to, set())
            alarms |= set(message.listed)
            self._delivered(delivery, message)

    def _message(self, delivery: Delivery, said: Called) -> Message:
        group = self.book.groups.by_id[said.group]
        course = self.book.escalations.courses[group.id]
        found = ranked(group, course, delivery.reader, self.book.priority_of, lambda _: False)
        to, members = delivery.receiver.person, [one for _, one in found]
        known = frozenset(self.told.get(to, ()))
        listed = tuple(one.id for one in members)
        return Message(self.now_s, to, delivery.kind, said.steps, members[0], listed, known)

    def _delivered(self, delivery: Delivery, message: Message) -> None:
        goes_on = any(not one.is_over for one in self.site.members.values())
        over = message.first.is_over and not goes_on
        body = attempt.to_body(
            Attempt(
                delivery.call,
                delivery.kind.value,
                delivery.group,
                0,
                delivery.steps,
                message.to,
                "push",
                message.to,
                "delivered",
                "",
                0.0,
                False,
                over,
            )
        )
        self._hear(attempt.KIND, body, ns(self.now_s))

    def _say(self, kind, said) -> None:
        self._hear(kind.KIND, kind.to_body(said), BEGAN_NS)

    def _hear(self, kind: str, body: dict, at_ns: int) -> None:
        self.seq += 1
        self.book.hear(self.seq, Statement(kind, "test", at_ns, body, id=f"s-{self.seq}"))
        self.site.seq = self.seq


def run(moves: tuple[Move, ...]) -> Story:
    """With everything checked on the way, and a quarter of an hour behind it."""
    story = Story()
    for move in (*moves, *(("wait", "minute"),) * 3):
        before = len(story.messages)
        story.move(move)
        for message in story.messages[before:]:
            check_message(message)
        check_that_nothing_waits_too_long(story)
    return story


def check_message(message: Message) -> None:
    if message.kind not in LOUD:
        return
    first = message.first
    assert first.asks, f"what was acknowledged leads: {message}"
    is_step = bool(message.steps) and not first.is_over
    assert first.id not in message.known or is_step, f"told twice: {message}"


def check_that_nothing_waits_too_long(story: Story) -> None:
    """What is more severe than all that was told within a minute calls at once, the rest within one."""
    for one in story.untold():
        waited_s = story.now_s - story.begun[one.id]
        lately = [m for m in story.messages if m.kind in LOUD and story.now_s - m.at_s < MINUTE_S]
        assert waited_s <= MINUTE_S, f"{one.id} is not told"
        assert lately and one.severity <= max(story_severity(story, m) for m in lately), f"{one.id} waits"


def story_severity(story: Story, message: Message) -> int:
    """The worst that this one listed."""
    return max(severities(story)[name] for name in message.listed)


def severities(story: Story) -> dict[str, int]:
    return {name: int(Severity[alarm["severity"].upper()]) for name, alarm in story.site.alarms.items()}


@pytest.mark.parametrize("first", MOVES[:4], ids="-".join)
def test_every_short_story(first: Move) -> None:
    for rest in itertools.product(MOVES, repeat=2):
        run((first, *rest))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MOVES), min_size=4, max_size=9).map(tuple))
@example((("minor", "open"), ("ack", "latest"), ("critical", "past"), ("critical", "past")))
def test_longer_stories(moves: tuple[Move, ...]) -> None:
    run(moves)
