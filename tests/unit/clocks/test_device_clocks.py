"""Device clocks: what arrives early betrays a clock that is ahead."""

from __future__ import annotations

import numpy as np

from gateway.clocks.device_clocks import TOLERANCE_NS, WINDOW_NS, DeviceClocks
from gateway.model import SECOND, Arrivals, Quality, Samples

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


def test_a_clock_that_is_ahead_is_not_trusted() -> None:
    clocks = DeviceClocks(2)
    tolerance_s = TOLERANCE_NS / SECOND
    judged = judge(clocks, arrivals((0, tolerance_s, 0.0), (1, tolerance_s + 1.0, 0.0), (1, -3600.0, 0.0)))
    assert judged.samples.quality.tolist() == [Quality.GOOD, Quality.UNCERTAIN, Quality.GOOD]
    assert judged.samples.time.tolist()[1] == NOW_NS + TOLERANCE_NS + SECOND  # its own time is kept


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
