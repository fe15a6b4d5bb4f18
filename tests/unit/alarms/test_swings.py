"""What comes and goes calls at its first moment, at what is worse, and by the steps; not at every swing."""

from __future__ import annotations

import pytest

from gateway.alarms.call import Priority
from gateway.alarms.chatter import Limits, Raisings
from gateway.alarms.due import Rules
from gateway.alarms.escalation import Escalations
from gateway.alarms.member import Member
from gateway.alarms.policy import EVERYBODY, ON_DUTY, Policy, Step
from gateway.alarms.priority import Judged
from gateway.alarms.swings import Swings
from tests.unit.alarms.happenings import Site, ns
from tests.unit.alarms.test_escalation import Desk, judged

LIMITS = Limits(chatter_count=3, chatter_within_s=1800, chatter_calm_s=600)
POLICY = Policy(
    "p", (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,)), Step(360, (EVERYBODY,))), 600, taken_for_s=1800
)
Said = list[tuple[str, int, tuple[int, ...]]]


def judged_by_what_is_inside(group) -> Judged:
    """So that a rise of the priority is none of the severity."""
    inside = any(m.cause.startswith("risky") for m in group.members.values())
    return Judged(Priority.URGENT if inside else Priority.MEDIUM, judged(group).risk, "")


class Swinging(Desk):
    """Raises and ends an alarm of one cause again and again, each time under a new name."""

    def __init__(self, policy: Policy = POLICY) -> None:
        super().__init__(policy)
        self.raisings = Raisings()
        self.swings = Swings(self.raisings, LIMITS)
        self.escalations = Escalations(
            Rules(lambda _: policy, judged_by_what_is_inside, lambda by: by.lower(), swings=self.swings)
        )
        self.number = 0

    def happens(self, name: str, change: str, at_s: float, *assets: str, by: str = "Li Na", **facts) -> None:
        one = self.site.happens(name, change, at_s, assets or ("dewar-1",), by, **facts)
        self.hear(one)

    def hear(self, one: Member) -> None:
        self.raisings.hear(one)
        self.swings.hear(one)
        heard = self.groups.hear(one)
        if heard is not None:
            self.escalations.hear(heard, one)

    def rise(self, at_s: float, **facts) -> str:
        self.number += 1
        name = f"E-{self.number}"
        self.happens(name, "raised", at_s, **facts)
        return name

    def swing(self, *moments_s: float) -> str:
        """Up at each of them, and down after 30 s; what is due is decided each time."""
        for at_s in moments_s:
            name = self.rise(at_s)
            self.call(at_s, ("li-na",))
            self.happens(name, "returned", at_s + 30)
            self.call(at_s + 30, ("li-na",))
        return name

    def until(self, begin_s: int, end_s: int) -> list[tuple[int, str, tuple[int, ...]]]:
        """All that is decided within."""
        return [
            (at_s, kind, steps)
            for at_s in range(begin_s, end_s, 10)
            for kind, _, steps in self.call(at_s, ("li-na",))
        ]


def test_before_it_is_recognised_each_swing_is_told_and_then_the_steps_alone() -> None:
    desk, said = Swinging(), Said()
    for k in range(4):
        name = desk.rise(60 * k)
        said += desk.call(60 * k, ("li-na",))
        desk.happens(name, "returned", 60 * k + 30)
        said += desk.call(60 * k + 30, ("li-na",))
    assert said == [
        ("alarm", 0, (0,)),
        ("over", 0, ()),
        ("worse", 0, (0,)),
        ("over", 0, ()),
        ("worse", 0, (0,)),
    ]
    assert desk.until(210, 120 + 960) == [(300, "alarm", (1,)), (480, "alarm", (2,)), (810, "over", ())]


def test_swings_that_go_on_come_to_the_step_that_calls_everybody_and_to_the_next_round() -> None:
    desk, told = Swinging(), []
    for at_s in range(0, 1500, 60):
        name = desk.rise(at_s)
        told += desk.until(at_s, at_s + 30)
        desk.happens(name, "returned", at_s + 30)
        told += desk.until(at_s + 30, at_s + 60)
    assert told[5:] == [
        *((300, "alarm", (1,)), (480, "alarm", (2,)), (1080, "alarm", (0,)), (1260, "alarm", (1,))),
        (1440, "alarm", (2,)),
    ]


def test_while_nobody_is_due_for_long_people_hear_how_it_swings_every_ten_minutes() -> None:
    desk = Swinging(Policy("once", (Step(0, (ON_DUTY,)),), repeat_after_s=0))
    desk.swing(0, 60, 120)
    told = []
    for at_s in range(180, 1500, 60):
        name = desk.rise(at_s)
        told += desk.until(at_s, at_s + 30)
        desk.happens(name, "returned", at_s + 30)
        told += desk.until(at_s + 30, at_s + 60)
    assert told == [(720, "alarm", ()), (1320, "alarm", ())]


