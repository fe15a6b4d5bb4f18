"""Hints about alarms of a real journal: its readings, partners and faults as the gateway stated them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.alarms.causes import Cause
from gateway.cli import app
from gateway.model import SECOND, Severity
from gateway.questions.causes import causes
from gateway.questions.history import find
from gateway.statements import fault, filling
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, moment

SILENT = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 120.0").replace(
    'name = "test"', 'name = "test"\ndata_dir = "."', 1
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "cryogate.toml").write_text(SILENT)
    return Desk(tmp_path, SILENT)


def lid_opened(desk: Desk) -> str:
    """The top warms within minutes; the shipper of the site does not."""
    desk.read(*[(name, s, -190.0 - s % 7 / 100) for s in range(-7200, 0, 60) for name in ("top", "shipper")])
    desk.read(*[("top", s, 22.0 - 212.0 * 2.718 ** (-s / 900.0)) for s in range(0, 600, 60)])
    desk.read(*[("shipper", s, -190.0) for s in range(0, 600, 60)])
    desk.run()
    return next(a["id"] for a in desk.alarms() if a["rule"] == "above-150")


def shown(desk: Desk, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--config", str(desk.folder / "cryogate.toml")])
    return done.stdout or str(done.exception)


def test_the_command_prints_hints_with_their_evidence(desk: Desk) -> None:
    identity = lid_opened(desk)
    text = shown(desk, "hints", identity[:4])
    assert "looks like an open lid or door" in text
    assert "K/min, as over an open lid" in text
    data = json.loads(shown(desk, "hints", identity, "--at", moment(400), "--json"))
    assert data["schema"] == 1 and data["alarm"] == identity and data["channels"] == 2
    assert data["known_at"] == moment(400)
    assert [hint["cause"] for hint in data["hints"]] == ["lid open"]


def test_what_somebody_stated_counts_and_ends_when_it_is_over(desk: Desk) -> None:
    identity = lid_opened(desk)
    desk.state(filling.KIND, filling.to_body(filling.Filling("freezer", NOON_NS + 3600 * SECOND)), -60.0)
    assert "Li Na said that it is being filled" in shown(desk, "hints", identity)
    desk.state(filling.KIND, filling.to_body(filling.Filling("freezer", NOON_NS - 30 * SECOND)), -30.0)
    assert "said that it is being filled" not in shown(desk, "hints", identity)


def test_before_it_began_nothing_can_be_looked_at(desk: Desk) -> None:
    identity = lid_opened(desk)
    early = shown(desk, "hints", identity, "--at", moment(-3600))
    assert "nothing was looked at: it had not begun then" in early and "nothing fits" not in early
    assert "2099-01-01T00:00:00Z is in the future" in shown(
        desk, "hints", identity, "--at", "2099-01-01T00:00:00Z"
    )


def test_what_fell_silent_together(desk: Desk) -> None:
    desk.read(*[(name, s, -190.0) for s in range(-3600, -1800, 60) for name in ("top", "shipper")])
    raised = fault.FaultRaised("F-1", "source:broker", Severity.MAJOR, "no answer", ())
    desk.state(fault.KIND, fault.to_body(raised), -1700.0)
    desk.read(("top", 600, -190.0), ("shipper", 600, -190.0))
    desk.run()
    silent = [a for a in desk.alarms() if a["kind"] == "no_data"]
    found = causes(desk.journal, find(desk.records, silent[0]["id"]), NOON_NS + 3600 * SECOND)
    assert [hint.cause for hint in found.hints][:1] == [Cause.LINK]
    assert {e.code for e in found.hints[0].evidence} == {"source fault", "source silent"}


def test_a_fault_of_a_source_and_another_one(desk: Desk) -> None:
    for identity, key in (("F-1", "source:broker"), ("F-2", "sink:copy")):
        raised = fault.FaultRaised(identity, key, Severity.MAJOR, "no answer", ())
        desk.state(fault.KIND, fault.to_body(raised), 0.0)
    desk.run()
    assert "broker did not answer the gateway" in shown(desk, "hints", "F-1")
    assert "nothing was looked at: a fault of the gateway says itself what is wrong" in shown(
        desk, "hints", "F-2"
    )


def test_an_alarm_that_there_is_none_of(desk: Desk) -> None:
    assert "there is no alarm E-NONE" in shown(desk, "hints", "E-NONE")
