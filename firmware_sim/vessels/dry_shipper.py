"""Dry shipper: liquid soaked up by an absorbent around the payload (class of MVE SC 4/2V).

While the absorbent is wet the payload stands within 2 K of the boiling point, a little more as it empties.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from firmware_sim import boiloff
from firmware_sim.boiloff import relax
from firmware_sim.vessels import Columns, Floats

DEFAULTS: Final[dict[str, float]] = {
    **boiloff.DEFAULTS,
    "stratification_K": 2.0,  # payload above the boiling point when the absorbent is almost empty
    "neck_K": 25.0,  # neck above the payload, cold and closed
    "lid_tau_s": 600.0,
    "recovery_tau_s": 1200.0,
    "empty_kg": 4.5,
}
NODES: Final = ("payload", "neck", "level_percent", "mass_kg")
LID_REACHES_PAYLOAD: Final = 0.02  # share of the neck's warming that the payload sees


def begin(model: Columns, controls: Columns) -> Columns:
    state = boiloff.begin(model, controls)
    return {**state, "neck_degC": _neck_at_rest(state, model, controls)}


def step(state: Columns, model: Columns, controls: Columns, dt_s: float) -> Columns:
    moved = boiloff.step(state, model, controls, dt_s)
    is_open = controls["lid"] > 0.0
    target = np.where(is_open, controls["ambient_degC"], _neck_at_rest(moved, model, controls))
    tau_s = np.where(is_open, model["lid_tau_s"], model["recovery_tau_s"])
    return {**moved, "neck_degC": relax(state["neck_degC"], target, dt_s, tau_s)}


def nodes(state: Columns, model: Columns, controls: Columns) -> Columns:
    lid_K = np.maximum(state["neck_degC"] - _neck_at_rest(state, model, controls), 0.0)
    level = boiloff.level_percent(state, model)
    return {
        "payload": _payload(state, model, controls) + LID_REACHES_PAYLOAD * lid_K,
        "neck": state["neck_degC"],
        "level_percent": level,
        "mass_kg": state["liquid_kg"] + model["empty_kg"],
    }


def _payload(state: Columns, model: Columns, controls: Columns) -> Floats:
    emptiness = 1.0 - boiloff.level_percent(state, model) / 100.0
    above_K = model["stratification_K"] * emptiness
    return np.minimum(state["body_degC"] + above_K, np.maximum(state["body_degC"], controls["ambient_degC"]))


def _neck_at_rest(state: Columns, model: Columns, controls: Columns) -> Floats:
    payload = _payload(state, model, controls)
    cold = np.clip((controls["ambient_degC"] - payload) / 218.0, 0.0, None)  # 1 at the boiling point
    return payload + model["neck_K"] * cold
