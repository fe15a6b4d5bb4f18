"""Local times: exact where clocks show them once, both times where they show them twice, never a guess."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import SECOND, Refusal
from gateway.payloads.device_time import from_local
from gateway.payloads.unusable import Unusable
from gateway.times import parse_rfc3339
from gateway.zones import zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "shown", "utc"),
    [
        ("Europe/Berlin", "2026-01-05T11:00:00", ["2026-01-05T10:00:00Z"]),
        ("Europe/Berlin", "2026-07-05 11:00:00.25", ["2026-07-05T09:00:00.25Z"]),
        ("Asia/Shanghai", "2026-01-05T11:00:00.123456789", ["2026-01-05T03:00:00.123456789Z"]),
        ("Asia/Kolkata", "2026-01-05T11:00:00", ["2026-01-05T05:30:00Z"]),
        ("UTC", "2026-01-05T11:00:00", ["2026-01-05T11:00:00Z"]),
        ("Europe/Berlin", "2026-10-25T01:59:59", ["2026-10-24T23:59:59Z"]),
        ("Europe/Berlin", "2026-10-25T02:00:00", ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]),
        ("Europe/Berlin", "2026-10-25T02:59:59", ["2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"]),
        ("Europe/Berlin", "2026-10-25T03:00:00", ["2026-10-25T02:00:00Z"]),
        ("Europe/Dublin", "2026-10-25T01:30:00", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"]),
    ],
)
def test_what_clocks_show(zone, shown, utc):
    assert from_local(shown, ZoneInfo(zone)) == tuple(parse_rfc3339(text) for text in utc)


@pytest.mark.parametrize("shown", ["2026-03-29T02:00:00", "2026-03-29T02:59:59.9"])
def test_what_clocks_skip(shown):
    with pytest.raises(Unusable, match="skip") as error:
        from_local(shown, BERLIN)
    assert error.value.reason is Refusal.ABSURD_TIME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-05",
        "2026-01-05T11:00",
        "2026-01-05T11:00:00Z",
        "2026-01-05T11:00:00+01:00",
        "2026-13-05T11:00:00",
        "2026-02-30T11:00:00",
        "2026-01-05T24:00:01",
        "0000-01-05T11:00:00",
        "５026-01-05T11:00:00",
    ],
)
def test_what_is_no_local_time(text):
    with pytest.raises(Unusable) as error:
        from_local(text, BERLIN)
    assert error.value.reason is Refusal.MALFORMED


@given(
    st.integers(0, 4_102_444_800),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
def test_there_and_back(seconds, zone):
    shown = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    assert seconds * SECOND in from_local(shown, ZoneInfo(zone))


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_the_ends_of_the_calendar(year):
    assert len(from_local(year, BERLIN)) == 1


def test_a_device_without_summer_time_has_a_fixed_offset():
    shown = "2026-10-25T02:30:00"  # twice in Berlin
    assert from_local(shown, zone("+01:00")) == (parse_rfc3339("2026-10-25T01:30:00Z"),)
