"""`[escalations.NAME]` and `[calls]`: what they say, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import Priority
from gateway.alarms.duty import Duty
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import DEFAULT_POLICIES, EVERYBODY, ON_DUTY, Step, policy_for
from gateway.config.load import parse
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.notifiers import siren
from gateway.notifiers.lamps import Command
from gateway.running.calling import addressed_of, hears_changes, notifier_of, reach_of

NTFY = {"kind": "ntfy", "url": "https://ntfy.lab.example", "topic": "t"}
JSONL = {"kind": "jsonl", "path": "alarms.jsonl"}
DUTY = {"after_s": 0, "call": ["on duty"]}


def configured(tmp_path: Path, **sections: Any) -> Configuration:
    document = {"gateway": {"name": "g"}, "sites": {"lab": {}}, "notifiers": {"push": NTFY, "file": JSONL}}
    return parse({**document, **sections}, tmp_path / "c.toml")


def test_a_policy_is_read_and_the_first_that_fits_decides(tmp_path: Path) -> None:
    night = {"steps": [DUTY], "priorities": ["urgent"], "sites": ["lab"]}
    usual = {
        "steps": [DUTY, {"after_s": 60.5, "call": ["everybody", "li-na"], "ways": 0}],
        "repeat_after_s": 0,
        "taken_for_s": 600,
    }
    found = configured(tmp_path, escalations={"night": night, "usual": usual}).escalations
    assert [policy.name for policy in found] == ["night", "usual"]
    assert found[1].steps == (Step(0, (ON_DUTY,)), Step(60.5, (EVERYBODY, "li-na"), 0))
    assert policy_for(found, Priority.URGENT, "lab") == found[0]
    assert policy_for(found, Priority.URGENT, "other") == policy_for(found, Priority.LOW, "lab") == found[1]


def test_whatever_the_priority_the_usual_policies_have_a_step_for_it() -> None:
    assert all(policy_for(DEFAULT_POLICIES, priority, "") is not None for priority in Priority)


def test_limits_of_calls(tmp_path: Path) -> None:
    calls = configured(tmp_path, calls={"flood_count": 3, "stale_after_s": 60}).calls
    assert calls.flood == FloodLimits(3, 600.0, 60.0) and calls.chatter.stale_after_s == 60


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, "escalations.x.steps: missing"),
        ({"steps": []}, "escalations.x: steps: expected 1 to 20, found 0"),
        ({"steps": [{"after_s": 0}]}, "escalations.x.steps[0]: nobody is called"),
        (
            {"steps": [{**DUTY, "after_s": -1}]},
            "escalations.x.steps[0]: after_s must lie between 0 and 604800",
        ),
        (
            {"steps": [{**DUTY, "after_s": 60}, DUTY]},
            "escalations.x: steps are out of order: after_s = 0 stands behind 60",
        ),
        ({"steps": [DUTY, DUTY]}, "escalations.x: steps are out of order"),
        ({"steps": [{**DUTY, "ways": -1}]}, "escalations.x.steps[0]: ways must lie between 0"),
        (
            {"steps": [{"after_s": 0, "notifiers": ["siren"]}]},
            "escalations.x.steps[0].notifiers: unknown notifier 'siren'; known: file, push",
        ),
        (
            {"steps": [{"after_s": 0, "notifiers": ["file"]}]},
            "escalations.x.steps[0].notifiers: 'file' is of kind 'jsonl', which cannot be told of one",
        ),
        (
            {"steps": [{"after_s": 0, "call": ["on-duty"]}]},
            "escalations.x.steps[0].call: 'on-duty' is nobody; did you mean 'on duty'?",
        ),
        (
            {"steps": [{"after_s": 0, "call": ["On Duty"]}]},
            "escalations.x.steps[0].call: 'On Duty' is nobody; did you mean 'on duty'?",
        ),
        (
            {"steps": [{"after_s": 0, "call": ["Li.Na"]}]},
            "escalations.x.steps[0].call: 'Li.Na' is nobody; did you mean 'li.na'?",
        ),
        (
            {"steps": [{"after_s": 0, "call": [""]}]},
            "escalations.x.steps[0].call: '' is nobody; expected one of 'on duty', 'deputies', 'everybody'",
        ),
        ({"steps": [DUTY], "sites": ["lb"]}, "escalations.x.sites: unknown site 'lb'; did you mean 'lab'?"),
        ({"steps": [DUTY], "priorities": ["now"]}, "escalations.x.priorities[0]: expected"),
        ({"steps": [DUTY], "repeat_after_s": 5}, "escalations.x: repeat_after_s must be 0 (never) or lie"),
        ({"steps": [DUTY], "taken_for_s": -1}, "escalations.x: taken_for_s must lie between 0"),
        ({"step": [DUTY]}, "escalations.x.step: unknown key 'step'; did you mean 'steps'?"),
    ],
)
def test_mistakes_of_policies(tmp_path: Path, told: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        configured(tmp_path, escalations={"x": told})
    assert any(one.startswith(problem) for one in error.value.problems), error.value.problems


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"chatter_count": 1}, "calls: chatter_count must lie between 2 and 50"),
        ({"flood_count": 0}, "calls: flood_count must lie between 1 and 1000"),
        ({"summary_after_s": 0}, "calls: summary_after_s must lie between 1 and 604800"),
    ],
)
def test_mistakes_of_calls(tmp_path: Path, told: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        configured(tmp_path, calls=told)
    assert any(one.startswith(problem) for one in error.value.problems), error.value.problems


HORN = {"kind": "siren", "command": {"on": ["/bin/true"], "off": ["/bin/true"]}}


def test_a_siren_that_a_step_names_sounds_by_that_alone(tmp_path: Path) -> None:
    usual = {
        "repeat_after_s": 0,
        "steps": [DUTY, {"after_s": 720, "call": ["everybody"], "ways": 0, "notifiers": ["horn"]}],
    }
    notifiers = {"push": NTFY, "horn": HORN, "lamp": HORN | {"after_s": 60.0}}
    found = configured(tmp_path, notifiers=notifiers, escalations={"usual": usual})
    addressed = addressed_of(found)
    assert sorted(addressed) == ["horn", "push"]
    reach_of(found, addressed, Duty())
    heard = {name for name in notifiers if hears_changes(found, name, notifier_of(found, name))}
    assert heard == {"push", "lamp"}


def test_when_it_sounds_is_said_once(tmp_path: Path) -> None:
    usual = {"steps": [{"after_s": 0, "notifiers": ["horn"]}]}
    with pytest.raises(ConfigurationError, match=r"'horn' has an after_s of its own: leave it out there"):
        configured(tmp_path, notifiers={"horn": HORN | {"after_s": 60.0}}, escalations={"usual": usual})


def test_a_siren_is_nobodys() -> None:
    with pytest.raises(ValueError, match="name it in `notifiers` of a step"):
        siren.Notifier(siren.Options(Command(("a",), ("b",)))).check_address("li-na")


def test_what_is_odd_about_policies_is_remarked(tmp_path: Path) -> None:
    usual, late = {"steps": [DUTY]}, {"steps": [{"after_s": 0, "call": ["li.na", "li.na"]}]}
    remarks = configured(tmp_path, escalations={"usual": usual, "late": late | {"sites": ["lab"]}}).remarks
    assert (
        "escalations.late: it is never asked: those before it are for all that it is for; the first that "
        in ("\n".join(remarks))
    )
    assert "escalations.late.steps[0].call: 'li.na' is named twice and called once" in remarks
    first = configured(tmp_path, escalations={"late": late | {"sites": ["lab"]}, "usual": usual}).remarks
    assert not any("never asked" in one for one in first)
