"""What people stated while the gateway's clock was ahead waits for its time, and doctor names it."""

from __future__ import annotations

from pathlib import Path

from gateway.config.load import load
from gateway.doctor.ahead import findings
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.statements import Statement, clock, empty, withdrawal
from gateway.statements.clock import ClockChange
from gateway.statements.empty import Empty
from gateway.statements.withdrawal import Withdrawal
from tests.unit.commands.front_desk import Office

NOW, AHEAD = 1_800_000_000 * SECOND, 1_810_000_000 * SECOND


def jump(moved_s: float) -> Statement:
    return Statement(
        clock.KIND, "edge", NOW, clock.to_body(ClockChange(True, "", moved_s, moved_s, "boot", 0))
    )


def found_empty(asset: str, at_ns: int, stated_ns: int) -> Statement:
    return Statement(empty.KIND, "Li Na", at_ns, empty.to_body(Empty(asset, None)), stated_ns=stated_ns)


def test_they_are_named_until_they_are_taken_back(tmp_path: Path) -> None:
    office = Office(tmp_path)
    said = [
        found_empty("shipper-1", NOW - SECOND, NOW - SECOND),
        jump(1e7),
        found_empty("shipper-2", AHEAD, AHEAD),
        found_empty("shipper-1", NOW - SECOND, AHEAD),  # with its own time: it counts
        jump(-1e7),
        found_empty("shipper-1", NOW, NOW),
        jump(-2.0),
    ]
    assert list(findings(load(office.config), NOW)) == []
    office.path.parent.mkdir()
    with Journal.open(office.path) as journal:
        for one in said:
            journal.commit(statements=[one])
        identity = f"{journal.id}-3"
        (warned,) = findings(load(office.config), NOW)
        assert warned.what.startswith("1 statement, made while the gateway's clock was ahead, waits")
        assert f"{identity}: Li Na found shipper-2 empty" in warned.what and "--corrects" in warned.do
        assert list(findings(load(office.config), AHEAD)) == []
        body = withdrawal.to_body(Withdrawal())
        taken_back = Statement(
            withdrawal.KIND, "Li Na", NOW, body, stated_ns=NOW, withdraws=identity, reason="x"
        )
        journal.commit(statements=[taken_back])
        assert list(findings(load(office.config), NOW)) == []
