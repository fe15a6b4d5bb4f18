"""LN2 vapour freezer: liquid at the bottom, product in the vapour above, automatic filling.

Opening the lid warms the top by 20 to 60 K within minutes and the bottom by less than 1 K. A fill first sends
warm gas (a spike at the top), then liquid (the top dips to just above the boiling point).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from firmware_sim import boiloff
from firmware_sim.boiloff import relax
from firmware_sim.nitrogen import saturation_degC
from firmware_sim.vessels import Columns, Floats

DEFAULTS: Final[dict[str, float]] = {
    **boiloff.DEFAULTS,
    "capacity_L": 150.0,
    "evaporation_L_per_day": 6.0,
    "heat_capacity_J_per_K": 90_000.0,
    "lid_leak_W": 60.0,
    "fill_L_per_min": 5.0,
    "start_percent": 70.0,
    "held_when_inverted": 0.0,
    "autofill_low_percent": 50.0,
    "autofill_high_percent": 80.0,
    "stratification_K": 1.0,  # bottom probe above the boiling point when almost empty
    "top_K": 8.0,  # top shelf above the bottom when full; twice that when almost empty
    "lid_tau_s": 900.0,
    "recovery_tau_s": 900.0,
    "hot_gas_K": 30.0,
    "hot_gas_s": 120.0,  # until liquid reaches the vessel
    "liquid_height_mm": 400.0,  # at 100 %
}
NODES: Final = ("top", "bottom", "level_percent", "level_mm", "valve")
LID_REACHES_BOTTOM: Final = 0.01  # share of the top's warming that the bottom sees
FILL_TAU_S: Final = 90.0
DIP_K: Final = 3.0  # top above the boiling point while liquid comes in


def begin(model: Columns, controls: Columns) -> Columns:
    state = boiloff.begin(model, controls)
    return {
        **state,
        "top_degC": _top_at_rest(state, model, controls),
        "fill_s": np.zeros_like(state["liquid_kg"]),
    }


def step(state: Columns, model: Columns, controls: Columns, dt_s: float) -> Columns:
    moved = boiloff.step(state, model, controls, dt_s)
    flowing = (moved["valve"] > 0.0) & (controls["lid"] == 0.0)
    moved["fill_s"] = np.where(flowing, state["fill_s"] + dt_s, 0.0)
    target, tau_s = _top_drive(moved, model, controls, flowing)
    return {**moved, "top_degC": relax(state["top_degC"], target, dt_s, tau_s)}


def nodes(state: Columns, model: Columns, controls: Columns) -> Columns:
    above_K = np.maximum(state["top_degC"] - _top_at_rest(state, model, controls), 0.0)
    level = boiloff.level_percent(state, model)
    return {
        "top": state["top_degC"],
        "bottom": _bottom(state, model) + LID_REACHES_BOTTOM * above_K,
        "level_percent": level,
        "level_mm": level / 100.0 * model["liquid_height_mm"],
        "valve": state["valve"],
    }


def _top_drive(
    state: Columns,
    model: Columns,
    controls: Columns,
    flowing: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> tuple[Floats, Floats]:
    """Where the top is heading, float64[N] degC, and with which time constant, float64[N] s."""
    rest = _top_at_rest(state, model, controls)
    hot_gas = flowing & (state["fill_s"] <= model["hot_gas_s"])
    dip = saturation_degC(controls["pressure_kPa"]) + DIP_K
    target = np.where(hot_gas, rest + model["hot_gas_K"], np.where(flowing, dip, rest))
    tau_s = np.where(flowing, FILL_TAU_S, model["recovery_tau_s"])
    is_open = controls["lid"] > 0.0
    return np.where(is_open, controls["ambient_degC"], target), np.where(is_open, model["lid_tau_s"], tau_s)


def _bottom(state: Columns, model: Columns) -> Floats:
    return state["body_degC"] + model["stratification_K"] * (
        1.0 - boiloff.level_percent(state, model) / 100.0
    )


def _top_at_rest(state: Columns, model: Columns, controls: Columns) -> Floats:
    bottom = _bottom(state, model)
    cold = np.clip((controls["ambient_degC"] - bottom) / 218.0, 0.0, None)  # 1 at the boiling point
    return bottom + model["top_K"] * (2.0 - boiloff.level_percent(state, model) / 100.0) * cold
