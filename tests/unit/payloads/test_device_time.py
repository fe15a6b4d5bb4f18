"""Times of devices: exact to the nanosecond, absurd ones refused before they cost anything."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import EARLIEST_NS, LATEST_NS, SECOND, Quality, Refusal, believable
from gateway.payloads import Message
from gateway.payloads.device_time import check_believable, from_count, from_text, receipt
from gateway.payloads.unusable import Unusable


@pytest.mark.parametrize(
    ("digits", "per_unit", "time_ns"),
    [
        ("1767610000", SECOND, 1_767_610_000_000_000_000),
        ("1767610000.123456789", SECOND, 1_767_610_000_123_456_789),
        ("1767610000.1234567899", SECOND, 1_767_610_000_123_456_789),  # rounded down
        ("1.767610000123456789e9", SECOND, 1_767_610_000_123_456_789),
        ("1767610000123.456789", 1_000_000, 1_767_610_000_123_456_789),
        ("1767610000123456789", 1, 1_767_610_000_123_456_789),  # no float holds this one
        ("1767610000123456789.9", 1, 1_767_610_000_123_456_789),
    ],
)
def test_exact(digits, per_unit, time_ns):
    assert from_count(digits, per_unit) == time_ns


@given(st.decimals(min_value=946_684_801, max_value=4_102_444_799, places=9))
def test_every_nanosecond(seconds: Decimal):
    assert from_count(str(seconds), SECOND) == int(Fraction(seconds) * SECOND)


@pytest.mark.parametrize(
    "digits",
    ["0", "-1", "1e999999999", "1e-999999999", "-1e999999999", "1767610000000", "9e99"],
)
def test_a_magnitude_no_clock_has(digits):
    with pytest.raises(Unusable, match="lies before 2000") as error:
        from_count(digits, SECOND)
    assert error.value.reason is Refusal.ABSURD_TIME


@pytest.mark.parametrize(
    "digits", ["", "x", "1_767_610_000", "nan", "inf", "0x1", "1767610000." + "1" * 40, "１"]
)
def test_what_is_no_count(digits):
    with pytest.raises(Unusable, match="is no count of time") as error:
        from_count(digits, SECOND)
    assert error.value.reason is Refusal.MALFORMED


def test_text():
    assert from_text("2026-01-05T12:46:40+02:00") == 1_767_610_000 * SECOND
    with pytest.raises(Unusable) as error:
        from_text("2026-01-05 12:46")
    assert error.value.reason is Refusal.MALFORMED


@given(edge=st.sampled_from([EARLIEST_NS, LATEST_NS]), off=st.integers(-2, 2))
def test_believes_what_the_model_believes(edge, off):
    expected = bool(believable(np.array([edge + off]))[0])
    try:
        check_believable(edge + off)
    except Unusable:
        assert not expected
    else:
        assert expected


def test_a_time_ahead_of_the_receipt_is_taken():
    """What becomes of it is decided where all readings of the message are known: gateway/clocks."""
    check_believable(1_767_610_000 * SECOND + 365 * 86_400 * SECOND)


def test_receipt_is_the_time_of_what_comes_live_and_of_nothing_that_was_retained():
    live = Message("t", {}, b"21.5", 1_767_610_000_000_000_000)
    assert receipt(live) == (live.received_ns, Quality.GOOD)
    assert receipt(replace(live, late=True)) == (live.received_ns, Quality.UNCERTAIN)
    with pytest.raises(Unusable, match="retained message without a time") as caught:
        receipt(replace(live, retained=True))
    assert caught.value.reason is Refusal.UNDATED
