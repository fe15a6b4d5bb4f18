"""What a reading can be at all: the one place where what cannot be becomes BAD, whatever way it came.

A sentinel that nobody declared (-999.9, -3276.8, 9999), a temperature at or below 0 K, a humidity of 255 %:
by the wire, out of a logger's file, in a replay. A BAD reading has no value, so that it neither opens nor
ends an excursion, and the time around it is not proven.

The table leaves the room that honest instruments need: a level gauge in an empty vessel says -0.3 %, a
humidity sensor in condensation 101 %. To call those faults would silence the alarm in the moment that it is
for. It is about what cannot be, and not about what is right for a product: for that there is the rule
`plausible`. What one device cannot say, `faults`, `lowest` and `highest` of its channel tell (`Believed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import LARGEST_VALUE, Channels, Floats, Qualities, Quality, usable
from gateway.units import DECIMALS, decimals

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABSOLUTE_ZERO_degC: Final = -273.15
WARMEST_degC: Final = 1400.0  # thermocouples of type K end at 1372
ROOM_percent: Final = 5.0  # what humidity sensors and level gauges are wrong by at their ends


class Range(NamedTuple):
    """lowest <= value <= highest, in the canonical unit."""

    lowest: float
    highest: float


ANYTHING: Final = Range(-LARGEST_VALUE, LARGEST_VALUE)
POSSIBLE: Final[dict[tuple[str, str], Range]] = {
    ("temperature", "degC"): Range(ABSOLUTE_ZERO_degC + 10.0**-DECIMALS, WARMEST_degC),
    ("pressure", "Pa"): Range(0.0, LARGEST_VALUE),  # absolute
    ("gauge_pressure", "Pa"): Range(
        -110_000.0, LARGEST_VALUE
    ),  # a vacuum, under the highest weather there is
    ("level", "mm"): Range(-500.0, 50_000.0),  # a gauge mounted too high, the tallest tank
    ("level", "percent"): Range(-ROOM_percent, 100.0 + ROOM_percent),
    ("humidity", "percent"): Range(-ROOM_percent, 100.0 + ROOM_percent),
    ("mass", "kg"): Range(-100_000.0, 100_000.0),  # a scale that was tared with its load on it
    ("voltage", "V"): Range(-100_000.0, 100_000.0),
    ("resistance", "ohm"): Range(0.0, LARGEST_VALUE),
    ("state", "state"): Range(0.0, 255.0),  # a byte that says off, on, or which of several
}


def possible(quantity: str, unit: str) -> Range:
    """What a quantity can be in its canonical `unit`."""
    return POSSIBLE.get((quantity, unit), ANYTHING)


class Believed(NamedTuple):
    """What is believed of one channel, in its canonical unit: its range without what means a fault."""

    lowest: float = -LARGEST_VALUE
    highest: float = LARGEST_VALUE
    faults: tuple[float, ...] = ()


EVERYTHING: Final = Believed()
NO_FAULTS: Final = -1  # the row of a channel that declares none


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """The same of all channels, by number, narrowed to what their quantities can be."""

    lowest: Floats  # float64[channels]
    highest: Floats
    row: NDArray[np.int32]  # int32[channels], in `faults`
    faults: Floats  # float64[rows, most faults of a channel]; NaN where it has fewer

    @staticmethod
    def of(believed: Mapping[int, Believed], lowest: Floats, highest: Floats) -> Beliefs:
        """`lowest`, `highest`: float64[channels], what the quantities can be."""
        lowest, highest = lowest.copy(), highest.copy()
        for number, one in believed.items():
            lowest[number] = max(lowest[number], one.lowest)
            highest[number] = min(highest[number], one.highest)
        declared = {number: one.faults for number, one in believed.items() if one.faults}
        row = np.full(len(lowest), NO_FAULTS, np.int32)
        faults = np.full((len(declared), max(map(len, declared.values()), default=0)), np.nan)
        for k, (number, several) in enumerate(declared.items()):
            row[number] = k
            faults[k, : len(several)] = several
        return Beliefs(lowest, highest, row, faults)

    def judge(self, value: Floats, quality: Qualities, channel: Channels) -> tuple[Floats, Qualities]:
        """See `judge`; what a channel declares as a fault is BAD too."""
        value, quality = judge(value, quality, self.lowest[channel], self.highest[channel])
        if len(self.faults):
            row = self.row[channel]
            mine = np.flatnonzero(row != NO_FAULTS)
            faulty = mine[(value[mine, None] == self.faults[row[mine]]).any(axis=1)]
            value[faulty], quality[faulty] = np.nan, Quality.BAD
        return value, quality


def judge(
    value: Floats, quality: Qualities, lowest: Floats | float, highest: Floats | float
) -> tuple[Floats, Qualities]:
    """Canonical values as decimals, NaN exactly where not usable; BAD where they cannot be. New arrays.

    float64[N], uint8[N]; `lowest` and `highest` of one Range, or of one for each value. Noise, and whatever
    is no number, cannot be.
    """
    value = decimals(value)
    fine = usable(quality)
    can_be = (value >= lowest) & (value <= highest)
    return (
        np.where(fine & can_be, value, np.nan),
        np.where(fine & ~can_be, np.uint8(Quality.BAD), quality),
    )
