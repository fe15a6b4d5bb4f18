"""How far device clocks are from ours, estimated from when their readings arrive.

A reading can arrive late, never early: device time minus receipt is at most the offset of the device's
clock. So the largest difference of the last minutes is the estimate, and it is exact up to the delay of the
fastest message. A clock that is ahead by more than the tolerance is not trusted: its readings are UNCERTAIN.
One that is behind can not be told from messages that were delayed; people see the estimate and decide.

While our own clock is not trusted there is nothing to compare with: no estimate is made, and whatever is
received is UNCERTAIN, with its device's time where it has one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gateway.model import SECOND, Arrivals, Mask, Quality, Times

TOLERANCE_NS = 60 * SECOND  # ahead: beyond any delay or NTP wobble; minutes matter in custody
WINDOW_NS = 600 * SECOND  # the estimate is over the last one to two windows
UNHEARD = -(2**63)


class DeviceClocks:
    """Estimates by channel number, for at most `channels` channels."""

    def __init__(self, channels: int) -> None:
        self._present: Times = np.full(channels, UNHEARD, np.int64)
        self._before = self._present.copy()
        self._since_ns = 0

    def judge(self, arrivals: Arrivals, trusted: Mask) -> Arrivals:
        """The same readings; those whose clock is ahead of ours beyond tolerance are UNCERTAIN at best.

        `trusted`: whether our own clock was, at each receipt; what was received when not is UNCERTAIN, too.
        """
        if len(arrivals) == 0:
            return arrivals
        samples = arrivals.samples
        lead = samples.time - arrivals.received
        self._turn(int(arrivals.received.max()))
        np.maximum.at(self._present, samples.channel[trusted], lead[trusted])
        doubtful = ((lead > TOLERANCE_NS) | ~trusted) & (samples.quality == Quality.GOOD)
        if not doubtful.any():
            return arrivals
        quality = np.where(doubtful, np.uint8(Quality.UNCERTAIN), samples.quality)
        return replace(arrivals, samples=replace(samples, quality=quality))

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
