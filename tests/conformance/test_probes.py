"""Every probe there is keeps its contract; a new file needs an example here to pass."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import plugins
from gateway.config.tables import Problems, build
from gateway.config.types import PROBES
from gateway.model import LARGEST_VALUE, Quality
from gateway.units import CONVERSIONS

DATA = Path(__file__).parents[1] / "data" / "probes"
CURVE = "lakeshore_dt670_standard_curve.txt"
Example = tuple[dict[str, Any], float, float]  # options, coldest and hottest GOOD value
EXAMPLES: dict[str, list[Example]] = {
    "direct": [({}, -273.0, 1e6)],
    "pt100": [({}, -200.0, 850.0), ({"r0_ohm": 99.97, "lead_resistance_ohm": 0.8}, -200.0, 850.0)],
    "pt1000": [({}, -200.0, 850.0)],
    "thermocouple": [
        ({"type": kind, "cold_junction_degC": warm}, -270.0, hottest)
        for kind, hottest in (("T", 400.0), ("E", 1000.0), ("K", 1372.0), ("N", 1300.0))
        for warm in (0.0, 23.5)
    ],
    "dt670": [({}, 1.4 - 273.15, 500.0 - 273.15)],
    "curve": [({"curve_file": CURVE}, 1.4 - 273.15, 500.0 - 273.15)],
}
NAMES = plugins.names(PROBES, "Options")
CASES = [(name, *example) for name in NAMES for example in EXAMPLES.get(name, [])]
of_every_probe = pytest.mark.parametrize(("name", "table", "coldest", "hottest"), CASES, ids=str)
ANYTHING = st.floats() | st.floats(-1e4, 1e4) | st.sampled_from([0.0, -0.0, 1e300, -1e300, 5e-324])


def made(name: str, table: dict[str, Any]) -> tuple[ModuleType, Any]:
    problems = Problems(DATA)
    module = plugins.find(PROBES, name, "Options")
    assert module is not None
    options = build(module.Options, table, name, problems)
    assert problems == [] and options is not None
    return module, options


@pytest.mark.parametrize("name", NAMES)
def test_there_is_an_example(name: str) -> None:
    assert EXAMPLES.get(name), f"give an example of the options of {name}"


@of_every_probe
def test_its_options_and_units(name: str, table: dict[str, Any], coldest: float, hottest: float) -> None:
    module, options = made(name, table)
    assert dataclasses.is_dataclass(options)
    assert {options: 1}[made(name, table)[1]] == 1, "equal options are the same key"
    canonical = {c.canonical for c in CONVERSIONS.values()}
    gives = module.gives(options)
    assert gives and set(gives) | set(gives.values()) <= canonical


@of_every_probe
def test_there_and_back_over_the_whole_range(
    name: str, table: dict[str, Any], coldest: float, hottest: float
) -> None:
    module, options = made(name, table)
    value = np.linspace(coldest, hottest, 20_001)
    found, quality = module.convert(module.signal(value, options), options)
    assert found.dtype == np.float64 and quality.dtype == np.uint8
    assert (quality == Quality.GOOD).all()
    np.testing.assert_allclose(found, value, rtol=0, atol=2e-7)


@of_every_probe
def test_it_is_strictly_monotonic(name: str, table: dict[str, Any], coldest: float, hottest: float) -> None:
    module, options = made(name, table)
    steps = np.diff(module.signal(np.linspace(coldest, hottest, 5_001), options))
    assert (steps > 0).all() or (steps < 0).all()


@of_every_probe
@settings(max_examples=40, deadline=None)
@given(raw=st.lists(ANYTHING, max_size=12), cut=st.integers(0, 12))
def test_any_raw_value_is_judged_and_alone(
    name: str, table: dict[str, Any], coldest: float, hottest: float, raw: list[float], cut: int
) -> None:
    """NaN exactly where BAD, no value beyond what is possible, no warning, and neighbours change no bit."""
    module, options = made(name, table)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        value, quality = module.convert(np.array(raw, np.float64), options)
    assert value.shape == quality.shape == (len(raw),)
    assert np.array_equal(np.isnan(value), quality == Quality.BAD)
    assert (quality[~np.isfinite(np.array(raw, np.float64))] == Quality.BAD).all()
    within = value[quality == Quality.GOOD]
    if name != "direct":
        assert (within >= coldest - 1e-3).all() and (within <= hottest + 1e-3).all()
        assert (np.abs(value[quality == Quality.UNCERTAIN]) < LARGEST_VALUE).all()
    parts = [module.convert(np.array(part, np.float64), options) for part in (raw[:cut], raw[cut:])]
    assert np.concatenate([v for v, _ in parts]).tobytes() == value.tobytes()
    assert np.concatenate([q for _, q in parts]).tobytes() == quality.tobytes()


@of_every_probe
def test_a_long_batch_and_its_pieces_agree_to_the_bit(
    name: str, table: dict[str, Any], coldest: float, hottest: float
) -> None:
    """Vector instructions, their remainders and strides: a reading is the same in every batch."""
    module, options = made(name, table)
    raw = module.signal(np.random.default_rng(7).uniform(coldest, hottest, 1003), options)
    value, _ = module.convert(raw, options)
    for n in (1, 2, 3, 5, 17, 1000):
        pieces = [module.convert(raw[i : i + n], options)[0] for i in range(0, len(raw), n)]
        assert np.concatenate(pieces).tobytes() == value.tobytes()
    assert module.convert(np.repeat(raw, 3)[::3], options)[0].tobytes() == value.tobytes()


@of_every_probe
def test_there_is_no_signal_where_the_probe_can_not_be(
    name: str, table: dict[str, Any], coldest: float, hottest: float
) -> None:
    module, options = made(name, table)
    if name != "direct":
        assert np.isnan(module.signal(np.array([-274.0, 3000.0, np.nan]), options)).all()
