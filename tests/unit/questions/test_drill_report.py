"""The report of drills: every hop with its time, who was reached and who was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.model import SECOND
from gateway.questions.drills import report
from gateway.statements import attempt, call, drill, take
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called, Receiver
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still
from tests.unit.alarming.test_drills import started, wait


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, CONFIG, NOON_NS - SECOND)
    made.clock = Still(NOON_NS + 3600 * SECOND)
    return made


def reports(desk: Desk, start: str = "") -> list[dict[str, Any]]:
    return report(desk.journal, desk.records, desk.now_ns(), start)


def tried(desk: Desk, group: str, person: str, outcome: str, answer: str, step: int = 0) -> None:
    told = Attempt(
        f"{group}.1", "alarm", group, 0, (step,), person, "push", f"{person}@push", outcome, answer, 0.4, True
    )
    desk.state(attempt.KIND, attempt.to_body(told), stated_ns=desk.now_ns())


def test_who_was_reached_how_fast(desk: Desk) -> None:
    begun = started(desk, why="monthly")
    group = f"G{begun.drill.id[1:]}"
    assert [one["state"] for one in reports(desk)] == ["waiting"]
    wait(desk, 1)
    desk.run()
    wait(desk, 1)
    receivers = (
        Receiver("li-na", (("push", "li-na@push"),), 1),
        Receiver("wang-wei", (("push", "w@push"),), 1),
    )
    said = Called(f"{group}.1", "alarm", group, 0, (0,), "urgent", (begun.drill.id,), receivers, (), (), True)
    desk.state(call.KIND, call.to_body(said), stated_ns=desk.now_ns())
    tried(desk, group, "wang-wei", "retry", "busy")
    wait(desk, 3)
    tried(desk, group, "li-na", "delivered", "HTTP 200")
    wait(desk, 5)
    desk.state(take.KIND, take.to_body(take.Take(begun.drill.id, "")))
    wait(desk, 20)
    desk.acknowledge(begun.drill.id)
    desk.run()
    [found] = reports(desk, begun.drill.id[:4].lower())
    assert (found["state"], found["asset"], found["channel"]) == ("passed", "freezer", "top")
    assert (found["rule"], found["severity"], found["value"]) == ("above-150", "critical", -149.0)
    assert (found["by"], found["reason"], found["raised_after_s"]) == ("Li Na", "monthly", 1.0)
    assert [(one["steps"], one["persons"], one["after_s"]) for one in found["calls"]] == [
        ([1], ["li-na", "wang-wei"], 2.0)
    ]
    assert found["reached"] == [{"person": "li-na", "name": "li-na", "by": "push", "after_s": 5.0}]
    assert [(one["person"], one["answer"]) for one in found["not_reached"]] == [("wang-wei", "busy")]
    assert found["taken"] == [{"by": "Li Na", "after_s": 10.0}]
    assert found["acknowledged"] == [{"by": "Li Na", "after_s": 30.0}]
    assert found["why"] == "drill passed: Li Na acknowledged it after 30 s"


def test_every_state(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    assert reports(desk)[0]["state"] == "goes on"
    desk.withdraw(begun.stated.id)
    assert reports(desk)[0]["state"] == "withdrawn"
    desk.run()
    assert reports(desk)[0]["state"] == "withdrawn"
    started(desk, "shipper", at="2026-01-05T14:00:00Z")
    assert reports(desk)[0]["state"] == "planned"
    wait(desk, 3600)
    assert reports(desk)[0]["state"] == "waiting"
    wait(desk, 3600)
    assert reports(desk)[0]["state"] == "never began"
    assert [one["state"] for one in reports(desk)] == ["never began", "withdrawn"], "the newest first"
    with pytest.raises(InputError, match="there is no drill 'D-NONE'"):
        reports(desk, "D-NONE")
    assert len(list(desk.journal.statements(drill.KIND))) == 2
