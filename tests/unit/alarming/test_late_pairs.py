"""What comes very late of a pair of channels, of which one is behind: the readings of the other stay.

Only with a real journal: a number of numpy was bound as bytes by SQLite's binding, and found nothing there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming import screening as follower
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, moment

PAIR = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 200.0").replace(
    "[channels.shipper]",
    """[[channels.top.rules]]
id = "apart"
kind = "spread"
partner = "shipper"
limit_degC = 30.0
severity = "minor"
[channels.shipper]""",
)


def found(desk: Desk) -> list[tuple[str, str, str, str | None]]:
    return sorted(
        (a["channel"], a["rule"], a["start"], a["end"]) for a in desk.alarms() if a["kind"] != "fault"
    )


@pytest.mark.parametrize("late_s", [5.0, 95.0])
def test_what_one_of_a_pair_said_alone_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late_s: float
) -> None:
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    desk = Desk(tmp_path, PAIR, since_ns=NOON_NS)
    for s in range(0, 100, 10):
        desk.read(("top", s, -190.0), ("shipper", s, -190.0))
    for s in range(100, 600, 10):
        desk.read(("top", s, -140.0 if s >= 560 else -190.0))
    desk.run()
    before = found(desk)
    assert ("top", "above-150", moment(560), None) in before
    desk.read(("top", late_s, -190.0), ("shipper", late_s, -190.0))
    desk.run()
    assert found(desk) == before
    desk.read(("top", 600, -190.0))
    desk.run()
    assert ("top", "above-150", moment(560), moment(600)) in found(desk)
