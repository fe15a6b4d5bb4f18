"""Decimated readings keep every extreme and every gap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.questions.decimated import OF_A_PART, thinned

values = st.lists(st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6)), min_size=1, max_size=300)


@given(values, st.integers(10, 50))
def test_extremes_and_gaps_of_each_part_stay(value, points):
    time = np.arange(len(value), dtype=np.int64) * 7
    interval = (0, len(value) * 7)
    kept = thinned(time, np.array(value), interval, points)
    assert len(kept) <= points and (np.diff(kept) > 0).all()
    shown, every = np.array(value)[kept], np.array(value)
    assert np.isnan(shown).any() == np.isnan(every).any()
    if not np.isnan(every).all():
        assert (np.nanmin(shown), np.nanmax(shown)) == (np.nanmin(every), np.nanmax(every))
    assert (kept[0], kept[-1]) == (0, len(value) - 1)


@given(values, st.integers(10, 50))
def test_what_a_part_keeps_the_whole_keeps(value, points):
    time = np.arange(len(value), dtype=np.int64)
    interval, half = (0, len(value)), len(value) // 2
    every = np.array(value)
    first = thinned(time[:half], every[:half], interval, points)
    rest = thinned(time[half:], every[half:], interval, points) + half
    some = np.concatenate([first, rest])
    again = some[thinned(time[some], every[some], interval, points)]
    at_once = thinned(time, every, interval, points)
    assert len(again) <= points
    edges = np.linspace(*interval, max(1, points // OF_A_PART) + 1).astype(np.int64)
    if len(every) > points:
        for begin, end in pairwise(edges):
            one, other = (every[k[(k >= begin) & (k < end)]] for k in (again, at_once))
            assert np.isnan(one).any() == np.isnan(other).any()
            if not np.isnan(other).all():
                assert np.nanmin(one) == np.nanmin(other) and np.nanmax(one) == np.nanmax(other)
