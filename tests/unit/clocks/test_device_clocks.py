"""Device clocks: what arrives early betrays a clock that is ahead, and its message is shifted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clocks.device_clocks import WINDOW_NS, DeviceClocks, words
from gateway.model import CLOCK_TOLERANCE_NS, EARLIEST_NS, SECOND, Arrivals, Quality, Samples

NOW_NS = 1_767_610_800 * SECOND


def arrivals(*rows: tuple[int, float, float], quality: Quality = Quality.GOOD) -> Arrivals:
    """(channel, device time s, receipt s), both from NOW."""
    time = np.array([NOW_NS + round(r[1] * SECOND) for r in rows], np.int64)
    received = np.array([NOW_NS + round(r[2] * SECOND) for r in rows], np.int64)
    channel = np.array([r[0] for r in rows], np.int32)
    return Arrivals(
        Samples(time, channel, np.full(len(rows), -190.0), np.full(len(rows), quality, np.uint8)), received
    )


def judge(clocks: DeviceClocks, given: Arrivals, trusted: bool = True) -> Arrivals:
    return clocks.judge(given, np.full(len(given), trusted))


def test_the_fastest_message_tells_the_offset() -> None:
    clocks = DeviceClocks(3)
    judge(clocks, arrivals((1, 10.0, 8.0), (1, 11.0, 8.5), (1, 12.0, 30.0), (2, -5.0, 0.5)))
    assert clocks.offset_ns(1) == round(2.5 * SECOND)  # 2.5 s ahead, however late the last one was
    assert clocks.offset_ns(2) == round(-5.5 * SECOND)
    assert clocks.offset_ns(0) is None


def seconds(judged: Arrivals) -> list[float]:
    return ((judged.samples.time - NOW_NS) / SECOND).tolist()


def test_a_message_that_is_ahead_is_shifted_to_its_receipt_and_one_within_tolerance_stands() -> None:
    clocks = DeviceClocks(2)
    tolerance_s = CLOCK_TOLERANCE_NS / SECOND
    judged = judge(clocks, arrivals((0, tolerance_s, 0.0), (1, tolerance_s + 2.0, 1.0), (1, -3600.0, 2.0)))
    assert judged.samples.quality.tolist() == [Quality.GOOD, Quality.UNCERTAIN, Quality.GOOD]
    assert seconds(judged) == [tolerance_s, 1.0, -3600.0]
    assert judged.shift is not None
    assert judged.shift.tolist() == [0, CLOCK_TOLERANCE_NS + SECOND, 0]
    assert judged.device_time[1] == NOW_NS + CLOCK_TOLERANCE_NS + 2 * SECOND  # its own time is kept


def test_all_readings_of_a_message_are_shifted_by_its_lead_and_keep_their_spacing() -> None:
    logged = arrivals((0, 28_800.0, 0.0), (0, 28_790.0, 0.0), (1, 1000.0, 0.0), (1, 28_700.0, 5.0))
    judged = judge(DeviceClocks(2), logged)
    assert seconds(judged) == [0.0, -10.0, -27_800.0, 5.0]  # the last one is of another message
    assert judged.samples.quality.tolist() == [Quality.UNCERTAIN] * 4


def test_what_has_no_time_of_its_own_is_on_no_wrong_clock() -> None:
    judged = judge(DeviceClocks(2), arrivals((0, 28_800.0, 3.0), (1, 3.0, 3.0)))
    assert seconds(judged) == [3.0, 3.0]
    assert judged.samples.quality.tolist() == [Quality.UNCERTAIN, Quality.GOOD]


def test_nothing_is_shifted_before_2000() -> None:
    in_2099_s = (4_070_908_800 * SECOND - NOW_NS) / SECOND
    judged = judge(DeviceClocks(1), arrivals((0, in_2099_s, 0.0), (0, -10.0, 0.0)))
    assert seconds(judged) == [0.0, -10.0]
    assert judged.samples.quality.tolist() == [Quality.UNCERTAIN] * 2


Row = tuple[int, float, float]
row = st.tuples(
    st.integers(0, 2),
    st.sampled_from([-7200.0, -1.0, 0.0, 1.0, 60.0, 61.0, 62.0, 28_800.0, 1e9, 2e9]),
    st.sampled_from([0.0, 1.0, 2.0]),
)


def slow(rows: list[Row], trusted: bool) -> list[tuple[float, float, int]]:
    """The rule, message by message: (time s, shift s, quality)."""
    result: list[tuple[float, float, int]] = []
    for _, time_s, receipt_s in rows:
        lead_s = max(t - r for _, t, r in rows if r == receipt_s)
        ahead = trusted and lead_s > 60.0 and time_s != receipt_s
        possible = NOW_NS / SECOND + time_s - lead_s >= EARLIEST_NS / SECOND
        shift_s = lead_s if ahead and possible else 0.0
        result.append(
            (time_s - shift_s, shift_s, Quality.UNCERTAIN if ahead or not trusted else Quality.GOOD)
        )
    return result


@given(st.lists(row, max_size=12), st.booleans())
def test_as_the_slow_twin(rows: list[Row], trusted: bool) -> None:
    judged = judge(DeviceClocks(3), arrivals(*rows), trusted)
    shift_s = ((judged.device_time - judged.samples.time) / SECOND).tolist()
    expected = slow(rows, trusted)
    assert list(zip(seconds(judged), shift_s, judged.samples.quality.tolist(), strict=True)) == expected


def test_a_bad_reading_stays_bad() -> None:
    judged = judge(DeviceClocks(1), arrivals((0, 1000.0, 0.0), quality=Quality.BAD))
    assert judged.samples.quality.tolist() == [Quality.BAD]


def test_a_clock_that_was_set_is_believed_again() -> None:
    clocks, window_s = DeviceClocks(1), WINDOW_NS / SECOND
    judge(clocks, arrivals((0, 100.0, 0.0)))
    for at_s in np.arange(1.0, 2 * window_s + 60.0, 30.0):
        judge(clocks, arrivals((0, at_s - 0.1, at_s)))
    assert clocks.offset_ns(0) == -SECOND // 10


def test_nothing_heard_for_long_is_nothing_known() -> None:
    clocks = DeviceClocks(2)
    judge(clocks, arrivals((0, 5.0, 0.0)))
    judge(clocks, arrivals((1, 3 * WINDOW_NS / SECOND, 3 * WINDOW_NS / SECOND)))
    assert clocks.offset_ns(0) is None
    assert len(judge(clocks, arrivals())) == 0


def test_while_our_own_clock_is_not_trusted_nothing_is_proven_and_nothing_estimated() -> None:
    clocks = DeviceClocks(2)
    judged = judge(clocks, arrivals((0, 1e7, 0.0), (1, 0.0, 0.0)), trusted=False)
    assert judged.samples.quality.tolist() == [Quality.UNCERTAIN] * 2
    assert judged.samples.time.tolist() == [NOW_NS + 10_000_000 * SECOND, NOW_NS]  # its own time is kept
    assert clocks.offset_ns(0) is None
    bad = judge(clocks, arrivals((0, 0.0, 0.0), quality=Quality.BAD), trusted=False)
    assert bad.samples.quality.tolist() == [Quality.BAD]


def test_what_was_compared_with_a_clock_that_jumped_is_forgotten() -> None:
    clocks = DeviceClocks(1)
    judge(clocks, arrivals((0, 5.0, 0.0)))
    clocks.forget()
    assert clocks.offset_ns(0) is None


@pytest.mark.parametrize(
    ("offset_s", "told"),
    [
        (28_799.98, "device clock ahead by 8 h"),
        (28_919.6, "device clock ahead by 8 h 2 min"),
        (82_800.0, "device clock ahead by 23 h"),
        (100 * 86_400.0 + 3_600.0, "device clock ahead by 100 d 1 h"),
        (90.0, "device clock ahead by 2 min"),
        (31.4, "device clock ahead by 31 s"),
        (-300.2, "device clock behind by 5 min, or its messages come late"),
    ],
)
def test_words_for_people(offset_s: float, told: str) -> None:
    assert words(offset_s) == told
