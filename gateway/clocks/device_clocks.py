"""How far device clocks are from ours, and what becomes of the readings of one that is ahead.

A reading can arrive late, never early. So a message whose newest reading is ahead of our clock by more than
the tolerance was stamped by a clock that is wrong: all its readings are shifted by that lead. The newest gets
the time of receipt, spacing stays, all are UNCERTAIN, and the shift is kept beside them. A clock that is
behind cannot be told from messages that were delayed; people see the estimate and decide.

The estimate of a clock's offset is the largest difference, device time minus receipt, of the last minutes: it
is exact up to the delay of the fastest message.

While our own clock is not trusted there is nothing to compare with: no estimate is made, nothing is shifted,
and whatever is received is UNCERTAIN, with its device's time where it has one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gateway.model import CLOCK_TOLERANCE_NS, EARLIEST_NS, SECOND, Arrivals, Mask, Quality, Times

SHOWN_S = 30.0  # an offset beyond it is worth a word: no delay of a network
WINDOW_NS = 600 * SECOND  # the estimate is over the last one to two windows
UNHEARD = -(2**63)


class DeviceClocks:
    """Estimates by channel number, for at most `channels` channels."""

    def __init__(self, channels: int) -> None:
        self._present: Times = np.full(channels, UNHEARD, np.int64)
        self._before = self._present.copy()
        self._since_ns = 0

    def judge(self, arrivals: Arrivals, trusted: Mask) -> Arrivals:
        """The same readings with times that can be; UNCERTAIN at best where a clock was wrong.

        `trusted`: whether our own clock was, at each receipt. One time of receipt is one message.
        """
        if len(arrivals) == 0:
            return arrivals
        lead_ns = arrivals.samples.time - arrivals.received
        self._turn(int(arrivals.received.max()))
        if trusted.all():  # as a rule
            np.maximum.at(self._present, arrivals.samples.channel, lead_ns)
            return _shifted(arrivals, lead_ns, lead_ns > CLOCK_TOLERANCE_NS)
        np.maximum.at(self._present, arrivals.samples.channel[trusted], lead_ns[trusted])
        ahead = trusted & (lead_ns > CLOCK_TOLERANCE_NS)
        return _doubted(_shifted(arrivals, lead_ns, ahead), ~trusted)

    def forget(self) -> None:
        """Our own clock jumped: what was compared with it says nothing any more."""
        self._present.fill(UNHEARD)
        self._before.fill(UNHEARD)

    def offset_ns(self, channel: int) -> int | None:
        """Device clock minus ours; None where nothing was heard lately."""
        best = max(int(self._present[channel]), int(self._before[channel]))
        return None if best == UNHEARD else best

    def _turn(self, now_ns: int) -> None:
        if now_ns - self._since_ns > WINDOW_NS:
            stale = now_ns - self._since_ns > 2 * WINDOW_NS
            self._before = np.full_like(self._present, UNHEARD) if stale else self._present
            self._present = np.full_like(self._before, UNHEARD)
            self._since_ns = now_ns


def words(offset_s: float) -> str:
    """For people: "device clock ahead by 8 h"."""
    if offset_s > 0:
        return f"device clock ahead by {span(offset_s)}"
    return f"device clock behind by {span(-offset_s)}, or its messages come late"


def few_words(offset_s: float) -> str:
    """The same for a narrow screen: "clock +8 h"."""
    return f"clock +{span(offset_s)}" if offset_s > 0 else f"late {span(-offset_s)}"


def span(seconds: float) -> str:
    """A duration for people: two units at most, none of them exact to more than the delay of a message."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    named = [(days, "d"), (hours, "h"), (0 if days else rest, "min")]
    return " ".join(f"{count} {unit}" for count, unit in named if count)


def _shifted(arrivals: Arrivals, lead_ns: Times, ahead: Mask) -> Arrivals:
    """Messages with a reading that is `ahead` are shifted as a whole.

    Only what has no time of its own (it bears that of receipt) stays, and what would come before 2000.
    """
    if not ahead.any():
        return arrivals
    time = arrivals.samples.time
    message, which = np.unique(arrivals.received, return_inverse=True)
    lead_of = np.zeros(len(message), np.int64)
    np.maximum.at(lead_of, which[ahead], lead_ns[ahead])
    lead = np.where(lead_ns != 0, lead_of[which], 0)
    shift = np.where(time - lead >= EARLIEST_NS, lead, 0)
    moved = replace(arrivals, samples=replace(arrivals.samples, time=time - shift), shift=shift)
    return _doubted(moved, lead != 0)


def _doubted(arrivals: Arrivals, wrong: Mask) -> Arrivals:
    samples = arrivals.samples
    doubtful = wrong & (samples.quality == Quality.GOOD)
    if not doubtful.any():
        return arrivals
    quality = np.where(doubtful, np.uint8(Quality.UNCERTAIN), samples.quality)
    return replace(arrivals, samples=replace(samples, quality=quality))
