"""Vessels of a configuration: what is said of one has to fit the channels that measure it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.config.types import Asset, Channel

TELLING: Final = ("level", "mass", "temperature")  # quantities from which a time left can follow


def vessel_mistakes(
    assets: Mapping[str, Asset], channels: Mapping[str, Channel]
) -> Iterator[tuple[str, str]]:
    """What contradicts, each with its place in the file."""
    for name, asset in assets.items():
        vessel, path = asset.vessel, f"assets.{name}.vessel"
        if vessel is None:
            continue
        mine = [channel for channel in channels.values() if channel.table.asset == name]
        measured = {channel.table.quantity for channel in mine}
        if vessel.early_h is not None and not measured.intersection(TELLING):
            yield f"{path}.early_h", "no channel of this asset measures a level, a mass or a temperature"
        if vessel.early_h is not None and "mass" in measured and vessel.tare_kg is None:
            yield f"{path}.tare_kg", "missing; without it a weight does not say how much liquid is left"
        if vessel.tare_kg is not None and "mass" not in measured:
            yield f"{path}.tare_kg", "no channel of this asset measures a mass"
        if vessel.full_mm is not None and not any(
            c.table.quantity == "level" and c.unit == "mm" for c in mine
        ):
            yield f"{path}.full_mm", "no channel of this asset measures a level in mm"
