# ruff: noqa: DTZ001 - clocks on walls have no zone
"""Times by a pattern: exact, or refused; a pattern that would lose something is refused at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.tables.moments import parser
from gateway.times import format_rfc3339


@pytest.mark.parametrize(
    ("time_format", "message"),
    [
        ("%d.%m.%Y %H:%M %p", "write %I"),
        ("%d.%m.%Y %I:%M", "%I is an hour of 12"),
        ("%d.%m. %H:%M", "no year"),
        ("%Y %H:%M", "no month or no day"),
        ("%Y-%m %H:%M", "no month or no day"),
        ("%H:%M", "no month or no day"),
        ("%Y-%m-%d %M:%S", "%M without %H"),
        ("%Y-%m-%d %H:%S", "%S without %M"),
        ("%Y-%m-%d %y %H:%M", "say the same twice"),
        ("%Y-%m-%d %d %H:%M", "stands twice"),
        ("%a%a%a%a%a%a%a%a %Y-%m-%d", "%a stands twice"),
        ("%Y-%m-%d %H:%M %Z", "%Z is not known"),
        ("%c", "%c is not known"),
        ("iso", "expected rfc3339"),
    ],
)
def test_a_pattern_that_loses_information(time_format: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parser(time_format)


@pytest.mark.parametrize(
    ("shown", "time_format", "language", "wall"),
    [
        ("05.01.2026 24:00", "%d.%m.%Y %H:%M", "en", "2026-01-06T00:00:00"),
        ("31.12.2025 24:00:00", "%d.%m.%Y %H:%M:%S", "en", "2026-01-01T00:00:00"),
        ("1/5/26 12:00:01 AM", "%m/%d/%y %I:%M:%S %p", "en", "2026-01-05T00:00:01"),
        ("1/5/26 12:30 p.m.", "%m/%d/%y %I:%M %p", "en", "2026-01-05T12:30:00"),
        ("5 Sept. 2026 1:05 P.M.", "%d %b %Y %I:%M %p", "en", "2026-09-05T13:05:00"),
        ("Do 05. März 2026 13:05", "%a %d. %B %Y %H:%M", "de", "2026-03-05T13:05:00"),
        ("So. 4. Jan 2026 13:05", "%a %d. %b %Y %H:%M", "de", "2026-01-04T13:05:00"),
        ("Sunday, 4 January 2026 24:00", "%A, %d %B %Y %H:%M", "en", "2026-01-05T00:00:00"),
        ("周一 2026-01-05 13:05", "%a %Y-%m-%d %H:%M", "zh", "2026-01-05T13:05:00"),
        ("2026-01-04 星期天 13:05", "%Y-%m-%d %A %H:%M", "zh", "2026-01-04T13:05:00"),
        ("mer. 07/01/2026 13:05", "%a %d/%m/%Y %H:%M", "fr", "2026-01-07T13:05:00"),
        ("5 août 2026 13:05", "%d %B %Y %H:%M", "fr", "2026-08-05T13:05:00"),
        ("5 févr. 2026 13:05", "%d %b %Y %H:%M", "fr", "2026-02-05T13:05:00"),
        ("5-ene-2026 01:05 a. m.", "%d-%b-%Y %I:%M %p", "es", "2026-01-05T01:05:00"),
        ("2026年1月5日 下午01:05", "%Y年%m月%d日 %p%I:%M", "zh", "2026-01-05T13:05:00"),
        ("2026 060 13:05", "%Y %j %H:%M", "en", "2026-03-01T13:05:00"),
        (" 5.1.2026  3:05", " %d.%m.%Y %H:%M", "en", "2026-01-05T03:05:00"),
        ("2026-01-05T13:05:00.123456789", "%FT%T.%f", "en", "2026-01-05T13:05:00.123456789"),
    ],
)
def test_ways_to_write_a_time(shown: str, time_format: str, language: str, wall: str) -> None:
    moment = parser(time_format, language)(shown)
    assert moment.is_local
    assert format_rfc3339(moment.ns).startswith(wall)


@pytest.mark.parametrize(
    ("shown", "time_format", "language", "message"),
    [
        (
            "Mon 05/01/2026",
            "%a %m/%d/%Y",
            "en",
            "2026-05-01 is a Friday, and no 'Mon'; check the order of day",
        ),
        ("2026-01-06 Wed", "%Y-%m-%d %a", "en", "2026-01-06 is a Tuesday"),
        ("周二 2026-01-05", "%a %Y-%m-%d", "zh", "2026-01-05 is a Monday"),
        ("Do 2026-01-08", "%a %Y-%m-%d", "en", "'Do' is no day of the week in language 'en'; check language"),
        ("S 2026-01-04", "%a %Y-%m-%d", "en", "'S' is no day"),
        ("星期 2026-01-04", "%a %Y-%m-%d", "zh", "'星期' is no day"),
    ],
)
def test_a_day_of_the_week_that_contradicts_its_date(
    shown: str, time_format: str, language: str, message: str
) -> None:
    """The file itself says that day and month are swapped."""
    with pytest.raises(InputError, match=message):
        parser(time_format, language)(shown)


@pytest.mark.parametrize(
    ("shown", "time_format", "language"),
    [
        ("05.01.2026 24:01", "%d.%m.%Y %H:%M", "en"),
        ("05.01.2026 25:00", "%d.%m.%Y %H:%M", "en"),
        ("31.02.2026 12:00", "%d.%m.%Y %H:%M", "en"),
        ("05.01.2026 12:00 PM", "%d.%m.%Y %H:%M", "en"),
        ("05.01.2026 13:00 PM", "%d.%m.%Y %I:%M %p", "en"),
        ("05.01.2026 00:30 AM", "%d.%m.%Y %I:%M %p", "en"),
        ("05.01.2026 01:30 XM", "%d.%m.%Y %I:%M %p", "en"),
        ("5 Mai 2026 13:05", "%d %b %Y %H:%M", "en"),
        ("2025 366 13:05", "%Y %j %H:%M", "en"),
        ("05.01.0001 12:00", "%d.%m.%Y %H:%M", "en"),
        ("05.01.2026", "%d.%m.%Y %H:%M", "en"),
    ],
)
def test_what_is_no_time(shown: str, time_format: str, language: str) -> None:
    with pytest.raises((InputError, ValueError)):
        parser(time_format, language)(shown)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.integers(-14, 14))
def test_strptime_agrees_where_it_loses_nothing(moment: datetime, hours: int) -> None:
    for pattern in (
        "%Y-%m-%d %H:%M:%S.%f",
        "%d/%m/%y %I:%M:%S.%f %p",
        "%b %d %Y %H:%M:%S.%f",
        "%j.%Y %H:%M:%S.%f",
    ):
        found = parser(pattern)(moment.strftime(pattern))
        assert (
            found.ns
            == (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC))
            // timedelta(microseconds=1)
            * 1000
        )
    for zone in ("+99:00", "-99:99", "+1500", "+02:75"):
        with pytest.raises(InputError, match="there is no time zone"):
            parser("%Y-%m-%d %H:%M:%S %z")(f"2026-07-01 12:00:00 {zone}")
    zoned = parser("%Y-%m-%d %H:%M:%S %z")(
        f"{moment:%Y-%m-%d %H:%M:%S} {'-' if hours < 0 else '+'}{abs(hours):02d}:00"
    )
    assert not zoned.is_local
    assert zoned.ns == int(moment.replace(tzinfo=UTC, microsecond=0).timestamp() - hours * 3600) * 10**9


@pytest.mark.parametrize(
    ("time_format", "shown", "expected"),
    [
        ("%Y%m%d", "20260111", "2026-01-11T00:00:00"),
        ("%Y%m%d", "2026111", None),  # 11 January or 1 November
        ("%Y%m%d%H%M%S", "20260111093005", "2026-01-11T09:30:05"),
        ("%Y%m%d%H%M%S", "2026011193005", None),
        ("%Y-%m-%d %H%M", "2026-01-11 930", None),  # a workbook drops the zero
        ("%Y-%m-%d %H%M", "2026-1-1 0930", "2026-01-01T09:30:00"),
        ("%d%m%y", "11126", None),
        ("%Y%j", "202611", None),
        ("%Y-%m-%d %H:%M:%S%f", "2026-01-01 09:30:0525", "2026-01-01T09:30:05"),
        ("%Y-%m-%d %H:%M:%S%f", "2026-01-01 09:30:5", None),
        ("%Y1%m%d", "202610105", "2026-01-05T00:00:00"),
        ("%d%b%Y", "5Jan2026", "2026-01-05T00:00:00"),
    ],
)
def test_digits_side_by_side_have_fixed_lengths(time_format: str, shown: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(InputError, match="does not match"):
            parser(time_format)(shown)
    else:
        assert format_rfc3339(parser(time_format)(shown).ns)[:19] == expected


@pytest.mark.parametrize(
    ("shown", "ns"),
    [
        ("1767610000.123456789", 1767610000_123456789),
        ("1767610000", 1767610000 * 10**9),
        ("1.76761e9", 1767610000 * 10**9),
    ],
)
def test_seconds_since_1970_keep_their_decimals(shown: str, ns: int) -> None:
    assert parser("unix_s")(shown).ns == ns


@pytest.mark.parametrize("shown", ["1e306", "9" * 300, "9" * 5000, "nan", "-1e306"])
def test_seconds_that_no_clock_has(shown: str) -> None:
    with pytest.raises(InputError):
        parser("unix_s")(shown)
