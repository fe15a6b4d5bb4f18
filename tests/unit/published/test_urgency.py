"""The order of alarms: a critical one that goes on never stands behind what is over."""

from __future__ import annotations

import random
from typing import Any

from gateway.published.urgency import asks, goes_on, most_urgent_first


def alarm(identity: str, state: str, severity: str = "critical", minute: int = 0) -> dict[str, Any]:
    withdrawn = state.startswith("withdrawn")
    start = f"2026-01-05T12:{minute:02d}:00.000000000Z"
    return {"id": identity, "state": state, "severity": severity, "start": start, "withdrawn": withdrawn}


WANTED = [
    alarm("newer", "unacknowledged", minute=30),
    alarm("older", "unacknowledged"),
    alarm("minor", "unacknowledged", "minor", 40),
    alarm("seen", "acknowledged", minute=50),
    alarm("returned", "returned unacknowledged", minute=50),
    alarm("ended", "ended unacknowledged", "major", 50),
    *(alarm(f"no-data-{k:03d}", "returned unacknowledged", "warning", 55) for k in range(120)),
    alarm("ended, seen", "ended acknowledged", minute=55),
    {**alarm("exercise", "unacknowledged", minute=57), "kind": "drill"},
    alarm("closed", "closed", minute=56),
    alarm("never was", "withdrawn unacknowledged", minute=59),
]


def test_what_goes_on_unseen_and_bad_stands_first() -> None:
    for seed in range(5):
        mixed = list(WANTED)
        random.Random(seed).shuffle(mixed)
        assert [a["id"] for a in most_urgent_first(mixed)] == [a["id"] for a in WANTED]


def test_priority_decides_before_severity_and_state_before_both() -> None:
    wanted = [
        {**alarm("car-t", "unacknowledged", "minor"), "priority": "urgent"},
        {**alarm("plasma", "unacknowledged", "critical"), "priority": "high"},
        {**alarm("plasma too", "unacknowledged", "major"), "priority": "high"},
        {**alarm("empty", "unacknowledged", "critical", 30), "priority": "low"},
        {**alarm("seen", "acknowledged", "critical"), "priority": "urgent"},
    ]
    assert most_urgent_first(reversed(wanted)) == wanted


def test_what_was_withdrawn_does_not_go_on_whatever_people_said() -> None:
    late = {**alarm("a", "acknowledged"), "withdrawn": True}
    assert not goes_on(late) and not asks(late)
    assert most_urgent_first([late, *WANTED])[-2:] == [WANTED[-1], late]
