"""Escalation: who is due when, stopped by whoever takes it, resumed when it worsens or nothing is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.due import Due, Rules
from gateway.alarms.escalation import Escalations
from gateway.alarms.groups import Group, Groups
from gateway.alarms.policy import EVERYBODY, ON_DUTY, Policy, Step
from gateway.alarms.priority import Inside, Judged, Priorities, judge, most_urgent
from gateway.model import SECOND
from tests.oracle import escalation as twin
from tests.oracle.escalation import Happened
from tests.unit.alarms.happenings import Site, ns

POLICY = Policy(
    "p",
    (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,)), Step(360, (EVERYBODY,))),
    repeat_after_s=600,
    taken_for_s=1800,
)


def judged(group: Group) -> Judged:
    ours = Priorities()
    return most_urgent(judge(m.severity, Inside(None), ours) for m in group.members.values())


def by_severity(group: Group) -> Judged:
    """So that every rise of the severity is one of the priority."""
    worst = max(m.severity for m in group.members.values())
    return Judged(Priority(worst), judged(group).risk, "")


class Desk:
    """Groups and their escalation; a call that is due is decided when the test says so."""

    def __init__(self, policy: Policy | None = POLICY, judge_=judged) -> None:
        self.site, self.groups = Site(), Groups()
        self.escalations = Escalations(
            Rules(lambda _: policy, judge_, lambda by: by.lower().replace(" ", "-"))
        )

    def happens(self, name: str, change: str, at_s: float, *assets: str, by: str = "Li Na", **facts) -> None:
        one = self.site.happens(name, change, at_s, assets or ("dewar-1",), by, **facts)
        heard = self.groups.hear(one)
        if heard is not None:
            self.escalations.hear(heard, one)

    def due(self, at_s: float) -> list[Due]:
        return self.escalations.due(ns(at_s))

    def call(
        self, at_s: float, persons: Sequence[str] = ("li-na", "wang-wei")
    ) -> list[tuple[str, int, tuple]]:
        """What is due, decided."""
        found = self.due(at_s)
        for one in found:
            place, seq = (one.round, one.steps), self.site.seq
            self.escalations.hear_call(one.group, one.kind, place, persons, ns(at_s), seq)
            self.escalations.forget_if_done(one.group)
        return [(one.kind.value, one.round, one.steps) for one in found]


def test_step_after_step_and_round_after_round_until_somebody_takes_it() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    assert desk.call(0) == [("alarm", 0, (0,))]
    assert desk.call(179) == []
    assert desk.call(180) == [("alarm", 0, (1,))]
    assert desk.call(360) == [("alarm", 0, (2,))]
    assert desk.call(959) == []
    assert desk.call(960) == [("alarm", 1, (0,))]
    desk.happens("E-1", "taken", 1000)
    assert desk.escalations.over_to("G-1") == ("wang-wei",)  # who took it knows
    assert desk.call(1000) == [("over", 0, ())]
    assert desk.call(2000) == []


def test_what_is_not_stated_stays_due() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    assert desk.due(0) == desk.due(0) == [Due("G-1", CallKind.ALARM, ns(0), 0, (0,))]


def test_an_acknowledgement_stops_and_the_end_is_told_to_those_who_were_called() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0)
    desk.happens("E-1", "acknowledged", 10, by="Li Na")
    assert desk.call(10) == [("over", 0, ())]
    assert desk.escalations.over_to("G-1") == ()
    desk.happens("E-1", "returned", 20)
    assert desk.escalations.over_to("G-1") == ("li-na",)
    assert desk.call(20) == [("over", 0, ())]
    assert desk.call(5000) == [] and not desk.escalations.courses


def test_who_took_it_and_does_nothing_is_called_again_and_the_others() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0)
    desk.happens("E-1", "taken", 60)
    desk.call(60)
    desk.happens("E-1", "commented", 600)  # that is something
    assert desk.call(600 + 1799) == []
    assert desk.call(600 + 1800) == [("alarm", 0, (0,))]
    assert desk.call(600 + 1980) == [("alarm", 0, (1,))]
    desk.happens("E-1", "commented", 2600)
    assert desk.call(2600) == [("over", 0, ())]


def test_it_is_called_again_when_it_worsens_after_an_acknowledgement() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0, severity="minor")
    desk.call(0)
    desk.happens("E-1", "acknowledged", 10)
    desk.call(10)
    desk.happens("E-1", "amended", 500, state="acknowledged", severity="critical")
    assert desk.call(500) == [("worse", 0, (0,))]
    assert desk.call(680) == [("alarm", 0, (1,))]
    desk.happens("E-1", "acknowledged", 700)
    desk.call(700)
    assert desk.call(9000) == []


def test_growing_is_told_at_most_once_a_minute_and_more_urgent_at_once() -> None:
    desk = Desk(judge_=by_severity)
    desk.happens("E-1", "raised", 0, severity="minor")
    desk.call(0)
    desk.happens("E-2", "raised", 5, severity="minor")
    assert desk.call(59) == []
    assert desk.call(60) == [("worse", 0, ())]
    desk.happens("E-3", "raised", 61, severity="critical")
    assert desk.call(61) == [("worse", 0, ())]
    assert desk.call(180) == [("alarm", 0, (1,))]


def test_something_more_severe_is_told_at_once_even_where_it_is_not_more_urgent() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0, severity="major")
    desk.call(0)
    desk.happens("E-2", "raised", 5, severity="major")
    assert desk.call(6) == []
    desk.happens("E-3", "raised", 7, severity="critical")
    assert desk.call(7) == [("worse", 0, ())]
    desk.happens("E-4", "raised", 9, severity="critical")
    assert desk.call(66) == [] and desk.call(67) == [("worse", 0, ())]


def test_part_of_a_group_that_is_acknowledged_leaves_the_rest_calling() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.happens("E-2", "raised", 0)
    desk.call(0)
    desk.happens("E-1", "acknowledged", 10)
    assert desk.call(10) == [] and desk.call(180) == [("alarm", 0, (1,))]
    desk.happens("E-2", "acknowledged", 200)
    assert desk.call(200) == [("over", 0, ())]


def test_an_end_that_is_no_return_goes_on_calling_until_somebody_acknowledges_it() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0, ("li-na",))
    desk.happens("E-1", "ended", 60)
    assert desk.call(60) == [] and [kind for kind, _, _ in desk.call(180)] == ["alarm"]
    desk.happens("E-1", "acknowledged", 200)
    assert desk.call(200) == [("over", 0, ())] and desk.call(5000) == []
    past = "2026-01-01T12:00:00Z"
    for change in ("raised", "ended"):
        desk.happens("E-2", change, 6000, "dewar-2", over=past if change == "ended" else None, end=past)
    assert desk.call(6000) == [], "long before"


def test_what_is_hushed_calls_nobody() -> None:
    desk = Desk()
    desk.happens(
        "E-1", "raised", 0, overlay={"kind": "out of service", "by": "", "until": None, "reason": ""}
    )
    assert desk.call(5000) == []
    desk.happens("E-2", "raised", 5000, "dewar-2")
    desk.call(5000)
    desk.happens("E-2", "shelved", 5001)
    assert desk.call(5001) == [("over", 0, ())]


def test_what_was_over_when_it_was_noticed_is_told_once_unless_it_is_history() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.happens("E-1", "returned", 0)
    assert desk.call(1) == [("alarm", 0, (0,))]
    assert desk.call(9000) == []
    desk.happens("E-2", "raised", 200_000, "dewar-2")
    desk.happens("E-2", "returned", 200_000, "dewar-2", end="2026-01-05T12:10:00Z")
    assert desk.call(200_001) == []


@pytest.mark.parametrize("answer", ["", "acknowledged", "taken"])
def test_what_late_data_bring_is_told_once_whatever_was_told_of_its_asset_before(answer: str) -> None:
    """A shipper that was out of reach sends what it has kept: warm meanwhile, and over by now."""
    desk = Desk()
    desk.happens("E-1", "raised", 0, kind="no_data")
    assert desk.call(0, ("li-na",)) == [("alarm", 0, (0,))]
    if answer:
        desk.happens("E-1", answer, 10)
    if answer != "taken":
        desk.happens("E-1", "returned", 30)
    desk.call(30, ())
    for change in ("raised", "returned"):
        desk.happens("E-2", change, 60)
    assert desk.call(60, ("li-na",)) == [("alarm", 0, (0,))] and desk.call(500) == []
    for change in ("raised", "acknowledged", "returned"):
        desk.happens("E-3", change, 600)
    assert desk.call(600) == [], "somebody has seen it"
    for change in ("raised", "returned", "commented"):
        desk.happens("E-4", change, 610)
    assert desk.call(610) == [], "as well"


def test_what_returned_before_anybody_was_there_is_told_to_whoever_comes_and_once() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    assert desk.call(0, ()) == [("alarm", 0, (0,))]
    desk.happens("E-1", "returned", 14)
    assert desk.call(15, ()) == [("alarm", 0, (0,))]
    assert desk.call(200, ()) == [("alarm", 0, (1,))], "still nobody"
    assert desk.call(400, ("notifier:horn",)) == [("alarm", 0, (2,))], "a siren says nothing of what is over"
    assert desk.call(14 + 960, ("zhao-min",)) == [("alarm", 1, (0,))]
    desk.happens("E-1", "commented", 2000)
    assert desk.call(9000) == []


def test_what_returned_before_anybody_was_there_needs_no_call_once_it_is_answered() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0, ())
    desk.happens("E-1", "returned", 14)
    desk.happens("E-1", "acknowledged", 15)
    assert desk.call(9000) == []


def test_what_was_missed_is_made_up_for_at_once_without_a_storm() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0)
    assert desk.call(400) == [("alarm", 0, (1, 2))]
    assert desk.call(400 + 3 * 960) == [("alarm", 3, (0, 1, 2))]
    assert desk.call(400 + 3 * 960) == []


def test_nobody_is_called_where_no_policy_is_for_it() -> None:
    desk = Desk(policy=None)
    desk.happens("E-1", "raised", 0)
    assert desk.call(9000) == []


def test_silences_that_turn_out_to_be_one_cause_go_on_as_one() -> None:
    desk = Desk()
    for k in range(3):
        facts = {"kind": "no_data", "rule": "no-data", "site": f"site-{k}"}
        desk.happens(f"E-{k}", "raised", k, f"shipper-{k}", **facts)
    assert desk.call(2) == [("alarm", 0, (0,))] * 3
    desk.happens("F-1", "raised", 60, "shipper-0", "shipper-1", "shipper-2", kind="fault")
    assert desk.call(62) == [("worse", 0, ())]
    assert desk.call(180) == [("alarm", 0, (1,))]


def test_silences_of_one_site_that_begin_together_are_called_as_one() -> None:
    desk = Desk()
    for k in range(3):
        desk.happens(f"E-{k}", "raised", k, f"shipper-{k}", kind="no_data", rule="no-data")
    assert desk.call(2) == [("alarm", 0, (0,))]
    desk.happens("E-9", "raised", 30, "shipper-9", kind="no_data", rule="no-data")
    assert desk.call(30) == [] and desk.call(62) == [("worse", 0, ())], "what grows is told within a minute"
    for name in ("E-0", "E-1", "E-2", "E-9"):
        desk.happens(name, "acknowledged", 70, f"shipper-{name[2:]}")
    desk.call(70)
    desk.happens("E-8", "raised", 100, "shipper-8", kind="no_data", rule="no-data")
    assert desk.call(121) == [] and desk.call(122) == [("worse", 0, (0,))], "as well, if nobody is called"


STORIES = st.lists(
    st.tuples(st.integers(1, 700), st.sampled_from(["return", "raise", "ack", "take", "worse"])), max_size=7
)
CHANGES = {
    "raise": "raised",
    "return": "returned",
    "ack": "acknowledged",
    "take": "taken",
    "worse": "amended",
}
SEVERITIES = ("warning", "minor", "major", "critical")
SHORT = Policy("s", (Step(0), Step(30), Step(70)), repeat_after_s=60, taken_for_s=90)
ONCE = Policy("o", (Step(10), Step(20)), repeat_after_s=0, taken_for_s=0)


@settings(max_examples=60, deadline=None)
@given(
    STORIES,
    st.sampled_from([SHORT, ONCE]),
    st.sets(st.integers(0, 60)),
    st.sets(st.integers(0, 60)) | st.integers(0, 60).map(lambda end: set(range(end))),
)
@example([(15, "return")], SHORT, set(), set(range(4)))
@example([(1, "return"), (5, "raise")], SHORT, set(), {0})
@example([(5, "return"), (20, "raise"), (25, "worse")], SHORT, set(), set())
def test_it_calls_as_the_slow_one_does(
    moves: list[tuple[int, str]], policy: Policy, down: set[int], empty: set[int]
) -> None:
    """`down`: minutes-of-12-seconds in which the gateway does not run; `empty`: those without anybody."""
    desk = Desk(policy, by_severity)
    severity, story = 0, [Happened(0, "raise")]
    desk.happens("E-1", "raised", 0, severity=SEVERITIES[0])
    waiting = sorted(moves)
    for now_s in range(0, 760, 4):
        while waiting and waiting[0][0] <= now_s:
            at_s, what = waiting.pop(0)
            if not _can_be(desk, what, severity):
                continue
            severity += what == "worse"
            story.append(Happened(at_s, what))
            state = {"state": desk.site.alarms["E-1"]["state"]} if what == "worse" else {}
            desk.happens("E-1", CHANGES[what], at_s, severity=SEVERITIES[severity], **state)
        if now_s // 12 in down or "G-1" not in desk.escalations.courses:
            continue
        for _ in range(4):
            expected = twin.due(policy, story, now_s)
            is_there = now_s // 12 not in empty
            decided = desk.call(now_s, ("li-na",) if is_there else ())
            assert decided == ([] if expected is None else [(expected.kind, expected.round, expected.steps)])
            if expected is None:
                break
            story.append(replace(expected, found=is_there))
        else:
            pytest.fail("it calls for ever")


def _can_be(desk: Desk, what: str, severity: int) -> bool:
    """What the life of an alarm allows; a closed one is another story."""
    state = desk.site.alarms["E-1"]["state"]
    if state == "closed":
        return False
    if what == "worse":
        return severity < 3 and not state.startswith("returned")
    if what == "raise":
        return bool(state.startswith("returned"))
    if what == "return":
        return not state.startswith("returned")
    return not (what == "take" and state.startswith("returned"))


def test_of_ten_thousand_groups_those_that_are_due_are_found() -> None:
    desk = Desk()
    for k in range(10_000):
        desk.happens(f"E-{k}", "raised", k / 100, f"dewar-{k}")
    assert len(desk.call(100)) == 10_000
    due = desk.due(100 + 180)
    assert len(due) == 10_000
    slow = [g for g in desk.groups.by_id if desk.escalations.next(g, ns(280)).moment_ns <= ns(280)]
    assert {one.group for one in due} == set(slow)
    assert desk.escalations.soonest_ns() > 100 * SECOND


def test_silences_that_ask_again_behind_their_cause_are_one_call_to_whoever_is_on_duty() -> None:
    """A broker was away, somebody took or acknowledged its silences; it is back, and two go on."""
    desk = Desk()
    shippers = ("s-1", "s-2", "s-3")
    desk.happens("F-1", "raised", 0, *shippers, kind="fault")
    for name in shippers:
        desk.happens(f"E-{name}", "raised", 10, name, kind="no_data", rule="no-data", severity="critical")
    desk.call(10)
    desk.happens("F-1", "acknowledged", 20, *shippers, kind="fault")
    for name in shippers[:2]:
        desk.happens(f"E-{name}", "acknowledged", 20, name)
    desk.happens("E-s-3", "taken", 20, "s-3")
    desk.call(20)
    desk.happens("F-1", "returned", 600, *shippers, kind="fault")
    desk.happens("E-s-1", "returned", 610, "s-1")
    assert desk.call(900) == []
    desk.happens("E-s-2", "asks again", 1000, "s-2")
    desk.happens("E-s-3", "asks again", 1000, "s-3", taken=None)
    assert desk.call(1000) == [("again", 0, (0,))]
    assert [desk.call(at_s) for at_s in (1001, 1179)] == [[], []]
    assert desk.call(1180) == [("alarm", 0, (1,))]
    desk.happens("E-s-2", "acknowledged", 1200, "s-2")
    desk.happens("E-s-3", "acknowledged", 1200, "s-3")
    assert desk.call(1200) == [("over", 0, ())] and desk.call(9000) == []
