"""What goes wrong: with a probe, and with the line or the network between a device and its reader.

Probabilities are per reply or message, 0..1. Clock faults act on device time only. All randomness comes from
the generator handed in, so that a seed repeats it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

SHORTED_DEGC: Final = -242.02  # where the platinum polynomial reaches 0 ohm
POWER_ON_DEGC: Final = 85.0  # a DS18B20 that has not measured since it got power
LOST_DEGC: Final = -127.0  # what its readers write for one that does not answer
LONGEST_NOISE: Final = 16  # bytes of noise in one burst
MOST_STRAY: Final = 3  # bytes


@dataclass(slots=True)
class ProbeFaults:
    """The state of one probe's wiring; all at rest: a sound probe."""

    is_open: bool = False
    is_shorted: bool = False
    is_frozen: bool = False  # goes on showing what it showed last
    is_unconverted: bool = False  # a DS18B20 after power-on
    is_lost: bool = False  # a DS18B20 that does not answer
    offset_K: float = 0.0  # lead resistance in two-wire connection: 0.23 K per 0.1 ohm

    def shown(self, value: float, last: float) -> float:
        """What the probe shows when it senses `value` and showed `last` before; NaN when open."""
        if self.is_open:
            return math.nan
        if self.is_frozen:
            return last
        if self.is_lost:
            return LOST_DEGC
        if self.is_unconverted:
            return POWER_ON_DEGC
        return SHORTED_DEGC if self.is_shorted else value + self.offset_K


@dataclass(slots=True)
class LinkFaults:
    """The state of one line or network connection; all at rest: a sound one."""

    unplugged: bool = False
    dropout: float = 0.0  # the reply or message is lost
    noise: float = 0.0  # bytes of noise before a reply; serial only
    stray: float = (
        0.0  # a few 0x00 and 0xFF before a reply, as when an RS-485 driver switches on; serial only
    )
    echoes: bool = False  # the adapter sends back what it is sent, before the reply; serial only
    half_frames: float = 0.0  # the rest of the frame is missing
    garbage: float = 0.0  # random bytes instead
    not_a_number: float = 0.0  # NaN instead of the value; MQTT only
    duplicate: float = 0.0  # sent twice; MQTT only
    clock_offset_s: float = 0.0
    clock_drift_ppm: float = 0.0
    clock_was_reset: bool = False  # it lost its battery: 1970 when the device started
    day_and_month_swapped: bool = False  # the 5th of January as the 1st of May; from the 13th on nothing

    def device_clock_ns(self, true_ns: int, running_s: float) -> int:
        """What the device's clock shows `running_s` after it was last set."""
        if self.clock_was_reset:
            return round(running_s * 1e9)
        wrong_s = self.clock_offset_s + self.clock_drift_ppm * 1e-6 * running_s
        shown_ns = true_ns + round(wrong_s * 1e9)
        return _day_for_month(shown_ns) if self.day_and_month_swapped else shown_ns


def heard_of(request: bytes, reply: bytes, faults: LinkFaults, rng: np.random.Generator) -> bytes:
    """What a reader hears after its request: the echo, if any, and what arrives of the reply."""
    echo = request if faults.echoes else b""
    return echo + spoil_reply(reply, faults, rng)


def spoil_reply(reply: bytes, faults: LinkFaults, rng: np.random.Generator) -> bytes:
    """What arrives of an instrument's reply."""
    if not reply or _strikes(faults.dropout, rng):
        return b""
    if _strikes(faults.garbage, rng):
        reply = rng.bytes(len(reply))
    if _strikes(faults.half_frames, rng):
        reply = _half(reply, rng)
    if _strikes(faults.noise, rng):
        reply = rng.bytes(int(rng.integers(1, LONGEST_NOISE + 1))) + reply
    if _strikes(faults.stray, rng):
        reply = bytes(rng.choice([0x00, 0xFF], int(rng.integers(1, MOST_STRAY + 1))).tolist()) + reply
    return reply


def spoil_payload(message: dict[str, float], faults: LinkFaults, rng: np.random.Generator) -> list[bytes]:
    """The payloads that a device sends for one JSON message: none, one, or the same one twice."""
    if _strikes(faults.dropout, rng):
        return []
    if _strikes(faults.not_a_number, rng):
        message = {key: value if key == "ts" else math.nan for key, value in message.items()}
    payload = json.dumps(message, separators=(",", ":")).encode()
    if _strikes(faults.garbage, rng):
        payload = rng.bytes(len(payload))
    if _strikes(faults.half_frames, rng):
        payload = _half(payload, rng)
    return [payload] * (2 if _strikes(faults.duplicate, rng) else 1)


def _day_for_month(time_ns: int) -> int:
    shown = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC)
    if shown.day > 12:  # no month
        return time_ns
    swapped = shown.replace(month=shown.day, day=shown.month)
    return time_ns + round((swapped - shown).total_seconds()) * 1_000_000_000


def _strikes(probability: float, rng: np.random.Generator) -> bool:
    return probability > 0.0 and float(rng.random()) < probability


def _half(frame: bytes, rng: np.random.Generator) -> bytes:
    """The beginning of a frame, at least one byte short."""
    return frame[: int(rng.integers(0, len(frame)))]
