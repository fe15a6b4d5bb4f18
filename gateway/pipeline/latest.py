"""The newest reading of every channel, for people who look now; screening does not use it."""

from __future__ import annotations

import io

import numpy as np

from gateway.model import Floats, Qualities, Quality, Samples, Times

NEVER = -(2**63)  # ns: no reading yet


class Latest:
    """Columns by channel number."""

    def __init__(self, channels: int) -> None:
        self.time: Times = np.full(channels, NEVER, np.int64)
        self.value: Floats = np.full(channels, np.nan)
        self.quality: Qualities = np.full(channels, Quality.NO_DATA, np.uint8)

    def take(self, samples: Samples) -> None:
        """Readings sorted by (channel, time); older ones than what is known are passed over."""
        last = np.flatnonzero(np.diff(samples.channel, append=-1))
        newest = samples.take(last)
        newest = newest.take(newest.time >= self.time[newest.channel])
        self.time[newest.channel] = newest.time
        self.value[newest.channel] = newest.value
        self.quality[newest.channel] = newest.quality

    def save(self) -> bytes:
        """Everything, for `restore`."""
        file = io.BytesIO()
        np.savez(file, time=self.time, value=self.value, quality=self.quality)
        return file.getvalue()

    def restore(self, state: bytes) -> None:
        """What `save` gave; the number of channels may have grown since."""
        with np.load(io.BytesIO(state), allow_pickle=False) as saved:
            size = min(len(self.time), len(saved["time"]))
            for name in ("time", "value", "quality"):
                getattr(self, name)[:size] = saved[name][:size]
