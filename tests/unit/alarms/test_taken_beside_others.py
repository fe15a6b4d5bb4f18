"""Who took one alarm and does nothing, while another one of its group asks."""

from __future__ import annotations

from dataclasses import replace

from gateway.alarms.policy import Policy
from tests.unit.alarms.test_escalation import POLICY, Desk


def taken_beside_another(policy: Policy) -> Desk:
    """At 60 s; the other alarm of the group is nobody's, and people are called about it from 100 s on."""
    desk = Desk(policy)
    desk.happens("E-1", "raised", 0)
    desk.call(0)
    desk.happens("E-1", "taken", 60)
    desk.call(60)
    desk.happens("E-2", "raised", 100)
    desk.call(100)
    return desk


def test_who_took_one_alarm_and_does_nothing_is_called_again_though_another_one_asks() -> None:
    desk = taken_beside_another(POLICY)
    assert [desk.call(at_s)[0][1:] for at_s in (280, 460, 1060, 1240, 1420)][-1] == (1, (2,))
    assert desk.call(1859) == []
    assert desk.call(1860) == [("alarm", 0, (0,))] and desk.escalations.courses["G-1"].resumed
    assert desk.call(2019) == []
    assert desk.call(2020) == [("alarm", 2, (0,))]  # the steps go on where they were


def test_a_step_that_is_due_then_tells_it_too() -> None:
    desk = taken_beside_another(POLICY)
    assert desk.call(1420) and desk.call(2020) == [("alarm", 2, (0,))]
    assert desk.escalations.courses["G-1"].resumed and desk.call(2021) == []


def test_steps_begin_again_then_behind_the_last_one() -> None:
    desk = taken_beside_another(replace(POLICY, repeat_after_s=0, taken_for_s=1000))
    assert desk.call(280) and desk.call(460) and desk.call(1059) == []
    assert desk.call(1060) == [("alarm", 0, (0,))]
    assert desk.call(1240) == [("alarm", 0, (1,))]
