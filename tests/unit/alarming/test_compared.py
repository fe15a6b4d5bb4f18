"""What an alarm says of an excursion and what the clocks count of it: the same, or why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gateway.model import Arrivals, Samples
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
        "unproven_ns": 0,
        "clocks_unproven_ns": 0,
        "agrees": False,
        "words": one.words(),
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


def test_what_uncertain_readings_do_not_prove_is_told(tmp_path: Path) -> None:
    """An excursion that goes on through UNCERTAIN readings in range, with a gap in it that both see."""
    desk = Desk(
        tmp_path, CONFIG.replace('severity = "critical"', 'severity = "critical"\noff_delay_s = 600.0', 1)
    )
    desk.read(("top", 0, -140.0), ("top", 10, -140.0), ("top", 90, -140.0))
    time = NOON_NS + np.array([100, 110, 120]) * SECOND
    alike = np.full(3, desk.numbers["top"], np.int32), np.full(3, -160.0), np.ones(3, np.uint8)
    desk.journal.commit(Arrivals(Samples(time, *alike), time))
    desk.read(("top", 130, -140.0))
    desk.run()
    (one,) = compared(desk)
    (alarm,) = desk.alarms()
    assert (one.unproven_ns, one.clocks_unproven_ns) == (alarm["unproven_s"] * SECOND, 110 * SECOND)
    assert not one.agrees
    assert "; not proven of it are 80 s, and to the clocks 110 s: to them an UNCERTAIN" in one.words()


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


def test_where_the_limits_change_between_two_readings_the_figures_add_up(tmp_path: Path) -> None:
    tighter = f"""
[[profiles.p]]
version = "2"
valid_from = "{moment(25)}"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -160.0
severity = "critical"
[channels.top]
"""
    desk = Desk(tmp_path, CONFIG.replace("[channels.top]\n", tighter, 1))
    desk.contain("BAG-1", "freezer", -60)
    desk.contain("BAG-2", "freezer", -60, 23)  # it left before the change
    desk.read(("top", 5, -140.0), ("top", 20, -140.0), ("top", 30, -140.0), ("top", 40, -160.0))
    desk.run()
    first, second = compared(desk)
    assert (first.beyond_ns, first.out_of_range_ns) == (20 * SECOND, 20 * SECOND)
    assert (second.beyond_ns, second.out_of_range_ns) == (10 * SECOND, 15 * SECOND)
    assert second.words().endswith(
        "the clocks count 15 s: the line to that reading was beyond already when this limit came into force, "
        "5 s earlier"
    )
    whole = prove(desk.journal, "top", NOON_NS, NOON_NS + 60 * SECOND)
    assert whole.clocks.out_of_range_ns == first.out_of_range_ns + second.out_of_range_ns
    parts = {(a["start"], u["code"]): u["beyond_s"] for a in desk.alarms() for u in a["units"]}
    assert parts[moment(5), "BAG-1"] == 20.0
    assert parts[moment(5), "BAG-2"] == 18.0
    assert parts[moment(30), "BAG-1"] == 15.0  # from the change on
    assert (moment(30), "BAG-2") not in parts
