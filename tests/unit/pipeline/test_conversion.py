"""Canonical units for a whole batch, by channel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.config.load import parse
from gateway.model import Arrivals, Quality, Samples
from gateway.pipeline.conversion import conversions, to_canonical
from gateway.units import CONVERSIONS

READING = {"address": "{device}", "value_pointer": "/v"}
TOPIC = {"pattern": "t/{device}", "payload": "json", "options": {"readings": [READING]}}
UNITS = {"degC": -196.0, "K": 77.15, "degF": -320.8}


def channels(units: list[str]) -> tuple[list, dict[str, int]]:
    document = {
        "gateway": {"name": "x"},
        "sites": {"s": {}},
        "assets": {"a": {"site": "s"}},
        "sources": {"b": {"kind": "mqtt", "host": "h", "client_id": "c", "topics": [TOPIC]}},
        "channels": {u: {"asset": "a", "source": "b", "address": u, "unit": u} for u in units},
    }
    return list(parse(document, Path("x")).channels.values()), {u: i * 3 + 1 for i, u in enumerate(units)}


def converted(values: list[float], quality: Quality = Quality.GOOD) -> Samples:
    made, numbers = channels(list(UNITS))
    n = len(values)
    samples = Samples(
        np.arange(n),
        np.array([numbers[u] for u in UNITS], np.int32),
        np.array(values),
        np.full(n, quality, np.uint8),
    )
    return to_canonical(Arrivals(samples, np.arange(n)), conversions(made, numbers)).samples


def test_the_same_cold_in_three_units() -> None:
    assert converted(list(UNITS.values())).value == pytest.approx([-196.0] * 3)


def test_a_value_no_instrument_can_mean_becomes_bad() -> None:
    found = converted([1e300, np.inf, 4.0])
    assert found.quality.tolist() == [Quality.BAD, Quality.BAD, Quality.GOOD]
    assert np.isnan(found.value[:2]).all()


def test_a_bad_reading_has_no_value() -> None:
    assert np.isnan(converted([1.0, 2.0, 3.0], Quality.BAD).value).all()


def test_fixed_points_of_the_scales() -> None:
    def to(unit: str, value: float) -> float:
        return value * CONVERSIONS[unit].scale + CONVERSIONS[unit].offset

    assert to("degF", 32.0) == pytest.approx(0.0, abs=1e-12)
    assert to("degF", 212.0) == pytest.approx(100.0)
    assert to("K", 0.0) == -273.15
    assert to("inch", 1.0) == 25.4
