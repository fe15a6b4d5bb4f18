"""The instrument already speaks the quantity: nothing to convert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats
from gateway.probes import Converted, graded
from gateway.units import CONVERSIONS

ANY: Final = {c.canonical: c.canonical for c in CONVERSIONS.values()}


@dataclass(frozen=True, slots=True)
class Options:
    """None."""


def gives(options: Options) -> Mapping[str, str]:  # noqa: ARG001
    """Every unit, as it is."""
    return ANY


def convert(raw: Floats, options: Options) -> Converted:  # noqa: ARG001
    """As it came; BAD where it is no finite number."""
    fine = np.isfinite(raw)
    return graded(raw, fine, fine)


def signal(value: Floats, options: Options) -> Floats:  # noqa: ARG001
    """The same."""
    return value
