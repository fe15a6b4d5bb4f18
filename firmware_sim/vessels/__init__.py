"""Kinds of vessel, one file each; the file's name is the `kind` of a vessel in the fleet file.

A kind is a pure step function over many vessels at once. A file in this folder provides

    DEFAULTS: dict[str, float]             model parameters a fleet file may set, unit in each name
    NODES: tuple[str, ...]                 what a probe can be put on, unit degC unless the name says another
    def begin(model: Columns, controls: Columns) -> Columns
    def step(state: Columns, model: Columns, controls: Columns, dt_s: float) -> Columns
    def nodes(state: Columns, model: Columns, controls: Columns) -> Columns

where every column is float64[N], one entry per vessel. The model parameter `unit_factor` (how much this
specimen differs from its data sheet) is drawn from the fleet's seed when the fleet file does not set it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]

CONTROLS: dict[str, float] = {
    "ambient_degC": 22.0,
    "pressure_kPa": 101.325,
    "tilt_deg": 0.0,  # 0 upright, 90 on its side, 180 upside down
    "lid": 0.0,  # 1: lid or door open
    "vacuum_factor": 1.0,  # 20: vacuum lost
    "fill_command": 0.0,  # +1 open the fill valve, -1 close it; the world takes it back after one step
    "drained": 0.0,  # 1: all liquid is gone; the world takes it back after one step
    "powered": 1.0,  # 0: no mains, or a broken compressor
}
"""What acts on a vessel from outside, with the values at rest."""


class Kind(Protocol):
    """What a file in this folder provides."""

    DEFAULTS: dict[str, float]
    NODES: tuple[str, ...]

    def begin(self, model: Columns, controls: Columns) -> Columns: ...
    def step(self, state: Columns, model: Columns, controls: Columns, dt_s: float) -> Columns: ...
    def nodes(self, state: Columns, model: Columns, controls: Columns) -> Columns: ...


def kinds() -> list[str]:
    """Names of all kinds."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(kind: str) -> Kind:
    """The file of a kind; `kind` is one of `kinds()`."""
    return cast(Kind, importlib.import_module(f"{__name__}.{kind}"))


def columns(rows: list[dict[str, float]]) -> dict[str, Floats]:
    """One float64[N] per key from N rows with the same keys."""
    return {key: np.array([row[key] for row in rows], np.float64) for key in rows[0]}
