"""A cabinet cooled by a compressor: air that cycles around the set point, a core that follows slowly.

    d(air)/dt  = (ambient - air)/leak_tau + (core - air)/air_tau + lid*(ambient - air)/lid_tau - on*cooling
    d(core)/dt = (air - core)/core_tau

State: air_degC, core_degC, running (1 while the compressor runs).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from firmware_sim.vessels import Columns

NODES: Final = ("air", "core", "running")


def begin(model: Columns, controls: Columns) -> Columns:
    air_degC = model["set_point_degC"].copy()
    return {"air_degC": air_degC, "core_degC": air_degC.copy(), "running": controls["powered"].copy()}


def step(state: Columns, model: Columns, controls: Columns, dt_s: float) -> Columns:
    """One Euler step; `dt_s` well below the shortest time constant (5 minutes)."""
    air, core = state["air_degC"], state["core_degC"]
    error_K = air - model["set_point_degC"]
    running = np.where(error_K >= model["hysteresis_K"], 1.0, state["running"])
    running = np.where(error_K <= -model["hysteresis_K"], 0.0, running) * controls["powered"]
    outside = 1.0 / model["leak_tau_s"] + controls["lid"] / model["lid_tau_s"]
    air_rate = (controls["ambient_degC"] - air) * outside + (core - air) / model["air_tau_s"]
    air_rate = air_rate - running * model["unit_factor"] * model["cooling_K_per_min"] / 60.0
    core_rate = (air - core) / model["core_tau_s"]
    return {"air_degC": air + air_rate * dt_s, "core_degC": core + core_rate * dt_s, "running": running}


def nodes(state: Columns, _model: Columns, _controls: Columns) -> Columns:
    return {"air": state["air_degC"], "core": state["core_degC"], "running": state["running"]}
