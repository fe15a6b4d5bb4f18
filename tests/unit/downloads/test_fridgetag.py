"""Fridge-tag exports: every line counted, extremes that prove nothing between, verdicts that are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.downloads import Download, fridgetag
from gateway.errors import InputError
from gateway.model import SECOND, Quality, Samples
from gateway.screening.clocks import clocks
from gateway.screening.gaps import Gaps
from gateway.statements.verdict import in_words
from gateway.times import format_rfc3339

SAMPLE = Path(__file__).parents[2] / "data" / "fridgetag" / "sample-fridge-tag.txt"
# Invented from a description of the 2 L and the Ultra Low; only `Data:` is not from a recording.
ULTRA_LOW = """Device: Q-tag Fridge-tag Ultra Low
Fw Vers: 1.0
Conf:
 Serial: 180000000001
 Temp unit: C
 Alarm:
  0:
   T AL: -85.0, t AL: 60
  1:
   T AL: -60.0, t AL: 60
Data:
 2026-01-05 12:00, -75.0
 2026-01-05 12:05, -59.5, x
 2026-01-05 12:10, -58.5, x
 2026-01-05 12:15, --.-
 2026-01-05 12:20, -70.0
"""


def read(text: str, zone: str = "UTC") -> Download:
    return fridgetag.read(text.encode(), fridgetag.Options(zone))


def sample() -> str:
    return SAMPLE.read_text()


def test_a_real_one() -> None:
    found = read(sample(), "Asia/Shanghai")
    (series,) = found.series
    assert found.about["Serial"] == "160400347643"
    measured = series.quality < Quality.BAD
    assert measured.sum() == 120  # 60 days, a lowest and a highest each
    assert (np.diff(series.time) > 0).all()
    last = series.time[measured][-2:]
    assert [format_rfc3339(t)[:16] for t in last] == ["2026-04-29T01:49", "2026-04-29T07:49"]
    assert series.value[measured][-2:].tolist() == [21.8, 23.5]
    assert (found.lines.taken, found.lines.header, found.lines.not_understood) == (600, 219, ())
    assert found.lines.total == len(sample().splitlines())


def test_extremes_prove_nothing_between_them() -> None:
    """Whatever max_gap is: between two extremes stands a row NO_DATA."""
    (series,) = read(sample()).series
    assert (series.quality[1::2] == Quality.NO_DATA).all() and len(series.time) == 239
    samples = Samples(series.time, np.zeros(len(series.time), np.int32), series.value, series.quality)
    first, last = int(series.time[0]), int(series.time[-1])
    found = clocks(samples, Gaps.always(10**18), first, last, None, 100.0)
    assert found.unproven_ns == last - first


def test_its_verdicts_are_kept_and_agree() -> None:
    found = read(sample(), "Asia/Shanghai").verdicts
    assert len(found) == 120  # two alarms a day
    newest = next(v for v in found if v.above)
    assert (newest.limit, newest.unit, newest.beyond_s) == (8.0, "degC", 974 * 60)
    assert format_rfc3339(newest.first_ns)[:16] == "2026-04-28T16:00"  # midnight in Shanghai
    assert newest.alarm_ns == newest.first_ns
    assert {v.compared for v in found} == {"agrees"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("t Acc: 974, TS A", "t Acc: 0, TS A"),  # above 8.0 all day, and not a minute of it counted
        ("    t Acc: 0\n", "    t Acc: 5\n"),  # never below -0.5, and five minutes counted
        ("Min T: +22.2", "Min T: +7.2"),  # below 8.0 at some time, and the whole day counted as above
    ],
)
def test_a_verdict_that_its_readings_contradict(old: str, new: str) -> None:
    assert old in sample()
    found = read(sample().replace(old, new, 1)).verdicts
    assert [v.compared for v in found].count("contradicts") == 1


def test_what_cannot_be_is_compared_with_nothing() -> None:
    found = read(sample().replace("Min T: +21.8", "Min T: -300.0", 1)).verdicts
    assert [v.compared for v in found].count("not compared") == 2
    assert "contradicts" not in {v.compared for v in found}


def test_lines_of_one_minute_that_contradict_each_other_are_said() -> None:
    line = next(one for one in ULTRA_LOW.splitlines() if "-75.0" in one)
    _, remark = read(ULTRA_LOW.replace(line, f"{line}\n{line.replace('-75.0', '-74.0')}", 1)).lines.remarks
    assert remark.startswith("data: 1 reading has the time of another one and another value")
    with pytest.raises(InputError, match=r"the time goes back from .*Z$"):
        read(ULTRA_LOW.rstrip() + f"\n{line}\n")


def test_a_day_without_its_sensor_proves_nothing() -> None:
    found = read(sample().replace("t AccST: 0", "t AccST: 5", 1))
    (series,) = found.series
    assert series.quality.tolist()[-3:] == [Quality.BAD, Quality.NO_DATA, Quality.BAD]
    assert [v.compared for v in found.verdicts].count("not compared") == 2


def test_every_reading_of_an_ultra_low() -> None:
    found = read(ULTRA_LOW)
    (series,) = found.series
    assert series.name == "data"
    assert series.quality.tolist() == [0, 0, 0, Quality.BAD, 0]
    assert series.value[:3].tolist() == [-75.0, -59.5, -58.5]
    assert set(np.diff(series.time).tolist()) == {300 * SECOND}
    assert (found.lines.taken, found.lines.header) == (5, 11)
    (verdict,) = found.verdicts
    assert (verdict.above, verdict.limit, verdict.beyond_s, verdict.compared) == (True, -60.0, 300, "agrees")


def test_the_newest_reading_may_come_first() -> None:
    head, data = ULTRA_LOW.split("Data:\n")
    turned = head + "Data:\n" + "".join(reversed(data.splitlines(keepends=True)))
    one, other = read(ULTRA_LOW).series[0], read(turned).series[0]
    assert one.time.tolist() == sorted(other.time.tolist())
    assert dict(zip(one.time.tolist(), one.value.tolist(), strict=True))[int(one.time[0])] == -75.0
    assert other.value[-1] == -75.0


@pytest.mark.parametrize(
    ("old", "new"),
    [("-59.5, x\n", "-59.5\n"), ("12:20, -70.0", "12:20, -70.0, x")],
)
def test_a_mark_that_the_limits_contradict(old: str, new: str) -> None:
    found = read(ULTRA_LOW.replace(old, new)).verdicts
    assert "contradicts" in {v.compared for v in found}


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (" 2026-01-05 12:25, -70.0, ?\n", 1),
        (" Interval: 5\n", 1),
        ("Shock:\n 2026-01-05 12:25, 9 g\n", 2),
        ("Sig: 0b0e\n hello\n", 1),
    ],
)
def test_what_is_not_understood_is_said(line: str, count: int) -> None:
    found = read(ULTRA_LOW + line)
    assert len(found.lines.not_understood) == count
    assert found.lines.not_understood[0][0] in (17, 18)
    assert found.lines.total == len((ULTRA_LOW + line).splitlines())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Device: ", "Gerät: ", "not a Fridge-tag export"),
        ("Temp unit: C", "Temp unit: X", "expected C or F"),
        (
            "TS Min T: 09:49",
            "TS Min T: 29:49",
            "line 32: 'TS Min T': '2026-04-29 29:49' is no date with a time from 00:00 to 23:59",
        ),
        ("TS Min T: 09:49", "TS Min T: 24:00", "line 32: .* is no date with a time from 00:00 to 23:59"),
        ("Max T: +23.5, ", "", "line 32: no .Max T"),
        ("T AL: +8.0", "T AL: warm", "'warm' is not a number"),
        ("T AL: +8.0", "T AL: 1e400", "line 21: T AL: .* is not a number"),
        ("t Acc: 974", "t Acc: many", "line 40: t Acc: 'many' are no minutes of a day"),
        ("t Acc: 974", "t Acc: -974", "line 40: t Acc: .* are no minutes of a day"),
        ("t Acc: 974", "t Acc: 9740", "line 40: t Acc: .* are no minutes of a day"),
        ("t Acc: 974", "t Acc: " + "9" * 5000, "line 40: t Acc: .* are no minutes of a day"),
        ("t AccST: 0", "t AccST: 1_0", "line 42: t AccST: .* are no minutes of a day"),
        ("t Acc: 974, ", "", "line 32: alarm 1: no 't Acc'"),
        ("TS A: 00:00", "TS A: 0", "line 32: alarms: 'TS A': '2026-04-29 0' is no date with a time"),
    ],
)
def test_what_is_no_fridge_tag(old: str, new: str, message: str) -> None:
    assert old in sample()
    with pytest.raises(InputError, match=message):
        read(sample().replace(old, new, 1))


@pytest.mark.parametrize("end", ["+2", "+25", "+25.0", "--.-", "+25.0 x"])
def test_a_file_that_ends_within_a_reading_is_refused(end: str) -> None:
    """+25.0 x, cut, would be +2 and in range."""
    with pytest.raises(InputError, match="line 17: the file ends within this line"):
        read(f"{ULTRA_LOW} 2026-01-05 12:25 {end}")
    assert len(read(f"{ULTRA_LOW} 2026-01-05 12:25 {end}\n").series[0].value) == 6


def test_a_file_that_ends_within_what_the_device_judged_is_refused() -> None:
    text = sample()
    with pytest.raises(InputError, match="the file ends within this line"):
        read(text[: text.index("t Acc: 1440") + len("t Acc: 14")])
    assert read(text.rstrip()).lines == read(text).lines  # its last line is a signature


def test_a_wrong_time_in_the_data_is_a_mistake_with_its_line() -> None:
    with pytest.raises(InputError, match="line 13: "):
        read(ULTRA_LOW.replace("12:05", "25:05"))
    with pytest.raises(InputError, match="line 14: the time goes back"):
        read(ULTRA_LOW.replace("12:10", "11:10"))


NORMAL = ULTRA_LOW.replace("-59.5, x", "-75.5").replace("-58.5, x", "-75.5").replace("--.-", "-75.0")


@pytest.mark.parametrize("end", [", -20.0 H", ", -75,5", ", -75.5 *", "", " ?", ", x, -20.0"])
def test_nothing_is_proven_over_a_line_of_which_only_the_time_is_understood(end: str) -> None:
    found = read(NORMAL.replace("12:10, -75.5", f"12:10{end}"))
    (series,) = found.series
    assert series.quality.tolist() == [0, 0, Quality.BAD, 0, 0]
    assert [number for number, _ in found.lines.not_understood] == [14]
    samples = Samples(series.time, np.zeros(5, np.int32), series.value, series.quality)
    unproven = clocks(samples, Gaps.always(10**18), int(series.time[0]), int(series.time[-1]), None, -60.0)
    assert unproven.unproven_ns > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" 2026-01-05 12:10, -75.5", " garbage"),
        (" 2026-01-05 12:10, -75.5", "garbage"),  # also at the margin
        (" 2026-01-05 12:10, -75.5", " 12:10 -75.5"),
        (" 2026-01-05 12:10, -75.5", " 05.01.2026 12:10, -75.5"),
        (" 2026-01-05 12:10, -75.5", " 2026-01-05 12:1"),
        (" 2026-01-05 12:10, -75.5", " TS: 12:10, T: -75.5"),
        (" 2026-01-05 12:10", "Note: torn\n 2026-01-05 12:10"),
    ],
)
def test_a_line_in_the_data_without_a_time_is_a_mistake(old: str, new: str) -> None:
    assert old in NORMAL
    with pytest.raises(InputError, match=r"line 1[45]: .*`Data:`"):
        read(NORMAL.replace(old, new))


@pytest.mark.parametrize("margin", ["", "\t", "  "])
def test_a_reading_with_another_indentation_is_one(margin: str) -> None:
    found = read(NORMAL.replace(" 2026-01-05 12:10", f"{margin}2026-01-05 12:10"))
    assert found.series[0].quality.tolist() == [0, 0, 0, 0, 0] and found.lines.not_understood == ()


@pytest.mark.parametrize("order", [(0, 700), (700, 0), (0, 0, 1)])
def test_a_timeout_of_any_sensor_counts(order: tuple[int, ...]) -> None:
    """A device with an external sensor has a timeout of each."""
    sections = "".join(f"  Ext Sensor timeout:\n   t AccST: {minutes}\n" for minutes in order)
    found = read(sample().replace("  Int Sensor timeout:\n   t AccST: 0\n", sections, 1))
    assert found.series[0].quality.tolist()[-3:] == [Quality.BAD, Quality.NO_DATA, Quality.BAD]
    assert [v.compared for v in found.verdicts].count("not compared") == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  Avrg T: +22.4", "  Max T: +43.5, TS Max T: 15:50", "line 35: 'Max T' stands twice"),
        ("  Date: 2026-04-28", "  Datum: 2026-04-28", "line 46: 'Min T' stands twice"),
        ("   1:\n    t Acc: 974", "   0:\n    t Acc: 974", "line 40: 't Acc' stands twice"),
        ("  1:\n   T AL: +8.0", "  0:\n   T AL: +8.0", "line 21: 'T AL' stands twice"),
        (" Temp unit: C", " Temp unit: C\n Temp unit: F", "line 17: 'Temp unit' stands twice"),
        ("Cert:", sample(), r"line \d+: `Device:` stands twice"),
    ],
)
def test_what_stands_twice_with_two_values_is_a_mistake(old: str, new: str, message: str) -> None:
    assert old in sample()
    with pytest.raises(InputError, match=message):
        read(sample().replace(old, new, 1))


def test_the_time_of_an_alarm_may_stand_on_a_line_of_its_own() -> None:
    apart = sample().replace("t Acc: 974, TS A: 00:00", "t Acc: 974\n    TS A: 00:00")
    assert read(apart).verdicts == read(sample()).verdicts


def test_a_heading_may_stand_on_the_line_of_its_field() -> None:
    joined = sample().replace("timeout:\n   t AccST", "timeout: t AccST").replace(":\n    t Acc", ": t Acc")
    joined = joined.replace(":\n   T AL", ": T AL")
    assert read(joined).verdicts == read(sample()).verdicts
    assert read(joined).lines.not_understood == ()
    late = joined.replace("timeout: t AccST: 0", "timeout: t AccST: 5", 1)
    assert Quality.BAD in read(late).series[0].quality


def test_minutes_of_no_alarm_leave_an_alarm_without_any() -> None:
    with pytest.raises(InputError, match="nothing of alarm 0, which other days have"):
        read(sample().replace("   0:\n    t Acc: 0", "    t Acc: 5", 1))


# One alarm, whose number does not tell its side.
ONE_ALARM = """Device: Q-tag Fridge-tag Ultra Low
Conf:
 Temp unit: C
 Alarm:
  0:
   T AL: -60.0, t AL: 0
