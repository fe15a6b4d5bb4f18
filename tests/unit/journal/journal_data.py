"""Readings for the journal's tests, rows of (time ns, channel, value, quality, received ns, shift ns)."""

import struct

import numpy as np

from gateway.model import SECOND, Arrivals, Samples

HOUR_NS = 3600 * SECOND
NOON_NS = 1_767_614_400 * SECOND  # 2026-01-05T12:00Z, the start of an hour


def arrivals(rows):
    """Arrivals from rows; a received time that is left out is the reading's own, a shift is none."""
    full = [(*row, 0)[:4] if len(row) == 3 else row[:4] for row in rows]
    received = [row[4] if len(row) >= 5 else row[0] for row in rows]
    shift = [row[5] if len(row) == 6 else 0 for row in rows]
    return Arrivals(
        Samples(
            np.array([row[0] for row in full], np.int64),
            np.array([row[1] for row in full], np.int32),
            np.array([row[2] for row in full], np.float64),
            np.array([row[3] for row in full], np.uint8),
        ),
        np.array(received, np.int64),
        np.array(shift, np.int64) if any(shift) else None,
    )


def bits(arrivals):
    """Rows that compare bit for bit, in the order they stand."""
    return list(zip(*(column.tolist() for column in _columns(arrivals)), strict=True))


def raw(arrivals):
    """The same as bytes, column by column, which is quicker and shows less."""
    return [column.tobytes() for column in _columns(arrivals)]


def _columns(arrivals):
    s = arrivals.samples
    shift = arrivals.device_time - s.time
    return s.time, s.channel, s.value.view(np.int64), s.quality, arrivals.received, shift


def sorted_bits(*parts):
    """The same sorted by (channel, time), equal keys in order of arrival."""
    rows = [row for part in parts for row in bits(part)]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def noisy(readings, channels=10, start_ns=NOON_NS, seed=1):
    """Readings that do not compress: one per channel in turn, raw doubles, ns times."""
    random = np.random.default_rng(seed)
    time = start_ns + np.arange(readings) * 1_000_003 + random.integers(0, 1000, readings)
    channel = (np.arange(readings) % channels + 1).astype(np.int32)
    value = random.normal(-150.0, 1.0, readings)
    samples = Samples(time, channel, value, np.zeros(readings, np.uint8))
    return Arrivals(samples, time + random.integers(0, SECOND, readings))


def double(pattern):
    """The float64 with this 64-bit pattern."""
    return struct.unpack("<d", struct.pack("<Q", pattern))[0]
