"""The words every layer shares: readings as columns, their quality, severities, refusals.

Times are int64 nanoseconds since 1970-01-01T00:00Z, intervals are half-open, values are in the
channel's canonical unit (units.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from gateway.dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

Times: TypeAlias = "NDArray[np.int64]"  # ns since 1970 UTC
Channels: TypeAlias = "NDArray[np.int32]"  # channel numbers, as the journal gave them out
Floats: TypeAlias = "NDArray[np.float64]"
Qualities: TypeAlias = "NDArray[np.uint8]"  # values of Quality
Mask: TypeAlias = "NDArray[np.bool_]"

SECOND: Final = 1_000_000_000  # ns
EARLIEST_NS: Final = 946_684_800 * SECOND  # 2000-01-01: no probe of ours measured anything before
LATEST_NS: Final = 4_102_444_800 * SECOND  # 2100-01-01
CLOCK_TOLERANCE_NS: Final = 60 * SECOND  # of devices: beyond any NTP wobble; minutes matter in custody
LARGEST_VALUE: Final = 1e9  # in any canonical unit; beyond it a number is noise, and sums stay exact below it


class Quality(IntEnum):
    """What a reading is worth; the smaller, the better."""

    GOOD = 0
    UNCERTAIN = 1  # extrapolated, calibration overdue, clock not trusted, conflicting readings
    BAD = 2  # sensor fault, out of physical range, sentinel
    NO_DATA = 3  # the explicit statement that there is no reading


WORST_USABLE: Final = int(Quality.UNCERTAIN)  # numpy compares with a member of an enum ten times as slowly


class Severity(IntEnum):
    """How urgent an alarm is (perceived severity of ITU-T X.733, table 1)."""

    WARNING = 1
    MINOR = 2
    MAJOR = 3
    CRITICAL = 4


class Refusal(StrEnum):
    """Why something that came in was not taken as a reading."""

    MALFORMED = "malformed"  # not the grammar of its format
    WRONG_TYPE = "wrong-type"  # right grammar, but no number where a number belongs
    NOT_FINITE = "not-finite"  # NaN, Infinity, or a magnitude no instrument has
    ABSURD_TIME = "absurd-time"  # before 2000 or after 2100
    UNDATED = "undated"  # kept by the broker for an unknown time, and without a time of its own
    UNKNOWN_TOPIC = "unknown-topic"
    UNKNOWN_CHANNEL = "unknown-channel"  # well-formed, but no channel of the configuration has this address
    OVERSIZED = "oversized"
    NOISE = "noise"  # bytes on a serial line that belong to no frame


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that was refused, kept for inspection."""

    reason: Refusal
    detail: str
    topic: str  # MQTT topic, or what was asked on a serial line
    payload: bytes
    received_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Readings as columns of equal length.

    `value` is NaN exactly where `quality` is BAD or NO_DATA.
    """

    time: Times  # int64[N], ns UTC
    channel: Channels  # int32[N]
    value: Floats  # float64[N], canonical unit of the channel
    quality: Qualities  # uint8[N]

    def __len__(self) -> int:
        return len(self.time)

    @staticmethod
    def empty() -> Samples:
        return Samples(
            np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float64), np.empty(0, np.uint8)
        )

    @staticmethod
    def concatenate(parts: Sequence[Samples]) -> Samples:
        if not parts:
            return Samples.empty()
        return Samples(
            np.concatenate([p.time for p in parts]),
            np.concatenate([p.channel for p in parts]),
            np.concatenate([p.value for p in parts]),
            np.concatenate([p.quality for p in parts]),
        )

    def take(self, which: Mask | NDArray[np.intp] | slice) -> Samples:
        """The readings `which` selects: a mask bool[N], positions, or a slice."""
        return Samples(self.time[which], self.channel[which], self.value[which], self.quality[which])

    def sorted(self) -> Samples:
        """By (channel, time); equal keys keep the order they came in."""
        return self.take(np.lexsort((self.time, self.channel)))


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Readings with the time the gateway received each one.

    `shift`: how far the device's own time is ahead of `samples.time`, where its clock was wrong.
    """

    samples: Samples
    received: Times  # int64[N], ns UTC
    shift: Times | None = None  # int64[N], ns; None: all zero

    def __len__(self) -> int:
        return len(self.received)

    @property
    def device_time(self) -> Times:
        """int64[N], ns UTC: the time that each device said, or that of receipt where it said none."""
        return self.samples.time if self.shift is None else self.samples.time + self.shift

    @staticmethod
    def concatenate(parts: Sequence[Arrivals]) -> Arrivals:
        received = np.concatenate([p.received for p in parts]) if parts else np.empty(0, np.int64)
        shift = None
        if any(p.shift is not None for p in parts):
            shift = np.concatenate([p.device_time - p.samples.time for p in parts])
        return Arrivals(Samples.concatenate([p.samples for p in parts]), received, shift)

    def take(self, which: Mask | NDArray[np.intp] | slice) -> Arrivals:
        """The readings `which` selects: a mask bool[N], positions, or a slice."""
        shift = None if self.shift is None else self.shift[which]
        return Arrivals(self.samples.take(which), self.received[which], shift)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a batch of wire data turned into: readings, and what had to be refused."""

    arrivals: Arrivals
    refused: tuple[Refused, ...] = ()


def usable(quality: Qualities) -> Mask:
    """True where a value rule may look at the reading: GOOD or UNCERTAIN."""
    return quality <= WORST_USABLE


def to_ns(seconds: float) -> int:
    """Seconds of a configuration, as whole nanoseconds."""
    return round(seconds * SECOND)


def believable(time: Times) -> Mask:
    """True where a device's time can be meant: since 2000 and before 2100."""
    return (time >= EARLIEST_NS) & (time < LATEST_NS)