Hist:
"""
DAY = """ {number}:
  Date: 2026-01-{day:02d}
  Min T: {lowest}, TS Min T: 09:49
  Max T: {highest}, TS Max T: 15:49
  Alarm:
   0:
    t Acc: {minutes}
"""


@pytest.mark.parametrize(
    ("days", "above", "compared"),
    [
        ([(-80, -40, 100), (-80, -75, 0)], True, "agrees"),  # below -60 on a day without a minute
        ([(-59, -40, 1440)], True, "agrees"),
        ([(-80, -75, 1440)], False, "agrees"),
        ([(-80, -75, 0)], True, "agrees"),
        ([(-80, -40, 100)], None, "not compared"),  # either
        ([(-80, -40, 0)], None, "not compared"),  # neither
    ],
)
def test_the_side_of_a_single_limit_is_told_by_the_readings(
    days: list[tuple[int, int, int]], above: bool | None, compared: str
) -> None:
    text = ONE_ALARM + "".join(
        DAY.format(number=i + 1, day=10 - i, lowest=f"{low:.1f}", highest=f"{high:.1f}", minutes=minutes)
        for i, (low, high, minutes) in enumerate(days)
    )
    found = read(text).verdicts
    assert {(v.above, v.limit, v.compared) for v in found} == {(above, -60.0, compared)}
    assert in_words(found[0]).startswith({True: "above", False: "below", None: "alarm limit"}[above])


def test_the_sides_of_three_limits_are_told_by_the_readings() -> None:
    text = ONE_ALARM.replace("T AL: -60.0", "T AL: -0.5").removesuffix("Hist:\n")
    text += "".join(f"  {i}:\n   T AL: +{limit}, t AL: 0\n" for i, limit in ((1, 8), (2, 25))) + "Hist:\n"
    for day, highest, minutes in ((2, 9, 100), (1, 7, 0)):
        text += DAY.format(number=3 - day, day=day, lowest=5, highest=highest, minutes=0)
        text += f"   1:\n    t Acc: {minutes}\n   2:\n    t Acc: 0\n"
    found = read(text).verdicts
    assert {(v.limit, v.above) for v in found} == {(-0.5, False), (8.0, True), (25.0, True)}
    assert {v.compared for v in found} == {"agrees"}


@pytest.mark.parametrize(
    ("data", "verdicts"),
    [
        ("-80.0 -40.0x", {(True, "agrees")}),
        ("-80.0x -40.0", {(False, "agrees")}),
        ("-80.0x -40.0x", {(None, "not compared")}),
        ("-80.0 -40.0", set()),
    ],
)
def test_marks_tell_the_side_of_a_single_limit(data: str, verdicts: set[tuple[bool | None, str]]) -> None:
    lines = [f" 2026-01-05 12:{i:02d} {word.replace('x', ' x')}\n" for i, word in enumerate(data.split())]
    found = read(ONE_ALARM.removesuffix("Hist:\n") + "Data:\n" + "".join(lines))
    assert {(v.above, v.compared) for v in found.verdicts} == verdicts


def test_marks_of_limits_that_the_file_does_not_tell_are_said() -> None:
    found = read("Device: X\nTemp unit: C\nData:\n 2026-01-05 12:00 -40.0 x\n")
    assert found.verdicts == () and found.about["Out of limits"].startswith("1 line, ")
