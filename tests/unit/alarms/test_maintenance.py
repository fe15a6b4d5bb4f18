"""Maintenance windows: by the clocks of a place over their changes, and never quiet for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.alarms.maintenance import DAY_NS, LAST, Plan, Repeat
from gateway.alarms.walltime import SECOND
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from gateway.statements.clock_times import Hours

HOUR, MINUTE = 3600 * SECOND, 60 * SECOND
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25))


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


def hours(begin: str, end: str) -> Hours:
    return Hours(time.fromisoformat(begin), time.fromisoformat(end))


def slow_window(repeat: Repeat, day: date) -> tuple[int, int] | None:
    """Quarter by quarter over three days: the first at which the clocks show the time, or a later one."""
    zone = ZoneInfo(repeat.zone)
    begin = datetime.combine(day, repeat.hours.begin)
    crosses = repeat.hours.end <= repeat.hours.begin
    end = datetime.combine(day + timedelta(days=crosses), repeat.hours.end)
    start = datetime.combine(day - timedelta(days=1), time(), UTC)
    shown = [(start + timedelta(minutes=15 * m)) for m in range(4 * 96)]
    local = [(at, at.astimezone(zone).replace(tzinfo=None)) for at in shown]
    found = [next(at for at, clock in local if clock >= wanted) for wanted in (begin, end)]
    made = tuple(round(at.timestamp()) * SECOND for at in found)
    return (made[0], made[1]) if made[0] < made[1] else None


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGES),
    off=st.integers(-1, 1),
    begin=st.integers(0, 95),
    end=st.integers(0, 95),
)
@settings(max_examples=120, deadline=None)
def test_over_changes_of_clocks_as_the_slow_one_says(
    zone: str, day: date, off: int, begin: int, end: int
) -> None:
    if begin == end:
        return
    told = Hours(time(begin // 4, begin % 4 * 15), time(end // 4, end % 4 * 15))
    repeat = Repeat(told, zone)
    day += timedelta(days=off)
    assert repeat.window(day) == slow_window(repeat, day)


@pytest.mark.parametrize(
    ("day", "told", "begin", "end"),
    [
        ("2026-03-28", hours("02:00", "04:00"), "2026-03-28T02:00+01:00", "2026-03-28T04:00+01:00"),
        ("2026-03-29", hours("02:00", "04:00"), "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"),
        ("2026-10-25", hours("02:30", "04:00"), "2026-10-25T02:30+02:00", "2026-10-25T04:00+01:00"),
        ("2026-10-24", hours("22:00", "04:00"), "2026-10-24T22:00+02:00", "2026-10-25T04:00+01:00"),
    ],
)
def test_in_berlin(day: str, told: Hours, begin: str, end: str) -> None:
    window = Repeat(told, "Europe/Berlin").window(date.fromisoformat(day))
    assert window == (ns(begin), ns(end))


def test_hours_that_the_clocks_skip_are_left_out_on_that_day() -> None:
    repeat = Repeat(hours("02:15", "02:45"), "Europe/Berlin")
    assert repeat.window(date(2026, 3, 29)) is None
    assert Plan(repeats=(repeat,), longest_ns=HOUR).next_ns(ns("2026-03-28T12:00+01:00")) == ns(
        "2026-03-30T02:15+02:00"
    )


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({"weekdays": frozenset({0, 3})}, ["2026-02-02", "2026-02-05", "2026-02-09", "2026-02-12"]),
        ({"weekdays": frozenset({6}), "weeks": frozenset({1, LAST})}, ["2026-02-01", "2026-02-22"]),
        ({"days": frozenset({15, LAST})}, ["2026-02-15", "2026-02-28"]),
        ({"days": frozenset({31})}, ["2026-03-31"]),
        ({"first": date(2026, 2, 27), "last": date(2026, 2, 28)}, ["2026-02-27", "2026-02-28"]),
    ],
)
def test_days(more: dict[str, frozenset[int]], days: list[str]) -> None:
    repeat = Repeat(hours("02:00", "04:00"), "Asia/Shanghai", **more)  # type: ignore[arg-type]
    plan, found, at_ns = Plan(repeats=(repeat,), longest_ns=HOUR), [], ns("2026-02-01T00:00+08:00")
    for _ in days:
        begin = plan.next_ns(at_ns)
        assert begin is not None and plan.at(begin) == (begin, begin + HOUR)
        assert plan.at(begin - 1) is None and plan.at(begin + HOUR) is None
        found.append(f"{repeat.day(begin)}")
        at_ns = begin
    assert found == days


def test_a_window_of_every_leap_day_is_waited_for_and_one_that_is_over_is_not() -> None:
    told = hours("02:00", "04:00")
    leap = Repeat(told, "UTC", days=frozenset({29}), first=date(2027, 2, 1), last=date(2027, 3, 1))
    assert Plan(repeats=(leap,)).next_ns(0) is None
    never = Repeat(told, "UTC", last=date(2020, 1, 1))
    assert Plan(repeats=(never,)).next_ns(ns("2026-01-01T00:00+00:00")) is None


def test_windows_in_a_row_are_one_and_speak_after_their_longest_time() -> None:
    """Day and night are maintained: an alarm is quiet for two hours, and then for ever heard."""
    halves = (Repeat(hours("00:00", "12:00"), "UTC"), Repeat(hours("12:00", "00:00"), "UTC"))
    first = ns("2026-01-05T00:00+00:00")
    begun = tuple(Repeat(one.hours, one.zone, first=date(2026, 1, 5)) for one in halves)
    plan = Plan(repeats=begun, longest_ns=2 * HOUR)
    assert plan.at(first) == plan.at(first + 2 * HOUR - 1) == (first, first + 2 * HOUR)
    assert not any(plan.at(first + k * HOUR) for k in range(2, 24 * 40))
    joined = Plan(((first, first + 6 * HOUR), (first + 5 * HOUR, first + 9 * HOUR)), (), 30 * DAY_NS)
    assert joined.at(first + 8 * HOUR) == (first, first + 9 * HOUR)


SITE = {"gateway": {"name": "g"}, "sites": {"lab": {}}}


def configured(tmp_path, **repeat):
    told = {"when": "maintenance", "longest_h": 3, "repeats": [{"time_zone": "Asia/Shanghai", **repeat}]}
    return parse({**SITE, "suppressions": {"s": told}}, tmp_path / "c.toml")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, r"suppressions.s.repeats\[0\].hours: missing"),
        ({"hours": "2-4"}, r"suppressions.s.repeats\[0\]: '2' is no time of day"),
        ({"hours": "02:00-02:00"}, "begin when they end"),
        ({"hours": "02:00-04:00", "time_zone": "Asia/Pudong"}, "time_zone: .*Asia/Pudong"),
        ({"hours": "02:00-04:00", "weekdays": ["m"]}, "weekdays: 'm' is none of monday"),
        ({"hours": "02:00-04:00", "weeks": [1]}, "weeks are of a weekday"),
        ({"hours": "02:00-04:00", "weekdays": ["mon"], "weeks": [6]}, "weeks: 6 is none of 1 to 5, or -1"),
        ({"hours": "02:00-04:00", "days": [0]}, "days: 0 is none of 1 to 31, or -1"),
        ({"hours": "02:00-04:00", "first": "soon"}, "'soon' is no date; expected e.g. 2026-05-01"),
        ({"hours": "02:00-04:00", "first": date(2026, 2, 2), "last": date(2026, 2, 1)}, "before first"),
        (
            {"hours": "02:00-04:00", "first": datetime(2026, 2, 2, 1, tzinfo=UTC)},
            "expected a date without quotes",
        ),
        ({"hours": "02:00-04:00", "every": "day"}, "unknown key 'every'"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, told: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        configured(tmp_path, **told)


def test_windows_are_of_maintenance(tmp_path) -> None:
    repeats = [{"hours": "02:00-04:00", "time_zone": "UTC"}]
    wrong = {"when": "filling", "longest_h": 1, "repeats": repeats}
    with pytest.raises(ConfigurationError, match="windows and repeats belong to"):
        parse({**SITE, "suppressions": {"s": wrong}}, tmp_path / "c.toml")
    made = configured(tmp_path, hours="02:00-04:00", first=date(2026, 2, 2))
    assert made.suppressions[0].repeats[0].first == date(2026, 2, 2)
