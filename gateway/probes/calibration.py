"""What a calibration certificate says about a channel: its correction, its uncertainty, until when it holds.

The correction turns what the channel indicates into what is true, in the channel's canonical unit, by one of

    offset        true = indicated + offset
    polynomial    true = c0 + c1 indicated + c2 indicated^2 + ...
    table         (indicated, true) points, straight lines between them; beyond the outermost ones their
                  correction goes on unchanged

A reading at or after 00:00 UTC of the day the next calibration is due is UNCERTAIN: by the time of the
reading, not by the clock on the wall, so that the same readings always come out the same. So is one outside
of what the certificate covers, where it says so.

Error budget: the arithmetic is exact to rounding, and whoever calls takes the decimals of what comes out.
Between two points of a table the straight line is as good as the sensor's deviation is straight; what the
certificate gives as uncertainty holds at its points.
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import SECOND, Channels, Floats, Mask, Qualities, Quality, Samples, Times, usable

NEVER_DUE: Final = 2**63 - 1  # ns
FIRST_YEAR: Final = 1900  # of a certificate
MOST_COEFFICIENTS: Final = 10  # a certificate fits a handful; more is a mistake
MOST_POINTS: Final = 1000
SLOPES: Final = (
    0.5,
    1.5,
)  # true per indicated: of any sensor worth calibrating; a correction would have about 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """A channel's calibration, as its certificate has it; scalars in the channel's canonical unit."""

    certificate: str
    date: datetime.date
    due: datetime.date
    expanded_uncertainty: float  # k = 2
    offset: float | None = None
    polynomial: tuple[float, ...] = ()
    table: tuple[tuple[float, float], ...] = ()
    covers: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self) -> None:
        if not self.certificate.strip():
            raise ValueError("certificate must name the certificate: its number")
        if self.date.year < FIRST_YEAR:
            raise ValueError(f"date ({self.date}) is of no certificate")
        if self.due <= self.date:
            raise ValueError(f"due ({self.due}) must be later than date ({self.date})")
        if not 0 < self.expanded_uncertainty < math.inf:
            raise ValueError("expanded_uncertainty must be positive")
        if sum((self.offset is not None, bool(self.polynomial), bool(self.table))) > 1:
            raise ValueError("give one of offset, polynomial and table")
        if not self.covers[0] < self.covers[1]:
            raise ValueError("covers must be [lowest, highest]")
        if self.offset is not None and not math.isfinite(self.offset):
            raise ValueError("offset must be a finite number")
        if self.polynomial:
            _check_polynomial(self.polynomial)
        if self.table:
            _check_table(self.table)

    @property
    def due_ns(self) -> int:
        """00:00 UTC of the day it is due."""
        return calendar.timegm(self.due.timetuple()) * SECOND

    @property
    def coefficients(self) -> tuple[float, ...]:
        """Offset or polynomial as one: true = sum of c_i * indicated^i."""
        return self.polynomial or (self.offset or 0.0, 1.0)

    @property
    def corrects(self) -> bool:
        """Whether it changes any value."""
        return bool(self.table) or self.coefficients != (0.0, 1.0)

    def without_correction(self) -> Calibration:
        """The same certificate for values that are corrected already."""
        return replace(self, offset=None, polynomial=(), table=())


@dataclass(frozen=True, slots=True, eq=False)
class Calibrations:
    """Those of all channels as columns by channel number; a channel without one is left as it is."""

    coefficients: Floats  # float64[channels, k], ascending powers
    due: Times  # int64[channels], ns UTC
    lowest: Floats  # float64[channels], indicated
    highest: Floats
    tables: Mapping[int, tuple[Floats, Floats]]  # indicated, correction to add
    some: bool  # of any channel at all

    @staticmethod
    def of(calibrations: Mapping[int, Calibration], channels: int) -> Calibrations:
        """Columns for channel numbers below `channels`."""
        width = max((len(c.coefficients) for c in calibrations.values()), default=2)
        made = Calibrations(
            np.tile(np.eye(1, width, 1), (channels, 1)),
            np.full(channels, NEVER_DUE, np.int64),
            np.full(channels, -np.inf),
            np.full(channels, np.inf),
            {n: _corrections(c.table) for n, c in calibrations.items() if c.table},
            bool(calibrations),
        )
        for number, told in calibrations.items():
            made.coefficients[number] = np.pad(told.coefficients, (0, width - len(told.coefficients)))
            made.due[number], made.lowest[number], made.highest[number] = told.due_ns, *told.covers
        return made


def correct(samples: Samples, by: Calibrations) -> Samples:
    """True values for indicated ones; a usable reading that is not covered, or overdue, is UNCERTAIN."""
    if not len(samples):
        return samples
    value = _polynomials(samples.value, samples.channel, by.coefficients)
    for number, (indicated, correction) in by.tables.items():
        mine = np.flatnonzero(samples.channel == number)
        value[mine] = samples.value[mine] + np.interp(samples.value[mine], indicated, correction)
    doubtful = usable(samples.quality) & ~_covered(samples, by)
    quality: Qualities = np.where(doubtful, np.uint8(Quality.UNCERTAIN), samples.quality)
    return Samples(samples.time, samples.channel, value, quality)


def _covered(samples: Samples, by: Calibrations) -> Mask:
    channel, value = samples.channel, samples.value
    inside = (value >= by.lowest[channel]) & (value <= by.highest[channel])
    return inside & (samples.time < by.due[channel])


def _polynomials(value: Floats, channel: Channels, coefficients: Floats) -> Floats:
    """By Horner's scheme, each reading with the coefficients of its channel; (0, 1) is the value itself."""
    sum_ = np.zeros_like(value)
    for i in reversed(range(coefficients.shape[1])):
        sum_ = sum_ * value + coefficients[channel, i]
    return sum_


def _corrections(table: tuple[tuple[float, float], ...]) -> tuple[Floats, Floats]:
    points = np.array(table)
    return points[:, 0], points[:, 1] - points[:, 0]


def _check_polynomial(coefficients: tuple[float, ...]) -> None:
    if not 2 <= len(coefficients) <= MOST_COEFFICIENTS or not all(math.isfinite(c) for c in coefficients):
        raise ValueError(f"polynomial must have 2 to {MOST_COEFFICIENTS} finite coefficients, c0 first")
    if not SLOPES[0] < coefficients[1] < SLOPES[1]:
        raise ValueError(
            "polynomial gives the true value, not the correction: its second coefficient is near 1, "
            f"found {coefficients[1]:g}"
        )


def _check_table(table: tuple[tuple[float, float], ...]) -> None:
    if not 2 <= len(table) <= MOST_POINTS or not all(math.isfinite(v) for point in table for v in point):
        raise ValueError(
            f"table must have 2 to {MOST_POINTS} points of finite numbers; for one point use offset"
        )
    for (indicated, true), (next_indicated, next_true) in pairwise(table):
        if not (indicated < next_indicated and true < next_true):
            raise ValueError("the points of table, [indicated, true], must rise in both")
