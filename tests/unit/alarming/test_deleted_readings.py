"""What retention has deleted is not screened again: alarms that came from it stand as they were stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming import screening as follower
from gateway.journal.retaining import retain
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.questions.retention import Retention
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still, moment

DAY_S = 86_400
KEPT = """
[retention.short]
keep_days = 100
assets = ["freezer", "shipper"]
holds_units = false
"""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence has no say."""
    monkeypatch.setattr(follower, "GRACE_S", 1e9)


def delete_old(desk: Desk, now_s: float) -> int:
    """Archive everything and delete what is older than 100 days; how many readings went."""
    path, now_ns = desk.folder / "journal.sqlite", NOON_NS + round(now_s * 10**9)
    with RollOver(path) as roll:
        while roll.step(2**62, SegmentEnd(0, most_entries=1)):
            pass
    policy = Retention(desk.configuration, desk.journal, now_ns, {})
    return sum(one.readings for one in retain(path, policy, "Li Na", now_ns, dry_run=False).removed)


@pytest.mark.parametrize("lost", [False, True], ids=["records", "rebuilt"])
def test_late_readings_take_no_alarm_back_whose_readings_were_deleted(tmp_path: Path, lost: bool) -> None:
    desk = Desk(tmp_path, CONFIG + KEPT, NOON_NS)
    desk.clock = Still(NOON_NS + 201 * DAY_S * 10**9)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0), ("top", 20, -190.0))
    desk.read(("top", 200 * DAY_S, -190.0))
    desk.run()
    before = desk.alarms()
    assert [a["start"] for a in before] == [moment(10)]
    assert delete_old(desk, 200 * DAY_S + 1) == 3
    if lost:
        desk.lose_records()
    desk.run()
    assert desk.alarms() == before
    desk.read(("top", 199 * DAY_S, -140.0), ("top", 199 * DAY_S + 10, -190.0))  # late
    desk.run()
    assert desk.alarms()[0] == before[0]
    assert [a["start"] for a in desk.alarms()] == [moment(10), moment(199 * DAY_S)]
    desk.place("top", "shipper", 198 * DAY_S)  # screens the channel again
    desk.run()
    assert desk.alarms()[0] == before[0]
