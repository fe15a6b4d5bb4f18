"""Simulated instruments with known probes, for tests that speak to them byte for byte."""

from __future__ import annotations

import math
from typing import Any

from firmware_sim import instruments
from firmware_sim.instruments import Instrument

SHOWN = {
    "top": -197.10,
    "bottom": -195.795,
    "room": 21.5,
    "ult": -79.5,
    "zero": 0.0,
    "hot": 600.0,
    "icy": -272.5,
    "level": 251.3,  # mm
    "lid": 1.0,
    "open": math.nan,
}


def build(kind: str, **table: Any) -> Instrument:
    module = instruments.load(kind)
    options = module.Options.model_validate(table)
    assert set(module.probes(options)) <= set(SHOWN)
    return module.build(options, SHOWN.__getitem__, _no_valve)


def _no_valve(probe: str, wanted: bool) -> None:
    raise AssertionError(f"{probe} has no valve, and {wanted} was wanted of it")
