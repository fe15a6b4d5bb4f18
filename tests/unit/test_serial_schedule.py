"""The serial source without a port: its schedule, and options that cannot be meant."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ingestion.sources.serial import Options, next_beat


@pytest.mark.parametrize(
    ("due_s", "interval_s", "now_s", "next_s"),
    [
        (100.0, 10.0, 100.0, 110.0),
        (100.0, 10.0, 103.5, 110.0),
        (100.0, 10.0, 109.99, 110.0),
        (100.0, 10.0, 110.0, 120.0),
        (100.0, 10.0, 134.0, 140.0),
        (100.0, 10.0, 99.999, 110.0),  # woken a moment early: not the same beat again
        (100.0, 10.0, 1e7, 10_000_010.0),  # the machine slept
    ],
)
def test_the_schedule_keeps_its_beat(due_s: float, interval_s: float, now_s: float, next_s: float) -> None:
    assert next_beat(due_s, interval_s, now_s) == next_s


@given(st.integers(1, 1000), st.lists(st.integers(0, 5000), min_size=1, max_size=50))
def test_it_never_drifts(interval_s: int, taken_s: list[int]) -> None:
    """However long polls take, every beat is a multiple of the interval and the next one there is."""
    due_s = 0.0
    for poll_s in taken_s:
        now_s = due_s + poll_s
        due_s = next_beat(due_s, interval_s, now_s)
        assert due_s % interval_s == 0.0
        assert now_s < due_s <= now_s + interval_s


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", ""),
        ("port", "http://10.0.0.5:4000"),
        ("port", "loop://"),
        ("port", "socket://10.0.0.5"),
        ("port", "socket://:4000"),
        ("port", "socket://10.0.0.5:70000"),
        ("poll_interval_s", 0.0),
        ("poll_interval_s", math.nan),
        ("reply_timeout_s", 0.0),
        ("reply_timeout_s", 61.0),
        ("reply_timeout_s", math.nan),
        ("baud", 0),
        ("data_bits", 9),
        ("parity", "M"),
        ("stop_bits", 3),
    ],
)
def test_options_that_can_not_be_meant(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort|" + key):
        Options(**{"driver": "tec3000", "port": "/dev/ttyUSB0", key: value})
