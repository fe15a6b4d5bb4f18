"""ULT freezer: -80 degC by a cascade compressor, +-3 K around the set point with a period near half an hour.

Without power an empty one reaches -20 degC in 8 to 10 hours; 30 s of open door warm the air by about 9 K.
"""

from __future__ import annotations

from typing import Final

from firmware_sim import compressor

DEFAULTS: Final[dict[str, float]] = {
    "set_point_degC": -80.0,
    "hysteresis_K": 3.0,
    "cooling_K_per_min": 0.8,
    "leak_tau_s": 15_000.0,
    "air_tau_s": 1200.0,
    "core_tau_s": 7200.0,  # racks full of boxes; 2700 s when empty
    "lid_tau_s": 320.0,
    "unit_factor": 1.0,
}
NODES: Final = compressor.NODES
begin = compressor.begin
step = compressor.step
nodes = compressor.nodes
