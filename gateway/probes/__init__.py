"""Probe mathematics, one file each: raw signal to canonical unit. The file's name is a channel's `probe`.

A probe is pure, and each value depends on its own raw value alone, to the bit, however readings are cut into
batches: an iteration makes the same number of steps for everybody. A file in this folder provides

    class Options                                  frozen, hashable dataclass: the channel's `probe_options`
    def gives(options) -> Mapping[str, str]        canonical unit of a raw signal -> of what it is turned into
    def convert(raw, options) -> Converted         float64[N] raw, NaN where there is none
    def signal(value, options) -> Floats           the way back; NaN where the probe cannot be
"""

from __future__ import annotations

import numpy as np

from gateway.model import Floats, Mask, Qualities, Quality

Converted = tuple[Floats, Qualities]  # float64[N] canonical, NaN exactly where uint8[N] is BAD


def graded(value: Floats, defined: Mask, possible: Mask) -> Converted:
    """`value` GOOD where `defined`, else UNCERTAIN where `possible`, else BAD and NaN."""
    quality = np.where(defined, Quality.GOOD, np.where(possible, Quality.UNCERTAIN, Quality.BAD))
    return np.where(defined | possible, value, np.nan), quality.astype(np.uint8)
