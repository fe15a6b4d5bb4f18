"""How long until a limit: from rises that nothing stops, and from nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.holdtime import RECORDED, Recorded, cases_recorded
from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import WARMING, Estimate, NotKnown, Standing
from gateway.alarms.warming import by_warming
from gateway.model import SECOND, Floats, Times
from tests.unit.alarms.test_holdtime import NOW_NS, hours

ROOM = 22.0


def conducted(
    tau_h: float, hours_risen: float, cold: float = -190.0, noise: float = 0.05
) -> tuple[Times, Floats]:
    """Cold for some hours, then nearing the room with this time constant until now."""
    at = np.arange(-hours_risen - 6.0, 0.0, 1.0 / 30.0)
    since = np.maximum(at + hours_risen, 0.0)
    value = ROOM - (ROOM - cold) * np.exp(-since / tau_h)
    return hours(*at), np.round(value + np.random.default_rng(3).normal(0.0, noise, len(at)), 2)


def hours_until(limit: float, tau_h: float, hours_risen: float, cold: float = -190.0) -> float:
    return tau_h * float(np.log((ROOM - cold) / (ROOM - limit))) - hours_risen


def asked(readings: tuple[Times, Floats], limit: float = -150.0) -> Estimate:
    return by_warming(*readings, limit, "above-150", NOW_NS)


def test_the_truth_is_in_the_range() -> None:
    found = asked(conducted(60.0, 4.0))
    assert isinstance(found, TimeLeft)
    assert (found.until, found.method) == ("above-150", WARMING)
    assert found.lowest_s / 3600.0 < hours_until(-150.0, 60.0, 4.0) < found.highest_s / 3600.0


def test_what_is_cold_and_stays_so_has_no_time_left() -> None:
    time, value = conducted(60.0, 4.0)
    flat = -195.0 + np.random.default_rng(1).normal(0.0, 0.1, len(time))
    assert isinstance(asked((time, flat)), NotKnown)
    assert isinstance(asked((time, value[::-1].copy())), NotKnown)  # it cools


def test_a_compressor_that_cycles_is_as_usual() -> None:
    at = np.arange(-24.0, 0.0, 1.0 / 60.0)
    cycle = -80.0 + 3.0 * np.abs(((at / 0.5) % 2.0) - 1.0) * 2.0 - 3.0
    for minutes in range(0, 60, 7):
        upto = at <= -minutes / 60.0
        found = by_warming(hours(*at[upto]), cycle[upto], -60.0, "above-60", int(hours(at[upto][-1])[0]))
        assert isinstance(found, NotKnown), (minutes, found)


def test_the_same_freezer_without_power_is_not() -> None:
    at = np.arange(-26.0, 0.0, 1.0 / 60.0)
    cycle = -80.0 + 6.0 * np.abs(((at / 0.5) % 2.0) - 1.0) - 3.0
    off = ROOM - (ROOM + 80.0) * np.exp(-(at + 2.0) / 20.0)
    value = np.where(at < -2.0, cycle, off)
    found = by_warming(hours(*at), value, -60.0, "above-60", NOW_NS)
    truth_s = (20.0 * float(np.log(102.0 / 82.0)) - 2.0) * 3600.0
    assert isinstance(found, TimeLeft) and found.lowest_s < truth_s < found.highest_s


def test_a_lid_that_was_open_for_a_moment_is_no_warming() -> None:
    time, value = conducted(60.0, 0.0)
    value[-3:] += np.array([10.0, 25.0, 40.0])  # four minutes
    assert isinstance(asked((time, value)), NotKnown)
    value[-33:-30] += np.array([10.0, 25.0, 40.0])
    value[-3:] = value[-6:-3]
    assert isinstance(asked((time, value)), NotKnown)


def test_what_went_there_and_back_before_is_not_known() -> None:
    """For three hours of the day before it was more than half as warm as the limit, and nobody says why."""
    time, value = conducted(60.0, 4.0)
    wandering = value.copy()
    wandering[30:90] += 30.0
    calm, found = asked((time, value)), asked((time, wandering))
    assert isinstance(calm, TimeLeft)
    assert isinstance(found, NotKnown) and "came back" in found.why and found.standing is Standing.UNKNOWN


@pytest.mark.parametrize("of", RECORDED, ids=lambda of: of.what)
def test_recorded_temperatures_that_follow_no_law_are_not_known(of: Recorded) -> None:
    """They rise and fall by themselves."""
    found = [estimate for _, estimate, _ in cases_recorded(of, np.random.default_rng(3))]
    assert len(found) >= 5
    assert sum(isinstance(one, NotKnown) for one in found) >= 0.95 * len(found)


def test_a_limit_that_the_line_has_all_but_reached_is_no_overflow() -> None:
    """Two hours of a recorded machine: what is left is far less than the scatter."""
    value = np.array(
        [
            23.975,
            24.273,
            23.734,
            24.066,
            25.045,
            25.536,
            26.380,
            27.121,
            27.450,
            28.779,
            28.867,
            28.453,
            29.321,
            29.051,
            28.883,
            29.805,
            29.629,
            29.965,
            30.703,
            29.926,
            30.303,
            31.182,
            31.135,
            30.933,
        ]
    )
    time = hours(*(np.arange(-23.0, 1.0) / 12.0))
    found = by_warming(time, value, 31.537566126916513, "limit", NOW_NS, 45.0)
    assert isinstance(found, NotKnown | TimeLeft)


def test_beyond_the_limit_nothing_is_left() -> None:
    found = asked(conducted(20.0, 8.0))
    assert isinstance(found, NotKnown) and "beyond" in found.why


def test_a_limit_near_the_surroundings_is_not_known() -> None:
    assert isinstance(asked(conducted(60.0, 4.0), limit=21.5), NotKnown)


def test_old_readings_are_no_answer() -> None:
    time, value = conducted(60.0, 4.0)
    assert isinstance(by_warming(time, value, -150.0, "above-150", NOW_NS + 12 * 3600 * SECOND), NotKnown)


def test_a_cold_that_was_long_ago_is_no_calm() -> None:
    time, value = conducted(60.0, 0.0)
    flat = np.full(len(value), -195.0)
    now, later = (by_warming(time, flat, -150.0, "x", NOW_NS + h * 3600 * SECOND) for h in (0, 20))
    assert isinstance(now, NotKnown) and now.standing is Standing.CALM
    assert isinstance(later, NotKnown) and later.standing is Standing.UNKNOWN and "old" in later.why


@settings(max_examples=20)
@given(st.integers(0, 7))
def test_no_answer_from_few_readings(count: int) -> None:
    time, value = conducted(60.0, 4.0)
    assert isinstance(
        asked((time[-count:] if count else time[:0], value[-count:] if count else value[:0])), NotKnown
    )


@settings(max_examples=15)
@given(st.floats(20.0, 100.0), st.floats(1.2, 2.0))
def test_more_heat_leak_means_less_time(tau_h: float, worse: float) -> None:
    risen = tau_h * 0.05
    good, bad = asked(conducted(tau_h, risen)), asked(conducted(tau_h / worse, risen))
    assert isinstance(good, TimeLeft)
    assert isinstance(bad, NotKnown) or bad.lowest_s < good.lowest_s


@settings(max_examples=10)
@given(st.sampled_from([2, 3, 5]))
def test_a_slower_sampling_rate_gives_nearly_the_same(every: int) -> None:
    time, value = conducted(60.0, 6.0)
    whole, part = asked((time, value)), asked((time[::-1][::every][::-1], value[::-1][::every][::-1]))
    assert isinstance(whole, TimeLeft) and isinstance(part, TimeLeft)
    assert part.lowest_s == pytest.approx(whole.lowest_s, rel=0.15)
    assert part.highest_s == pytest.approx(whole.highest_s, rel=0.15)


def test_the_order_of_readings_changes_nothing() -> None:
    time, value = conducted(60.0, 4.0)
    order = np.random.default_rng(5).permutation(len(time))
    assert asked((time[order], value[order])) == asked((time, value))
