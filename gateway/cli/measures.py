"""Durations, values and units as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SIGNS: Final = {"degC": "°C", "percent": "%"}


def duration(seconds: float | None) -> str:
    """1 h 02 min, 3 min 20 s, 12 s; - for none."""
    if seconds is None:
        return "-"
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def sign_of(unit: str) -> str:
    """A unit as people write it."""
    return SIGNS.get(unit, unit)


def value_of(channel: Mapping[str, Any]) -> str:
    """The newest value of a channel; - where none is known."""
    return "-" if channel["value"] is None else f"{channel['value']:.2f} {sign_of(channel['unit'])}"


def extreme_of(alarm: Mapping[str, Any]) -> str:
    """The worst value, with the expanded uncertainty of the certificate where there is one."""
    if alarm["extreme"] is None:
        return "-"
    how_well = "" if alarm["uncertainty"] is None else f" ± {alarm['uncertainty']:g}"
    return f"{alarm['extreme']:.2f}{how_well} {sign_of(alarm['unit'])}"


def place_of(thing: Mapping[str, Any]) -> str:
    """Asset and zone; empty for a fault without an asset."""
    return "/".join(part for part in (thing["asset"], thing["zone"]) if part)
