"""A diode or resistor by its own curve file: any sensor that comes with one in the Lake Shore 340 format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from gateway.dataclass import dataclass
from gateway.model import Floats
from gateway.probes import Converted, curve340
from gateway.probes.curve340 import Curve


@dataclass(frozen=True, slots=True)
class Options:
    """The key names a file; what is kept is the curve in it."""

    curve_file: Curve = field(metadata={"file": curve340.parse})


def gives(options: Options) -> Mapping[str, str]:
    """degC from V or ohm, as the curve has it."""
    return {options.curve_file.unit: "degC"}


def convert(raw: Floats, options: Options) -> Converted:
    """float64[N] V or ohm to degC; BAD beyond the ends of the curve."""
    return curve340.temperature(raw, options.curve_file)


def signal(value: Floats, options: Options) -> Floats:
    """float64[N] degC to V or ohm."""
    return curve340.signal(value, options.curve_file)
