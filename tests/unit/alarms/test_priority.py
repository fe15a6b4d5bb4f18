"""Priority: severity by what is inside, in words; unknown is the worst, stated empty is little."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import Priority
from gateway.alarms.priority import (
    DEFAULT_TABLE,
    Inside,
    Priorities,
    Risk,
    inside_of,
    judge,
    most_urgent,
    with_priority,
)
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from gateway.model import Severity

RISKS = {"CAR-T": Risk.IRREPLACEABLE, "cord blood": Risk.HIGH, "vaccine": Risk.ORDINARY}
OURS = Priorities(risks=RISKS)


def alarm(units: Any, severity: str = "critical", **other: Any) -> dict[str, Any]:
    return {"kind": "limit", "severity": severity, "asset": "dewar-1", "units": units, **other}


def unit(product: str) -> dict[str, Any]:
    return {"code": "C-1", "product": product}


@pytest.mark.parametrize(
    ("units", "priority", "reason"),
    [
        ("unknown", "urgent", "critical; nobody has said what is inside, which counts as irreplaceable"),
        ([], "low", "critical; nothing is inside"),
        ([unit("vaccine")], "high", "critical; vaccine inside is ordinary"),
        ([unit("vaccine"), unit("CAR-T")], "urgent", "critical; CAR-T inside is irreplaceable"),
        ([unit("x")], "urgent", "critical; x inside is not in [risks], which counts as irreplaceable"),
        (
            [unit("")],
            "urgent",
            "critical; a product without a name inside is not in [risks], which counts as irreplaceable",
        ),
        (
            [unit(name) for name in "abcde"],
            "urgent",
            "critical; a, b, c and 2 more inside is not in [risks], which counts as irreplaceable",
        ),
    ],
)
def test_what_is_inside_decides_and_is_said(units: Any, priority: str, reason: str) -> None:
    found = with_priority(alarm(units), OURS)
    assert (found["priority"], found["priority_reason"]) == (priority, reason)


def test_a_fault_that_leaves_everything_watched_is_about_no_product() -> None:
    found = with_priority(alarm([], "warning", kind="fault", asset=""), OURS)
    assert found["priority"] == "low"
    assert found["priority_reason"] == "warning; no asset is unwatched because of it"
    assert inside_of(alarm("unknown", kind="fault")) == Inside(None)


def test_a_critical_fault_of_a_whole_site_is_about_whatever_is_there() -> None:
    silent = {"kind": "fault", "asset": "", "site": "pudong"}
    assert with_priority(alarm([], **silent), OURS)["priority"] == "urgent"
    assert with_priority(alarm([], "major", **silent), OURS)["priority"] == "medium"


def test_the_default_table_never_asks_for_less_where_more_is_in_danger() -> None:
    for severity in Severity:
        row = DEFAULT_TABLE[severity]
        assert all(row[less] <= row[more] for less, more in pairwise(Risk))
    for less_severe, more_severe in pairwise(Severity):
        assert all(DEFAULT_TABLE[less_severe][r] <= DEFAULT_TABLE[more_severe][r] for r in Risk)


def test_the_most_urgent_of_several_decides() -> None:
    calm = judge(Severity.WARNING, Inside(("vaccine",)), OURS)
    urgent = judge(Severity.MAJOR, Inside(None), OURS)
    assert most_urgent([calm, urgent, calm]) == urgent


def configured(tmp_path: Path, **sections: Any) -> Priorities:
    return parse({"gateway": {"name": "g"}, **sections}, tmp_path / "c.toml").priorities


def test_the_configuration_changes_what_it_names(tmp_path: Path) -> None:
    ours = configured(
        tmp_path,
        priorities={"warning": {"ordinary": "medium", "high": "medium"}, "unlisted_product": "ordinary"},
        risks={"CAR-T": "irreplaceable"},
    )
    assert judge(Severity.WARNING, Inside(("x",)), ours).priority is Priority.MEDIUM
    assert judge(Severity.WARNING, Inside(("x",)), ours).reason.endswith("counts as ordinary")
    assert judge(Severity.CRITICAL, Inside(("CAR-T",)), ours).priority is Priority.URGENT
    assert configured(tmp_path) == Priorities()


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"priorities": {"major": {"ordinary": "soon"}}}, "priorities.major.ordinary: expected"),
        ({"priorities": {"majr": {}}}, "priorities.majr: unknown key 'majr'; did you mean 'major'?"),
        (
            {"priorities": {"major": {"ordinary": "urgent"}}},
            "priorities.major: high is high and ordinary is urgent: what is worth more cannot be less urgent",
        ),
        ({"risks": {"CAR-T": "empty"}}, "risks.CAR-T: expected one of 'ordinary', 'high', 'irreplaceable'"),
        ({"risks": []}, "risks: expected a table"),
    ],
)
def test_mistakes_are_said_with_their_place(tmp_path: Path, sections: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        configured(tmp_path, **sections)
    assert any(one.startswith(problem) for one in error.value.problems), error.value.problems
