"""Pharmacy refrigerator or active box, 2 to 8 degC: cycles within 1 K of 5 degC."""

from __future__ import annotations

from typing import Final

from firmware_sim import compressor

DEFAULTS: Final[dict[str, float]] = {
    "set_point_degC": 5.0,
    "hysteresis_K": 0.8,
    "cooling_K_per_min": 0.3,
    "leak_tau_s": 9000.0,
    "air_tau_s": 1800.0,
    "core_tau_s": 5400.0,
    "lid_tau_s": 300.0,
    "unit_factor": 1.0,
}
NODES: Final = compressor.NODES
begin = compressor.begin
step = compressor.step
nodes = compressor.nodes
