"""What people see of an alarm that late data, a person or a reset changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.journal.journal import Statement
from gateway.model import Severity
from gateway.statements import fault
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, moment


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "cryogate.toml").write_text(
        CONFIG.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1)
    )
    return Desk(tmp_path)


def shown(desk: Desk, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--config", str(desk.folder / "cryogate.toml")])
    return done.stdout or str(done.exception)


def test_each_change_with_what_was_known_before(desk: Desk) -> None:
    desk.read(("top", 10, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    desk.acknowledge(alarm["id"], "courier called")
    desk.contain("BAG-1", "freezer", 0)
    desk.read(("top", 5, -140.0), ("top", 20, -190.0))
    desk.run()
    text = shown(desk, "history", alarm["id"][:4])
    changes = [line.split("  ")[1] for line in text.splitlines() if line.startswith("20")]
    assert changes == ["raised", "acknowledged", "amended", "amended", "returned"]
    assert "\n    inside unknown\n" in text  # as it was raised
    assert "Li Na put BAG-1 in freezer from" in text  # what brought the first of them
    assert f"start {moment(5)}, was {moment(10)}" in text
    assert "Li Na: courier called" in text
    assert "inside BAG-1, was unknown" in text
    assert "state closed, was acknowledged" in text
    data = json.loads(shown(desk, "history", alarm["id"], "--json"))
    assert [d["change"] for d in data] == changes


def test_what_late_data_withdrew_stays_visible_as_withdrawn(tmp_path: Path) -> None:
    patient = CONFIG.replace("limit_degC = -150.0", "limit_degC = -150.0\non_delay_s = 5.0")
    (tmp_path / "cryogate.toml").write_text(
        patient.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1)
    )
    desk = Desk(tmp_path, patient)
    desk.read(("top", 0, -140.0), ("top", 10, -140.0))
    desk.run()
    desk.read(("top", 5, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert "(withdrawn unacknowledged)" in shown(desk, "alarms", "--all").replace("\n", " ")
    text = shown(desk, "history", alarm["id"])
    assert "top above-150, withdrawn unacknowledged" in text
    assert "withdrawn True, was False" in text


def test_a_fault_about_no_asset_has_no_inside(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """What is inside the vessels of a silent peer is not known here, and not nothing."""
    said = fault.FaultRaised("F-1", "peer:far", Severity.CRITICAL, "gateway far is silent", (), "s")
    desk.say(Statement(fault.KIND, "test", NOON_NS, fault.to_body(said)))
    desk.run()
    text = shown(desk, "history", "F-1")
    assert "peer:far" in text and "inside" not in text
    assert "alarm F-1 raised: gateway far is silent" in caplog.messages


def test_what_there_is_no_history_of(desk: Desk) -> None:
    assert "there is no alarm E-NONE" in shown(desk, "history", "E-NONE")
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0))
    desk.run()
    assert "give more of it" in shown(desk, "history", "E-")


def test_without_records_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    done = CliRunner().invoke(app, ["history", "E-1", "--config", str(tmp_path / "cryogate.toml")])
    assert "no records yet; start a gateway" in str(done.exception)
