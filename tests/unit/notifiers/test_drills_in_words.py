"""Whatever tells of every change of an alarm says first that it is a drill."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.alarms.change import AlarmChange
from gateway.notifiers.service import facts
from gateway.notifiers.siren import asks
from gateway.notifiers.words import UnknownSetting, message
from tests.unit.notifiers.calls import RAISED

DRILL: dict[str, Any] = {**RAISED, "kind": "drill", "message": "DRILL by Li Na"}


@pytest.mark.parametrize("change", ["raised", "taken", "acknowledged", "closed"])
@pytest.mark.parametrize(
    ("language", "begins", "label"), [("en", "DRILL - ", "Drill"), ("zh", "【演练】", "演练")]
)
def test_it_says_so_before_anything_else(change: str, language: Any, begins: str, label: str) -> None:
    told = message(AlarmChange(1, change, 1, 1, DRILL), language, UnknownSetting())
    assert told.title.startswith(begins) and told.rows[0][0] == label
    real = message(AlarmChange(1, change, 1, 1, {**DRILL, "kind": "limit"}), language, UnknownSetting())
    assert begins not in real.title and label not in [row[0] for row in real.rows]


def test_programs_are_told_and_sirens_are_not() -> None:
    assert facts(AlarmChange(1, "raised", 1, 1, DRILL))["drill"] == "true"
    assert "drill" not in facts(AlarmChange(1, "raised", 1, 1, RAISED))
    loud = {**DRILL, "state": "unacknowledged", "overlay": None, "withdrawn": False}
    assert asks({**loud, "kind": "limit"}, "minor") and not asks(loud, "minor")
