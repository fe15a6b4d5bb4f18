"""Rows of the records that are damaged: screening goes on, and makes each of them again from the journal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gateway.journal.database import connect
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
from gateway.running.records_watch import TABLES
from tests.system.test_damaged_records import DAMAGES
from tests.unit.alarming.alarm_desk import SOME_CODE, Desk, without_clock


@pytest.mark.parametrize("which", [*DAMAGES, "all"])
def test_alarms_are_as_before_and_go_on(tmp_path: Path, which: str) -> None:
    desk = Desk(tmp_path)
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0), ("top", 30, -190.0), ("top", 40, -141.0))
    desk.run()
    before, changes = without_clock(desk.alarms()), desk.changes()
    with closing(connect(tmp_path / "records.sqlite", writing=True)) as database:
        for sql in DAMAGES.values() if which == "all" else [DAMAGES[which]]:
            database.execute(sql)
    desk.run()
    assert desk.changes() == changes
    desk.read(("top", 50, -190.0))
    desk.run()
    assert desk.changes() == [*changes, "returned"]
    with Records(tmp_path / "records.sqlite") as records:
        remaking = Remaking(desk.journal, records)
        for _ in range(2 * TABLES):
            remaking.look()
        assert not any(remaking.look() for _ in range(TABLES))
    assert [a["id"] for a in desk.alarms()] == [a["id"] for a in before]
    assert [a["extreme"] for a in desk.alarms()] == [a["extreme"] for a in before]
