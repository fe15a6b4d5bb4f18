"""Corrections beside plain arithmetic, due dates in the time of readings, certificates that cannot be."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import SECOND, Quality, Samples
from gateway.probes.calibration import Calibration, Calibrations, correct
from gateway.times import parse_rfc3339

DUE_NS = parse_rfc3339("2026-05-01T00:00:00Z")
HOUR = 3600 * SECOND


def told(**more: Any) -> Calibration:
    return Calibration("K-2041", date(2025, 5, 1), date(2026, 5, 1), 0.12, **more)


OFFSET = told(offset=-0.4)
POLYNOMIAL = told(polynomial=(0.25, 1.001, -2e-6))
TABLE = told(table=((-196.2, -195.8), (-79.6, -79.4), (0.1, 0.0)))
ALL = Calibrations.of({0: OFFSET, 1: POLYNOMIAL, 2: TABLE}, 4)  # channel 3 has none
VALUES = st.floats(-273.0, 900.0)


def samples(
    channel: list[int], value: list[float], time: int = 0, quality: Quality = Quality.GOOD
) -> Samples:
    n = len(channel)
    return Samples(
        np.full(n, time, np.int64),
        np.array(channel, np.int32),
        np.array(value),
        np.full(n, quality, np.uint8),
    )


def slow_twin(channel: int, x: float) -> float:
    if channel == 0:
        return x - 0.4
    if channel == 1:
        return 0.25 + 1.001 * x - 2e-6 * x * x
    if channel == 3:
        return x
    points = TABLE.table
    if x <= points[0][0]:
        return x + 0.4
    if x >= points[-1][0]:
        return x - 0.1
    (x0, y0), (x1, y1) = next((a, b) for a, b in pairwise(points) if a[0] <= x <= b[0])
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@given(st.lists(st.tuples(st.integers(0, 3), VALUES), max_size=20))
def test_each_reading_is_corrected_as_its_certificate_says(rows: list[tuple[int, float]]) -> None:
    given_ = samples([c for c, _ in rows], [v for _, v in rows])
    found = correct(given_, ALL)
    expected = [slow_twin(c, v) for c, v in rows]
    np.testing.assert_allclose(found.value, expected, rtol=0, atol=1e-9)
    assert (found.quality == Quality.GOOD).all()


@given(st.lists(st.tuples(st.integers(0, 3), VALUES), min_size=1, max_size=20), st.integers(0, 20))
def test_how_readings_are_cut_into_batches_changes_no_bit(rows: list[tuple[int, float]], cut: int) -> None:
    whole = samples([c for c, _ in rows], [v for _, v in rows])
    parts = [correct(whole.take(slice(*ends)), ALL) for ends in ((None, cut), (cut, None))]
    assert Samples.concatenate(parts).value.tobytes() == correct(whole, ALL).value.tobytes()


def test_what_was_given_is_left_alone() -> None:
    given_ = samples([0, 1, 2], [1.0, 1.0, 1.0])
    correct(given_, ALL)
    assert given_.value.tolist() == [1.0, 1.0, 1.0]


def test_a_table_corrects_its_own_points_to_the_true_values() -> None:
    indicated = [point[0] for point in TABLE.table]
    found = correct(samples([2] * 3, indicated), ALL).value
    np.testing.assert_allclose(found, [point[1] for point in TABLE.table], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("time", "channel", "quality"),
    [
        (DUE_NS - 1, 0, Quality.GOOD),
        (DUE_NS, 0, Quality.UNCERTAIN),
        (DUE_NS + 9000 * HOUR, 2, Quality.UNCERTAIN),
        (DUE_NS + 9000 * HOUR, 3, Quality.GOOD),  # without a certificate nothing is due
    ],
)
def test_overdue_by_the_time_of_the_reading(time: int, channel: int, quality: Quality) -> None:
    assert correct(samples([channel], [-190.0], time), ALL).quality.tolist() == [quality]


@pytest.mark.parametrize("quality", [Quality.UNCERTAIN, Quality.BAD, Quality.NO_DATA])
def test_no_calibration_makes_a_reading_better(quality: Quality) -> None:
    value = -190.0 if quality == Quality.UNCERTAIN else np.nan
    for time in (0, DUE_NS):
        found = correct(samples([0], [value], time, quality), ALL)
        assert found.quality.tolist() == [quality]
        assert np.isnan(found.value[0]) == (quality != Quality.UNCERTAIN)


def test_outside_of_what_the_certificate_covers() -> None:
    by = Calibrations.of({0: told(offset=0.5, covers=(-200.0, -150.0))}, 1)
    found = correct(samples([0] * 4, [-200.0, -150.0, -149.9, 20.0]), by)
    assert found.quality.tolist() == [Quality.GOOD] * 2 + [Quality.UNCERTAIN] * 2
    assert found.value.tolist() == [-199.5, -149.5, -149.4, 20.5]


def test_a_certificate_without_a_correction_still_is_due() -> None:
    by = Calibrations.of({0: told()}, 1)
    found = correct(samples([0], [-190.1], DUE_NS), by)
    assert (found.value.tolist(), found.quality.tolist()) == ([-190.1], [Quality.UNCERTAIN])


def test_no_readings() -> None:
    assert len(correct(Samples.empty(), Calibrations.of({}, 0))) == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"certificate": " "}, "certificate must name"),
        ({"date": date(1, 1, 1)}, "is of no certificate"),
        ({"due": date(2025, 5, 1)}, r"due \(2025-05-01\) must be later than date"),
        ({"expanded_uncertainty": 0.0}, "expanded_uncertainty must be positive"),
        ({"expanded_uncertainty": math.nan}, "expanded_uncertainty must be positive"),
        ({"offset": math.nan}, "offset must be a finite number"),
        ({"offset": 0.1, "polynomial": (0.0, 1.0)}, "one of offset, polynomial and table"),
        ({"polynomial": (0.5,)}, "polynomial must have 2 to 10"),
        ({"polynomial": (0.1, math.inf)}, "finite coefficients"),
        ({"polynomial": (0.1, 0.002)}, "true value, not the correction: .* found 0.002"),
        ({"table": ((0.0, 0.1),)}, "table must have 2 to 1000 points .* use offset"),
        ({"table": ((0.0, 0.1), (-196.0, -195.8))}, "must rise in both"),
        ({"table": ((-196.0, 0.2), (0.0, -0.1))}, "must rise in both"),  # corrections instead of true values
        ({"table": ((-196.0, math.nan), (0.0, 0.0))}, "finite numbers"),
        ({"covers": (0.0, -200.0)}, r"covers must be \[lowest, highest\]"),
    ],
)
def test_a_certificate_that_can_not_be(more: dict[str, Any], message: str) -> None:
    fine = {
        "certificate": "K-2041",
        "date": date(2025, 5, 1),
        "due": date(2026, 5, 1),
        "expanded_uncertainty": 0.12,
    }
    Calibration(**fine)
    with pytest.raises(ValueError, match=message):
        Calibration(**(fine | more))
