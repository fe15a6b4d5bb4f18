"""Lives of simulated vessels for benchmarks: many at once, each with its own weather, people and mishaps.

Physics is that of `firmware_sim.vessels`; what happens to a vessel is drawn from a seed. Every minute of a
life is kept, so that what came after a moment is known there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware_sim import vessels
from firmware_sim.boiloff import relax
from firmware_sim.vessels import CONTROLS, Floats

MINUTE_S = 60.0
DAY_MIN = 1440


@dataclass(frozen=True, slots=True)
class Lives:
    """One row a vessel, one column a minute."""

    nodes: dict[str, Floats]  # float64[vessels, minutes] by node
    model: dict[str, Floats]  # float64[vessels]
    filled_min: np.ndarray  # int64[vessels]: when it was filled last; -1: never


def dry_shippers(count: int, days: float, dice: np.random.Generator, start_percent: Floats) -> Lives:
    """Upright or not, opened a few times a day, in rooms and vans; some lie on their side or lose vacuum."""
    kind = vessels.load("dry_shipper")
    litres = dice.uniform(3.0, 12.0, count)
    rated_days = dice.uniform(8.0, 22.0, count)
    model = {
        **_defaults(kind.DEFAULTS, count),
        "capacity_L": litres,
        "evaporation_L_per_day": litres / rated_days,
        "unit_factor": dice.uniform(0.75, 1.4, count),
        "heat_capacity_J_per_K": 300.0 * litres,
        "start_percent": start_percent,
        "fill_L_per_min": np.full(count, 0.5),
        "autofill_high_percent": np.full(count, 98.0),
    }
    minutes = int(days * DAY_MIN)
    controls = _weather(count, minutes, dice)
    controls["lid"] = _openings(count, minutes, dice, per_day=1.5)
    controls["tilt_deg"] = _mishap(count, minutes, dice, share=0.08, value=90.0)
    vacuum = _mishap(count, minutes, dice, share=0.06, value=6.0)
    controls["vacuum_factor"] = np.where(vacuum > 0.0, vacuum, 1.0)
    fill = np.where(dice.random(count) < 0.5, dice.integers(0, max(minutes // 4, 1), count), -1)
    for k in np.flatnonzero(fill >= 0).tolist():
        controls["fill_command"][k, fill[k]] = 1.0
    return Lives(_lived(kind, model, controls, minutes), model, fill)


def without_power(kind_name: str, count: int, days: float, dice: np.random.Generator) -> Lives:
    """Freezers and refrigerators: a day as usual, then no power until the end."""
    kind = vessels.load(kind_name)
    model = {**_defaults(kind.DEFAULTS, count), "unit_factor": dice.uniform(0.75, 1.4, count)}
    model["leak_tau_s"] = model["leak_tau_s"] * dice.uniform(0.6, 1.6, count)
    model["core_tau_s"] = model["core_tau_s"] * dice.uniform(0.4, 1.5, count)
    minutes = int((1.0 + days) * DAY_MIN)
    controls = _weather(count, minutes, dice)
    controls["lid"] = _openings(count, DAY_MIN, dice, per_day=6.0, of=minutes)
    controls["powered"] = np.ones((count, minutes))
    controls["powered"][:, DAY_MIN:] = 0.0
    return Lives(_lived(kind, model, controls, minutes), model, np.full(count, -1))


def _defaults(of: dict[str, float], count: int) -> dict[str, Floats]:
    return {key: np.full(count, value) for key, value in of.items()}


def _lived(
    kind: vessels.Kind, model: dict[str, Floats], controls: dict[str, Floats], minutes: int
) -> dict[str, Floats]:
    """In steps of half a minute: cabinets bear no longer ones."""
    now = {key: np.full(len(model["unit_factor"]), value) for key, value in CONTROLS.items()}
    now.update({key: values[:, 0] for key, values in controls.items()})
    state = kind.begin(model, now)
    told: dict[str, Floats] = {node: np.empty((len(model["unit_factor"]), minutes)) for node in kind.NODES}
    halves = 2 if "set_point_degC" in model else 1
    for minute in range(minutes):
        now.update({key: values[:, minute] for key, values in controls.items()})
        for _ in range(halves):
            state = kind.step(state, model, now, MINUTE_S / halves)
        for node, values in kind.nodes(state, model, now).items():
            told[node][:, minute] = values
    return told


def _weather(count: int, minutes: int, dice: np.random.Generator) -> dict[str, Floats]:
    """A room each: its mean, day and night, and slow drift."""
    minute = np.arange(minutes)
    mean, swing = dice.uniform(18.0, 28.0, (count, 1)), dice.uniform(0.5, 4.0, (count, 1))
    phase = dice.uniform(0.0, 2.0 * np.pi, (count, 1))
    ambient = mean + swing * np.sin(2.0 * np.pi * minute / DAY_MIN + phase)
    pressure = 101.3 + 1.5 * np.sin(2.0 * np.pi * minute / (4.0 * DAY_MIN) + phase)
    still = np.zeros((count, minutes))
    return {"ambient_degC": ambient, "pressure_kPa": pressure, "fill_command": still}


def _openings(
    count: int, minutes: int, dice: np.random.Generator, per_day: float, of: int | None = None
) -> Floats:
    """1 while the lid is open: some minutes each, by day's mean; `of`: minutes of the whole life."""
    lid = np.zeros((count, of or minutes))
    for k in range(count):
        mine = per_day * dice.uniform(0.0, 2.0)
        for begin in dice.integers(0, minutes, dice.poisson(mine * minutes / DAY_MIN)).tolist():
            lid[k, begin : begin + int(dice.integers(1, 5))] = 1.0
    return lid


def _mishap(count: int, minutes: int, dice: np.random.Generator, share: float, value: float) -> Floats:
    """From a moment on and for good, with some of them."""
    found = np.zeros((count, minutes))
    for k in np.flatnonzero(dice.random(count) < share).tolist():
        found[k, int(dice.integers(0, minutes // 2)) :] = value
    return found


def sensed(true: Floats, tau_s: float) -> Floats:
    """What a probe with this lag shows, minute by minute."""
    shown = np.empty_like(true)
    shown[0] = true[0]
    for k in range(1, len(true)):
        shown[k] = relax(shown[k - 1], true[k], MINUTE_S, tau_s)
    return shown
