"""RFC 3339 to the nanosecond and back."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LATEST_NS
from gateway.times import LONGEST_WAIT_S, format_rfc3339, instants, parse_rfc3339, retry_after_s


@given(st.integers(-(2**63), 2**63 - 1))
def test_written_as_the_calendar_says(time_ns: int) -> None:
    whole, fraction = divmod(time_ns, 10**9)
    shown = datetime.fromtimestamp(whole, UTC)
    assert format_rfc3339(time_ns) == f"{shown:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


@given(st.integers(EARLIEST_NS, LATEST_NS))
def test_there_and_back(time_ns: int) -> None:
    assert parse_rfc3339(format_rfc3339(time_ns)) == time_ns


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-05T11:00:00.000000001Z", 1_767_610_800_000_000_001),
        ("2026-01-05t11:00:00,5z", 1_767_610_800_500_000_000),
        ("2026-01-05 19:00:00+08:00", 1_767_610_800_000_000_000),
        ("2026-01-05T05:30:00-0530", 1_767_610_800_000_000_000),
        ("2026-01-05T11:00:00.1234567899Z", 1_767_610_800_123_456_789),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("9999-12-31T23:59:59.999999999Z", 7_258_118_400_000_000_000),  # "never": the first moment of 2200
        ("0001-01-01T00:00:00+14:00", -8_520_336_000_000_000_000),  # "always": the first moment of 1700
    ],
)
def test_what_a_text_means(text: str, time_ns: int) -> None:
    assert parse_rfc3339(text) == time_ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-05",
        "2026-01-05T11:00:00",
        "2026-02-30T11:00:00Z",
        "2026-01-05T25:00:00Z",
        "２026-01-05T11:00:00Z",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InputError):
        parse_rfc3339(text)


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("2026-01-05T12:00", ["2026-01-05T11:00:00"]),
        ("2026-10-25T02:30", ["2026-10-25T00:30:00", "2026-10-25T01:30:00"]),  # set back
        ("2026-03-29T02:30", []),  # skipped
    ],
)
def test_when_a_clock_on_the_wall_shows_a_time(shown: str, found: list[str]) -> None:
    moments = instants(datetime.fromisoformat(shown), ZoneInfo("Europe/Berlin"))
    assert [format_rfc3339(m)[:19] for m in moments] == found


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("30", 30.0), ("0", 0.0), ("9" * 14, LONGEST_WAIT_S), ("", 0.0), ("soon", 0.0), ("-5", 0.0), ("٣", 0.0)],
)
def test_retry_after_in_seconds(told: str, seconds: float) -> None:
    assert retry_after_s(told, 1000.0) == seconds


@pytest.mark.parametrize(("ahead_s", "seconds"), [(90, 90.0), (-90, 0.0), (90_000, LONGEST_WAIT_S)])
def test_retry_after_as_a_date(ahead_s: int, seconds: float) -> None:
    now_s = 1_767_610_800
    told = email.utils.formatdate(now_s + ahead_s, usegmt=True)
    assert retry_after_s(told, float(now_s)) == seconds
    assert retry_after_s(None, float(now_s)) == 0.0
