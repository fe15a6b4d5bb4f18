"""A step that rings nobody, because all have just heard: what happens meanwhile is told all the same."""

from __future__ import annotations

from tests.unit.alarms.happenings import ns
from tests.unit.alarms.test_escalation import Desk, by_severity


def test_what_gets_worse_while_a_step_rings_nobody_is_told_at_once() -> None:
    """All had just heard what was known when the step was decided; what comes before it is stated is news."""
    desk = Desk(judge_=by_severity)
    desk.happens("E-1", "raised", 0, severity="warning")
    desk.call(0)
    (step,) = desk.due(180)
    desk.happens("E-2", "raised", 180, severity="critical")
    desk.escalations.hear_spared("G-1", (step.round, step.steps[-1]), ns(180))
    assert desk.call(181) == [("worse", 0, ())]
    assert desk.call(360) == [("alarm", 0, (2,))]
