"""Each certificate at its border: what it still lets pass, and what it must not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening import cells, history, latched, outlook, ranges, series
from gateway.screening.batch import Batch
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit, no_data, rate, stuck
from gateway.screening.screen import Screen
from tests.oracle.automaton import Reading
from tests.oracle.rate import slope_at
from tests.oracle.screening import excursions
from tests.oracle.strategies import EPOCH, SECOND
from tests.unit.screening.test_screen import screened
from tests.unit.screening.test_screener import Desk

GAP = 5 * SECOND
Cuts = list[int]


@pytest.fixture(autouse=True)
def small_strides(monkeypatch: pytest.MonkeyPatch, small_pieces: None) -> None:
    monkeypatch.setattr(cells, "CELL", 16)
    monkeypatch.setattr(cells, "FINE", 8)
    monkeypatch.setattr(series, "STRIDE", 4)
    monkeypatch.setattr(history, "MOST", 65_536)


def plan_of(kind: str, parameters: object) -> Plan:
    return Plan(
        (ChannelPlan(3, "probe", GAP),), (Instance(3, "rule", kind, parameters, Severity.MAJOR, "1"),)
    )


def of_one(time: np.ndarray, value: np.ndarray) -> Samples:
    count = len(time)
    return Samples(time.astype(np.int64), np.full(count, 3, np.int32), value, np.zeros(count, np.uint8))


def looked_at(screen: Screen, samples: Samples) -> int:
    """How many readings a screen looks at one by one when it is fed these."""
    looked: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        kept = latched.Latched._runs

        def counting(self: latched.Latched, *given: object) -> object:
            runs = kept(self, *given)
            looked.append(0 if runs is None else len(runs.time))
            return runs

        patch.setattr(latched.Latched, "_runs", counting)
        screen.feed(samples)
    return sum(looked)


def batch_of(screen: Screen, samples: Samples) -> Batch:
    """What the rules of a screen with one channel are given."""
    first = np.zeros(1, np.int64)
    return screen._batch(samples, first, first, screen.channels, screen._history)


@st.composite
def uneven_times(draw: st.DrawFn) -> np.ndarray:
    """Strides of four readings that take 3.5 to 4.5 s, their readings anywhere in them, often huddled."""
    offsets = [0]
    for _ in range(draw(st.integers(20, 30))):
        length = draw(st.sampled_from([3.5, 4.0, 4.5]))
        places = draw(st.sampled_from([(0.001, 0.002, 0.003), (0.997, 0.998, 0.999), (0.25, 0.5, 0.75)]))
        offsets += [offsets[-1] + length * p for p in places] + [offsets[-1] + length]
    return EPOCH + np.round(np.array(offsets) * SECOND).astype(np.int64)


@settings(max_examples=40, deadline=None)
@given(uneven_times(), st.data())
def test_no_window_is_steeper_than_its_bound(time: np.ndarray, data: st.DataObject) -> None:
    """Values that make one window as steep as its times allow; SAFETY is for rounding only."""
    window_s = data.draw(st.sampled_from([28.0, 36.0, 40.5, 60.0]))
    at = data.draw(st.integers(1, len(time) - 1))
    inside = time[: at + 1][time[: at + 1] > time[at] - round(window_s * SECOND)]
    value = np.where(time > inside.mean(), 1.0, 0.0)
    rule = rate.Parameters("rising", 1.0, window_s, min_readings=2)
    readings = [Reading(t, v, True) for t, v in zip(time.tolist(), value.tolist(), strict=True)]
    slopes = [slope_at(readings, k, rule) for k in range(len(readings))]
    split = data.draw(st.sampled_from([0, 1, 7, 30, 50]))
    screen, samples = Screen(plan_of("rate", rule)), of_one(time, value)
    screen.feed(samples.take(slice(0, split)))
    batch = batch_of(screen, samples.take(slice(split, None)))
    levels = [batch.whole, batch, batch.finer(np.arange(len(batch.cells.lo)))]
    certified = 0
    for level in levels:
        own = np.arange(len(level.cells.lo))
        condition: Any = vars(screen.groups["rate"])["_condition"]
        bound = condition._steepness._strides(level, np.zeros_like(own), own)
        certified += int((bound < np.inf).sum())
        for k in own.tolist():
            there = slopes[split + level.cells.lo[k] : split + level.cells.hi[k]]
            assert all(abs(s) <= bound[k] / outlook.SAFETY * 1.0001 for s in there if s is not None)
    assert certified > 0 or window_s < 60.0 or split > 0


def test_strides_are_as_many_readings_as_the_shortest_window_bears() -> None:
    time = EPOCH + np.arange(200) * SECOND
    for window_s, each in ((72.0, 4), (36.0, 4), (35.0, 2), (17.0, 1), (3.0, 1)):
        screen = Screen(plan_of("rate", rate.Parameters("rising", 1.0, window_s)))
        batch = batch_of(screen, of_one(time, np.zeros(200)))
        assert batch.cells.series.strides.each.tolist() == [each], window_s


@pytest.mark.parametrize("rising_K_per_s", [0.0, 0.001, 0.05])
def test_later_batches_are_certified_with_what_the_history_holds(rising_K_per_s: float) -> None:
    """Windows that reach into earlier batches need no look at each reading, unless something rises."""
    count = 400
    time = EPOCH + np.arange(count) * SECOND
    value = np.random.default_rng(4).normal(0.0, 0.01, count) + rising_K_per_s * np.arange(count)
    screen = Screen(plan_of("rate", rate.Parameters("rising", 1.0, 60.0)))
    screen.feed(of_one(time[:200], value[:200]))
    looked = looked_at(screen, of_one(time[200:], value[200:]))
    assert looked == 200 if rising_K_per_s == 0.05 else looked == 0


def same_as_the_twin(plan: Plan, value: np.ndarray, *every: Cuts) -> list[tuple]:
    """Excursions of readings at 1 Hz, which are the twin's however they are cut (after these readings)."""
    rows = [(EPOCH + k * SECOND, 3, v, 0) for k, v in enumerate(value.tolist())]
    expected = excursions(plan, rows)
    for cuts in every:
        assert screened(plan, rows, [EPOCH + k * SECOND for k in cuts]) == expected, cuts
    return expected


