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
        ("hello\n", 1),
    ],
)
def test_what_is_not_understood_is_said(line: str, count: int) -> None:
    found = read(ULTRA_LOW + line)
    assert len(found.lines.not_understood) == count
    assert found.lines.not_understood[0][0] == 17
    assert found.lines.total == len((ULTRA_LOW + line).splitlines())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Device: ", "Gerät: ", "not a Fridge-tag export"),
        ("Temp unit: C", "Temp unit: X", "expected C or F"),
        ("TS Min T: 09:49", "TS Min T: 29:49", "line 32: time data"),
        ("Max T: +23.5, ", "", "line 32: no .Max T"),
        ("T AL: +8.0", "T AL: warm", "'warm' is not a number"),
        ("t Acc: 974", "t Acc: many", "alarms: invalid literal"),
    ],
)
def test_what_is_no_fridge_tag(old: str, new: str, message: str) -> None:
    assert old in sample()
    with pytest.raises(InputError, match=message):
        read(sample().replace(old, new, 1))


def test_a_wrong_time_in_the_data_is_a_mistake_with_its_line() -> None:
    with pytest.raises(InputError, match="line 13: "):
        read(ULTRA_LOW.replace("12:05", "25:05"))
    with pytest.raises(InputError, match="line 14: the time goes back"):
        read(ULTRA_LOW.replace("12:10", "11:10"))
