"""The fault that a way does not work: on a phone its end is cut, and it still says what to do."""

from __future__ import annotations

from pathlib import Path

from gateway.notifiers.words import LONGEST_LINE
from gateway.running.calling import check
from tests.unit.config.test_escalations import configured
from tests.unit.followers.switchboard import Phone, Switchboard


def test_what_to_do_stands_before_what_was_answered(tmp_path: Path) -> None:
    board = Switchboard(tmp_path)
    caller = board.caller({"push": Phone()})
    caller.failing = {"push wang.wei": "its certificate does not verify: " + "x" * 900}
    look = check(configured(tmp_path), caller)
    [fault] = look()
    assert "`cryogate notify --test wang.wei`" in fault.message[:LONGEST_LINE]
    assert "its certificate" in fault.message[:LONGEST_LINE]