def test_what_is_worse_than_all_that_was_said_calls_at_once() -> None:
    desk = Swinging()
    desk.swing(0, 60, 120)
    desk.happens("E-9", "raised", 190, severity="critical")
    assert desk.call(190) == [], "as before"
    desk = Swinging()
    for at_s in (0, 60, 120):
        desk.happens(desk.rise(at_s, severity="minor"), "returned", at_s + 30)
        desk.call(at_s + 30)
    desk.rise(180, severity="critical")
    assert [kind for kind, _, _ in desk.call(180)] == ["worse"]


@pytest.mark.parametrize("answer", ["acknowledged", "taken"])
def test_after_an_answer_swings_call_again_ten_minutes_later_at_the_soonest(answer: str) -> None:
    desk = Swinging()
    desk.swing(0, 60)
    name = desk.rise(120)
    desk.call(120, ("li-na", "wang-wei"))
    for earlier in ("E-1", "E-2", name):
        desk.happens(earlier, "acknowledged" if earlier != name else answer, 125)
    assert [kind for kind, _, _ in desk.call(125, ())] == ["over"], "for wang-wei"
    desk.happens(name, "returned", 150)
    desk.call(150)
    told = []
    for at_s in range(180, 900, 60):
        name = desk.rise(at_s)
        told += desk.until(at_s, at_s + 30)
        desk.happens(name, "returned", at_s + 30)
        told += desk.until(at_s + 30, at_s + 60)
    assert told[0] == (730, "alarm", (0,)), "none before"


def test_another_alarm_of_the_same_vessel_does_not_wait_for_the_swings() -> None:
    desk = Swinging()
    desk.swing(0, 60)
    name = desk.rise(120)
    desk.call(120, ("li-na",))
    for earlier in ("E-1", "E-2", name):
        desk.happens(earlier, "acknowledged", 125)
    desk.happens(name, "returned", 130)
    desk.call(130)
    desk.rise(180)
    assert desk.call(180) == []
    desk.happens("E-20", "raised", 190, rule="below-190")
    assert [kind for kind, _, steps in desk.call(190) if steps] == ["alarm"]


def test_calm_counts_although_the_gateway_was_away_meanwhile() -> None:
    desk = Swinging()
    desk.swing(0, 60, 120)
    assert desk.call(5000, ("li-na",)) == [("over", 0, ())] and desk.call(9000) == []
    assert not desk.swings.known
    desk.rise(9000)
    assert desk.call(9000) == [("alarm", 0, (0,))], "a new happening, told as one"


def test_who_was_not_there_while_it_swung_is_told_when_it_is_over() -> None:
    desk = Swinging()
    for at_s in (0, 60, 120):
        desk.happens(desk.rise(at_s), "returned", at_s + 30)
        desk.call(at_s + 30, ())
    told = [one for at_s in range(160, 3000, 10) for one in desk.call(at_s, ())]
    assert ("over", 0, ()) in told and desk.escalations.is_calling("G-1")
    while not (last := desk.call(at_s := at_s + 10 if told else 0, ("zhao-min",))):
        pass
    assert last[0][0] == "alarm" and desk.until(at_s + 10, at_s + 3000) == []


def test_the_end_of_swings_is_told_once_where_the_message_about_them_still_waits() -> None:
    desk, waiting = Swinging(), {"wang-wei"}
    rules = desk.escalations._rules
    object.__setattr__(rules, "is_coming", lambda _group, name: name in waiting)
    desk.swing(0, 60)
    desk.happens(desk.rise(120), "returned", 150)
    desk.call(150, ("li-na", "wang-wei"))
    desk.escalations.remember_told("G-1", "li-na", ns(151))
    for at_s in range(160, 740, 10):
        desk.call(at_s, ("li-na", "wang-wei"))
    assert desk.escalations.over_to("G-1") == ("li-na",)
    assert [one[0] for one in desk.call(750, ("li-na",))] == ["over"]
    assert list(desk.escalations.courses["G-1"].told) == ["wang-wei"] and desk.call(760) == []


def test_causes_that_are_calm_are_forgotten_and_of_a_run_before_they_are_known() -> None:
    site, raisings = Site(), Raisings()
    swings = Swings(raisings, LIMITS)
    for k in range(3):
        for change, at_s in (("raised", 60 * k), ("returned", 60 * k + 30)):
            one = site.happens(f"E-{k}", change, at_s)
            raisings.hear(one)
            swings.hear(one)
    assert swings.counts(one, ns(150)) == 3 and swings.counts(site.members["E-0"], ns(150)) == 0
    swings.forget(ns(751), lambda _: True)
    swings.forget(ns(750), lambda _: False)
    assert swings.known
    other = Swings(raisings, LIMITS)
    other.take_over(swings.known)
    other.forget(ns(751), lambda _: False)
    assert not other.known and swings.known
