"""Liquid nitrogen in an insulated vessel: it boils off, and when it is gone the vessel warms.

Wet: mass falls by heat leak / latent heat, the inner body sits at the boiling point. Dry: the body warms with
the heat leak. Dry leak follows Tamb^4 - T^4 (radiation through the insulation) with a constant heat capacity,
so the first 100 K look like a straight line, as Spijkers, Damas and Vanapalli measured (IIR 2023).
State: liquid_kg, body_degC, vacuum (factor on the heat leak), valve (1 while filling).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from firmware_sim.nitrogen import LIQUID_KG_PER_L, WATT_PER_L_PER_DAY, latent_heat_J_per_kg, saturation_degC
from firmware_sim.vessels import Columns, Floats

DEFAULTS: Final[dict[str, float]] = {
    "capacity_L": 3.6,
    "evaporation_L_per_day": 0.26,  # upright, lid closed, ambient 295 K, wet
    "unit_factor": 1.0,
    "dry_leak_ratio": 1.7,  # without cold vapour streaming out, 1.5 to 2.2 times the wet leak
    "heat_capacity_J_per_K": 1100.0,
    "probe_leak_W": 0.03,  # heat that the logger's own probe conducts in
    "lid_leak_W": 5.0,
    "fill_L_per_min": 1.0,
    "start_percent": 100.0,
    "held_when_inverted": 0.7,  # share of the capacity that the absorbent holds upside down
    "autofill_low_percent": 0.0,  # below it the fill valve opens by itself; 0: never
    "autofill_high_percent": 100.0,
}

VACUUM_RAMP_S: Final = 600.0  # time constant of a vacuum going soft
CHILL_S: Final = 600.0  # time constant of the body towards boiling liquid
INVERTED_DEG: Final = 135.0  # from here on liquid runs out of the neck
_TILT_DEG: Final = (0.0, 45.0, 90.0, 180.0)
_TILT_FACTOR: Final = (1.0, 1.6, 2.5, 6.5)  # on its side a shipper loses 60 % of its hold time
_ZERO_DEGC_K: Final = 273.15
_RATED_SPAN_K: Final = 295.0 - 77.0
_RATED_SPAN_K4: Final = 295.0**4 - 77.0**4


def relax(value: Floats, target: Floats, dt_s: float | Floats, tau_s: float | Floats) -> Floats:
    """`value` after `dt_s` of a first-order lag towards `target`; exact for any step."""
    return target + (value - target) * np.exp(-np.asarray(dt_s) / tau_s)


def begin(model: Columns, controls: Columns) -> Columns:
    liquid_kg = model["start_percent"] / 100.0 * model["capacity_L"] * LIQUID_KG_PER_L
    boiling_degC = saturation_degC(controls["pressure_kPa"])
    return {
        "liquid_kg": liquid_kg,
        "body_degC": np.where(liquid_kg > 0.0, boiling_degC, controls["ambient_degC"]),
        "vacuum": controls["vacuum_factor"].copy(),
        "valve": np.zeros_like(liquid_kg),
    }


def step(state: Columns, model: Columns, controls: Columns, dt_s: float) -> dict[str, Floats]:
    vacuum = relax(state["vacuum"], controls["vacuum_factor"], dt_s, VACUUM_RAMP_S)
    valve = _valve(state, model, controls)
    liquid_kg = _liquid(state, model, controls, valve, dt_s)
    latent = latent_heat_J_per_kg(controls["pressure_kPa"])
    chilled_degC = relax(state["body_degC"], saturation_degC(controls["pressure_kPa"]), dt_s, CHILL_S)
    to_liquid_J = wet_leak_W(model, controls, vacuum) * dt_s
    to_liquid_J += np.maximum(state["body_degC"] - chilled_degC, 0.0) * model["heat_capacity_J_per_K"]
    wet_share = np.clip(liquid_kg * latent / to_liquid_J, 0.0, 1.0)  # of this step
    body_degC = state["body_degC"] + (chilled_degC - state["body_degC"]) * wet_share
    dry_W = dry_leak_W(model, controls, vacuum, body_degC)
    body_degC = body_degC + dry_W * dt_s * (1.0 - wet_share) / model["heat_capacity_J_per_K"]
    left_kg = np.maximum(liquid_kg - to_liquid_J / latent, 0.0)
    return {"liquid_kg": left_kg, "body_degC": body_degC, "vacuum": vacuum, "valve": valve}


def level_percent(state: Columns, model: Columns) -> Floats:
    """Liquid as a share of the capacity, float64[N] %."""
    return state["liquid_kg"] / (model["capacity_L"] * LIQUID_KG_PER_L) * 100.0


def wet_leak_W(model: Columns, controls: Columns, vacuum: Floats) -> Floats:
    """Heat into the liquid, float64[N] W."""
    span_K = controls["ambient_degC"] - saturation_degC(controls["pressure_kPa"])
    return _rated_W(model, controls, vacuum) * span_K / _RATED_SPAN_K + _openings_W(model, controls)


def dry_leak_W(model: Columns, controls: Columns, vacuum: Floats, body_degC: Floats) -> Floats:
    """Heat into a body without liquid, float64[N] W; zero once it is as warm as its surroundings."""
    ambient_K, body_K = controls["ambient_degC"] + _ZERO_DEGC_K, body_degC + _ZERO_DEGC_K
    drive = (ambient_K**4 - body_K**4) / _RATED_SPAN_K4
    openings_W = _openings_W(model, controls) * (ambient_K - body_K) / _RATED_SPAN_K
    return _rated_W(model, controls, vacuum) * model["dry_leak_ratio"] * drive + openings_W


def _rated_W(model: Columns, controls: Columns, vacuum: Floats) -> Floats:
    tilt = np.interp(controls["tilt_deg"], _TILT_DEG, _TILT_FACTOR)
    return model["evaporation_L_per_day"] * WATT_PER_L_PER_DAY * model["unit_factor"] * vacuum * tilt


def _openings_W(model: Columns, controls: Columns) -> Floats:
    return model["probe_leak_W"] + model["lid_leak_W"] * controls["lid"]


def _valve(state: Columns, model: Columns, controls: Columns) -> Floats:
    """Fill valve: opens by command or when low, closes by command or when full; the lid stops the flow."""
    level = level_percent(state, model)
    wanted = np.where(level < model["autofill_low_percent"], 1.0, state["valve"])
    wanted = np.where(controls["fill_command"] > 0.0, 1.0, wanted)
    shut = (level >= model["autofill_high_percent"]) | (controls["fill_command"] < 0.0)
    return np.where(shut, 0.0, wanted)


def _liquid(state: Columns, model: Columns, controls: Columns, valve: Floats, dt_s: float) -> Floats:
    """Liquid after pouring in and running out, before boiling, float64[N] kg."""
    full_kg = model["capacity_L"] * LIQUID_KG_PER_L
    poured_kg = valve * (1.0 - controls["lid"]) * model["fill_L_per_min"] / 60.0 * LIQUID_KG_PER_L * dt_s
    liquid_kg = np.minimum(state["liquid_kg"] + poured_kg, full_kg)
    held_kg = np.minimum(liquid_kg, full_kg * model["held_when_inverted"])
    liquid_kg = np.where(controls["tilt_deg"] >= INVERTED_DEG, held_kg, liquid_kg)
    return np.where(controls["drained"] > 0.0, 0.0, liquid_kg)
