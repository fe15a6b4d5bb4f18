"""What an alarm says of an excursion and what the clocks count of it: the same, or why not."""

from __future__ import annotations

from pathlib import Path

from gateway.questions.compared import Compared, compare
from gateway.questions.proof import prove
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SECOND, Desk, moment


def compared(desk: Desk, end_s: int = 60) -> list[Compared]:
    return compare(desk.journal, desk.records, prove(desk.journal, "top", NOON_NS, NOON_NS + end_s * SECOND))


def test_the_line_to_the_first_reading_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0), ("top", 20, -190.0))
    desk.run()
    (one,) = compared(desk)
    (alarm,) = desk.alarms()
    assert one.public() == {
        "alarm": alarm["id"],
        "rule": "above-150",
        "side": "high",
        "limit": -150.0,
        "start": moment(10),
        "beyond_ns": round(alarm["beyond_s"] * SECOND),
        "crossed": moment(8),
        "out_of_range_ns": 4 * SECOND,
        "agrees": False,
    }
    assert one.words() == (
        f"{alarm['id']} above-150: 2 s beyond -150 degC from its first reading on; the clocks count 4 s: the "
        "line to that reading crossed the limit 2 s earlier"
    )
    whole = prove(desk.journal, "top", NOON_NS, NOON_NS + 60 * SECOND)
    assert whole.clocks.out_of_range_ns == one.out_of_range_ns


def test_where_nothing_lies_before_they_agree(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 10, -140.0), ("top", 20, -190.0))
    desk.run()
    (one,) = compared(desk)
    assert one.public()["agrees"]
    assert "the clocks count the same" in one.words()
    assert compared(desk, 10) == []  # it begins there


def test_another_limit_is_told(tmp_path: Path) -> None:
    warning = """
[[profiles.p.rules]]
id = "above-170"
kind = "limit"
side = "high"
limit_degC = -170.0
severity = "warning"
[channels.top]
"""
    desk = Desk(tmp_path, CONFIG.replace("[channels.top]\n", warning, 1))
    desk.read(("top", 0, -160.0), ("top", 20, -160.0))
    desk.run()
    (one,) = compared(desk)
    assert (one.rule, one.other_range, one.beyond_ns) == ("above-170", True, 20 * SECOND)
    assert one.words().endswith("; they go by another limit there")
