"""Whoever was told "over" believes it: what begins then calls at once, whatever was told before."""

from __future__ import annotations

import pytest

from tests.unit.alarms.happenings import ns
from tests.unit.alarms.test_escalation import Desk, by_severity


def test_what_begins_after_over_calls_at_once_and_what_is_worse_than_that_at_once_again() -> None:
    desk = Desk(judge_=by_severity)
    desk.happens("E-1", "raised", 0, severity="critical")
    assert desk.call(0) == [("alarm", 0, (0,))]
    desk.happens("E-1", "returned", 5)
    assert desk.call(5) == [("over", 0, ())]
    desk.happens("E-2", "raised", 10, severity="minor")
    assert desk.call(10) == [("worse", 0, (0,))]
    desk.happens("E-3", "raised", 15, severity="minor")
    assert desk.call(20) == [], "they know that it goes on"
    desk.happens("E-4", "raised", 25, severity="critical")
    assert desk.call(25) == [("worse", 0, ())], "worse than all since they were told that it is over"


def test_what_begins_after_over_already_calls_at_once() -> None:
    desk = Desk()
    for change in ("raised", "returned"):
        desk.happens("E-1", change, 0)
    assert desk.call(0) == [("alarm", 0, (0,))]
    for change in ("raised", "returned"):
        desk.happens("E-2", change, 10)
    assert desk.call(10) == [], "what is over as well is gathered"
    desk.happens("E-3", "raised", 20)
    assert desk.call(20) == [("alarm", 0, (0,))]


def test_who_was_on_the_way_and_heard_that_it_was_over_already_is_called_at_once() -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    assert desk.call(0, ("li-na",)) == [("alarm", 0, (0,))]
    desk.happens("E-1", "returned", 5)
    desk.escalations.remember_told("G-1", "li-na", ns(6), said_over=True)
    assert desk.call(6) == []
    desk.happens("E-2", "raised", 10)
    assert desk.call(10) == [("worse", 0, (0,))]


@pytest.mark.parametrize("answer", ["acknowledged", "taken"])
def test_what_joins_what_goes_on_and_was_answered_is_gathered(answer: str) -> None:
    desk = Desk()
    desk.happens("E-1", "raised", 0)
    desk.call(0)
    desk.happens("E-1", answer, 5)
    assert desk.call(5) == [("over", 0, ())]
    desk.happens("E-2", "raised", 10)
    assert desk.call(59) == [] and desk.call(60) == [("worse", 0, (0,))]
