"""Records that are behind, gone or of another version: they come back from the journal as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming import entry, memory
from gateway.journal.records import Records
from gateway.screening import screen
from tests.unit.alarming.alarm_desk import SOME_CODE, Desk, without_clock


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_how_far_an_excursion_went_is_told_after_a_kill(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm to which something happens is written at once, those that merely go on are not."""
    monkeypatch.setattr(entry, "WRITE_EVERY_NS", 10**30)
    desk.read(("top", 0, -140.0))
    desk.run(kill_after=1)
    desk.read(("top", 1, -130.0), ("shipper", 1, -140.0))
    desk.run(kill_after=1)
    assert {a["channel"]: a["extreme"] for a in desk.alarms()} == {"top": -140.0, "shipper": -140.0}
    desk.run()
    assert {a["channel"]: a["extreme"] for a in desk.alarms()} == {"top": -130.0, "shipper": -140.0}
    assert desk.changes() == ["raised", "raised"]


def test_records_that_are_gone_are_made_again_from_the_journal(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0))
    desk.run()
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.read(("top", 30, -190.0), ("top", 20, -100.0))
    desk.run()
    before = without_clock(desk.alarms())
    desk.records.close()
    for file in desk.folder.glob("records.sqlite*"):
        file.unlink()
    desk.run()
    desk.records = Records(desk.folder / "records.sqlite")
    assert without_clock(desk.alarms()) == before


def test_a_state_of_another_version_is_made_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.read(("top", 0, -140.0), ("top", 10, -190.0), ("shipper", 5, -140.0))
    desk.run()
    before = desk.alarms()
    monkeypatch.setattr(screen, "FORMAT", 99)
    desk.read(("shipper", 8, -130.0))
    desk.run()
    assert desk.changes() == ["raised", "raised", "returned"]
    assert [a["id"] for a in desk.alarms()] == [a["id"] for a in before]
    assert desk.alarms()[1]["extreme"] == -130.0


@pytest.mark.parametrize("state", [b"", b'{"format": 3, "counted_ns": 0}', b"\x80", b"PK\x03\x04", bytes(99)])
def test_a_state_that_can_not_be_read_is_made_again(desk: Desk, state: bytes) -> None:
    desk.read(("top", 0, -140.0), ("top", 10, -190.0), ("shipper", 5, -140.0))
    desk.run()
    before = desk.alarms()
    with desk.records.transaction():
        desk.records.save(memory.STATE, 3, state)
    desk.read(("shipper", 8, -130.0))
    desk.run()
    assert desk.changes() == ["raised", "raised", "returned"]
    assert [a["id"] for a in desk.alarms()] == [a["id"] for a in before]
    assert desk.alarms()[1]["extreme"] == -130.0