@pytest.mark.parametrize("at", [16, 17, 23, 24, 31])
def test_the_witness_of_movement_leaves_the_window_to_the_nanosecond(at: int) -> None:
    """One reading differs, first in its cell or later; frozen once it is a whole window back."""
    value = np.zeros(96)
    value[at] = 1.0
    for window_s in range(24, 50):
        rule = stuck.Parameters(0.5, float(window_s))
        cuts = [[[], [16]], [[20], [20, 40]], [[16], [40]], [[], [20]], [[40], [20, 40]]][(window_s + at) % 5]
        found = same_as_the_twin(plan_of("stuck", rule), value, *cuts)
        assert [e[1][0] for e in found][-1] == EPOCH + (at + window_s) * SECOND


@pytest.mark.parametrize("at", [0, 15, 16, 17, 40])
@pytest.mark.parametrize("side", ["rising", "falling"])
def test_a_spike_is_felt_as_long_as_a_window_reaches_it(side: str, at: int) -> None:
    """It makes the slope rise when it comes, and fall until it is a whole window back: most just before."""
    value = np.zeros(128)
    value[at] = 1.0
    sign = 1.0 if side == "rising" else -1.0
    readings = [Reading(EPOCH + k * SECOND, v, True) for k, v in enumerate(value.tolist())]
    for window_s in (36.0, 37.0, 40.0, 47.5, 48.0):
        some = rate.Parameters(side, sign, window_s)
        most = max(sign * (slope_at(readings, k, some) or 0.0) for k in range(128))
        for limit_per_min in (0.001, 0.1, max(0.99 * most, 0.001)):
            rule = rate.Parameters(side, sign * limit_per_min, window_s)
            assert same_as_the_twin(plan_of("rate", rule), value, [], [16], [20, 50]) or at == 0


def test_what_ticks_counted_is_forgotten_when_the_past_comes_again() -> None:
    """A late outlier is in no later tick's window but by way of the journal; one long batch brings it."""
    plan = plan_of("rate", rate.Parameters("rising", 5.0, 60.0))
    ticks = [(EPOCH + k * SECOND, 3, 0.01 * (k % 2), 0) for k in range(90)]
    late = (
        EPOCH + 30 * SECOND + 1,
        3,
        -100.0,
        0,
    )  # the slope rises beyond the limit once it is half a window old
    together, desk = Desk(plan), Desk(plan, spacing_ns=3600 * SECOND)
    together.take(sorted([*ticks, late]))
    for row in [*ticks[:60], late, *ticks[60:]]:
        desk.take([row])
    assert [e.start_ns for e in desk.standing()] == [e.start_ns for e in together.standing()]
    assert together.standing()[0].start_ns > ticks[60][0]


@pytest.mark.parametrize("too_long", [0, 1])
@pytest.mark.parametrize("at", [1, 3, 4, 5, 15, 16, 17, 32, 47, 63])
@pytest.mark.parametrize("split", [[], [16], [17], [33]])
def test_a_silence_is_too_long_to_the_nanosecond(too_long: int, at: int, split: Cuts) -> None:
    """Anywhere in a stride, in a cell, at the end; here strides are all longer and tell nothing."""
    step = np.full(64, SECOND)
    step[at] = 3 * SECOND + too_long
    time = EPOCH + np.cumsum(step)
    rows = [(int(t), 3, 0.0, 0) for t in time]
    found = screened(plan_of("no_data", no_data.Parameters(3.0)), rows, [int(time[k]) for k in split])
    assert [e[1][0] for e in found] == [int(time[at - 1]) + 3 * SECOND] * too_long


