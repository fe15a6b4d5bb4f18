"""Columns as bytes: whatever goes in comes out bit for bit, and damage is an error."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import JournalError
from gateway.journal import columns
from gateway.model import SECOND, Arrivals, Samples
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, bits, noisy

INT64 = np.iinfo(np.int64)
INT32 = np.iinfo(np.int32)

WRITTEN_BY_0_1_0 = (
    "0103000000000101000000000000000001c0a75b690000000002075cc5ffffffffffff000100000000000000000b0107000000000000"
    "00780163606062606264f078cc506ac7800c1c1c1858181978190031f90276"
)

any_time = st.one_of(
    st.integers(INT64.min, INT64.max),
    st.sampled_from([INT64.min, INT64.max, 0, -1]),
    st.integers(0, 10_000).map(lambda ms: NOON_NS + ms * 10**6),
    st.integers(0, 100).map(lambda s: NOON_NS + s * SECOND),
)
any_bits = st.one_of(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0, 1 << 63, 0x7FF8 << 48, 0xFFF8 << 48, 0x7FF0 << 48, 0x7FF8_0000_0000_0001]),
    st.integers(-20_000, 20_000).map(lambda n: int(np.float64(n / 100).view(np.uint64))),
)


@st.composite
def any_arrivals(draw):
    n = draw(st.integers(0, 40))

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    one_kind = draw(st.sampled_from([any_bits, any_bits.filter(lambda b: b >> 52 & 0x7FF != 0x7FF)]))
    samples = Samples(
        np.array(column(any_time), np.int64),
        np.array(column(st.integers(INT32.min, INT32.max)), np.int32),
        np.array(column(one_kind), np.uint64).view(np.float64),
        np.array(column(st.integers(0, 255)), np.uint8),
    )
    shift = draw(st.sampled_from([None, st.just(0), st.integers(0, 10**15), any_time]))
    received = np.array(column(any_time), np.int64)
    return Arrivals(samples, received, None if shift is None else np.array(column(shift), np.int64))


@settings(max_examples=150, deadline=None)
@given(any_arrivals())
def test_everything_survives_bit_for_bit(original):
    back = columns.decode(columns.encode(original))
    assert bits(back) == bits(original)
    arrays: list[Any] = [
        back.samples.time,
        back.samples.channel,
        back.samples.value,
        back.samples.quality,
        back.received,
    ]
    assert [array.dtype for array in arrays] == [np.int64, np.int32, np.float64, np.uint8, np.int64]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.integers(-(10**6), 10**6), st.none()), min_size=1, max_size=50), st.integers(0, 4)
)
def test_decimals_with_gaps_survive(wholes, decimals):
    value = [np.nan if whole is None else whole / 10**decimals for whole in wholes]
    original = arrivals([(NOON_NS + i, 1, v, 2 if np.isnan(v) else 0) for i, v in enumerate(value)])
    assert bits(columns.decode(columns.encode(original))) == bits(original)


@pytest.mark.parametrize("value", [-0.0, 2.0**53, -(2.0**53), 1e308, 5e-324, np.inf, -np.inf, 0.1 + 0.2])
def test_values_that_are_no_short_decimals(value):
    original = arrivals([(NOON_NS, 1, -150.12, 0), (NOON_NS + 1, 1, value, 0)])
    assert bits(columns.decode(columns.encode(original))) == bits(original)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_received_may_be_far_from_time_and_counted_otherwise(unit):
    rows = [(NOON_NS + i * unit, i % 3, -150.0, 0, NOON_NS + 7 + (i * 7919) % 1000) for i in range(100)]
    assert bits(columns.decode(columns.encode(arrivals(rows)))) == rows_as_bits(rows)


def rows_as_bits(rows):
    return [(t, c, int(np.float64(v).view(np.int64)), q, r, 0) for t, c, v, q, r in rows]


def test_a_regular_decimal_series_takes_under_a_byte_per_reading():
    random = np.random.default_rng(3)
    steps = np.cumsum(random.integers(-1, 2, 3600))
    rows = [(NOON_NS + i * SECOND, 1, (-15_000 + int(step)) / 100, 0) for i, step in enumerate(steps)]
    assert len(columns.encode(arrivals(rows))) < 3600


def test_bytes_cut_short_anywhere_are_an_error():
    blob = columns.encode(noisy(50))
    for length in range(len(blob)):
        with pytest.raises(JournalError):
            columns.decode(blob[:length])


def test_a_column_format_of_the_future_is_an_error():
    blob = columns.encode(noisy(5))
    with pytest.raises(JournalError, match="format 03, this program reads 01 and 02"):
        columns.decode(b"\x03" + blob[1:])


def test_a_shift_is_written_only_where_there_is_one():
    plain = noisy(50)
    zero = replace(plain, shift=np.zeros(50, np.int64))
    assert columns.encode(zero) == columns.encode(plain)
    assert columns.encode(plain)[0] == columns.VERSION
    some = replace(plain, shift=np.where(np.arange(50) == 7, 8 * HOUR_NS, 0))
    assert columns.encode(some)[0] == columns.WITH_SHIFT
    assert columns.decode(columns.encode(some)).shift.tolist() == some.shift.tolist()
    assert columns.decode(columns.encode(plain)).shift is None


def test_what_an_earlier_version_wrote_is_read():
    """Bytes that 0.1.0 wrote for three readings."""
    blob = bytes.fromhex(WRITTEN_BY_0_1_0)
    rows = [(NOON_NS, 1, -150.12, 0, NOON_NS + 7), (NOON_NS + SECOND, 1, np.nan, 2), (NOON_NS, 2, -80.5, 1)]
    assert bits(columns.decode(blob)) == bits(arrivals(rows))