@pytest.mark.parametrize("bad", [3, 16, 31])
def test_a_silence_around_an_unusable_reading(bad: int) -> None:
    rows = [
        (EPOCH + k * SECOND, 3, float("nan") if k == bad else 0.0, 2 if k == bad else 0) for k in range(64)
    ]
    plan = plan_of("no_data", no_data.Parameters(1.5))
    assert [e[1][0] for e in screened(plan, rows, [])] == [EPOCH + (bad - 1) * SECOND + 3 * SECOND // 2]
    assert screened(plan, rows, []) == excursions(plan, rows)


@pytest.mark.parametrize("at", [0, 7, 8, 15, 16, 17, 62, 63])
@pytest.mark.parametrize("off_delay_s", [0.0, 5.0, 20.0])
def test_one_value_beyond_a_limit_anywhere_in_a_cell(at: int, off_delay_s: float) -> None:
    """Its piece is looked at, those around it only as long as the excursion lasts."""
    value = np.zeros(64)
    value[at] = np.nextafter(1.0, 2.0)
    plan = plan_of("limit", limit.Parameters("high", 1.0, 0.0, 0.0, off_delay_s))
    rows = [(EPOCH + k * SECOND, 3, float(v), 0) for k, v in enumerate(value)]
    assert screened(plan, rows, []) == excursions(plan, rows)
    time = EPOCH + np.arange(64) * SECOND
    assert 0 < looked_at(Screen(plan), of_one(time, value)) <= 8 + 16 + off_delay_s
    value[at] = 1.0
    assert looked_at(Screen(plan), of_one(time, value)) == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=60), st.integers(1, 12), st.data())
def test_where_windows_begin(steps: list[int], window: int, data: st.DataObject) -> None:
    """Guessing from the first row's window ends where searching for each one does."""
    time = np.cumsum(np.array(steps, np.int64))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(time)), max_size=3)) | {0, len(time)})
    floor = np.array(cuts[:-1])
    base = np.array([data.draw(st.integers(a, b - 1)) for a, b in pairwise(cuts)])
    count = np.array(cuts[1:]) - base
    at = ranges.expand(base, count)
    floors = np.repeat(floor, count)
    expected = ranges.first_at(time, floors, at, time[at] - window + 1)
    found = ranges.first_in_windows(time, floor, (base, count), time[at] - window + 1)
    assert found.tolist() == expected.tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.data())
def test_the_most_of_each_range(column: list[int], data: st.DataObject) -> None:
    last = data.draw(st.lists(st.integers(0, len(column) - 1), max_size=8))
    first = [data.draw(st.integers(0, b)) for b in last]
    made = ranges.most(np.maximum, np.array(column), np.array(first, np.int64), np.array(last, np.int64))
    assert made.tolist() == [max(column[a : b + 1]) for a, b in zip(first, last, strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40), st.booleans()), max_size=12))
def test_what_is_kept_is_what_windows_reach(batches: list[tuple[int, int, bool]]) -> None:
    """However batches are kept - copied, as they came, superseded - a window's readings are there."""
    span = np.array([20, 50, 5])
    kept = history.History(span, span, 65_536)
    all_times: list[list[int]] = [[], [], []]
    now = 0
    for channel, count, both in batches:
        channels = np.array(sorted({channel, (channel + both) % 3}))
        time = np.concatenate([now + 1 + np.arange(count) * (c + 1) for c in channels])
        lo = np.arange(len(channels)) * count
        seen = time[lo + count - 1]
        reach = np.maximum(lo, lo + count - span[channels] // (channels + 1) - 1)
        kept.append(channels, reach, lo + count, time, time.astype(float))
        for c, a in zip(channels.tolist(), lo.tolist(), strict=True):
            all_times[c] += time[a : a + count].tolist()
        now = int(seen.max())
        heard = np.array([times[-1] if times else 0 for times in all_times])
        count_of, times, values = kept.after(np.arange(3), heard - span)
        expected = [[t for t in own if t > h - s] for own, h, s in zip(all_times, heard, span, strict=True)]
        assert count_of.tolist() == [len(own) for own in expected]
        assert times.tolist() == [t for own in expected for t in own]
        assert (values == times).all()


def test_batches_one_after_the_other_are_not_copied() -> None:
    screen = Screen(plan_of("rate", rate.Parameters("rising", 1.0, 60.0)))
    for k in range(3):
        screen.feed(of_one(EPOCH + (200 * k + np.arange(200)) * SECOND, np.zeros(200)))
    assert screen._history._rings._size.tolist() == [0]
