"""The newest reading of every channel, for people who look now; screening does not use it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np

from gateway.model import SECOND, Floats, Qualities, Quality, Samples, Times

NEVER = -(2**63)  # ns: no reading yet
LOOKS_BACK_NS = (3600 * SECOND, 30 * 86_400 * SECOND)  # few readings first: a channel can have many
FOREVER_NS = 2**62
Read = Callable[[Sequence[int], int, int | None], Samples]


class Latest:
    """Columns by channel number."""

    def __init__(self, channels: int) -> None:
        self.time: Times = np.full(channels, NEVER, np.int64)
        self.value: Floats = np.full(channels, np.nan)
        self.quality: Qualities = np.full(channels, Quality.NO_DATA, np.uint8)

    def grow(self, channels: int) -> None:
        """Room for more channels; what is known stays."""
        more = max(0, channels - len(self.time))
        self.time = np.append(self.time, np.full(more, NEVER, np.int64))
        self.value = np.append(self.value, np.full(more, np.nan))
        self.quality = np.append(self.quality, np.full(more, Quality.NO_DATA, np.uint8))

    def take(self, samples: Samples) -> None:
        """Readings that count by now, in any order; older ones than what is known are passed over."""
        order = np.lexsort((samples.time, samples.channel))
        last = order[np.flatnonzero(np.diff(samples.channel[order], append=-1))]
        last = last[samples.time[last] >= self.time[samples.channel[last]]]
        channel = samples.channel[last]
        self.time[channel] = samples.time[last]
        self.value[channel] = samples.value[last]
        self.quality[channel] = samples.quality[last]

    def look_again(self, channels: Sequence[int], read: Read, until_ns: int) -> None:
        """Find the newest of these channels among what is stored, because something stored counts no longer.

        `read` gives readings of channels in [start, end); what is later than `until_ns` does not count yet.
        """
        for channel in channels:
            newest_ns = int(self.time[channel])
            self.time[channel], self.quality[channel] = NEVER, Quality.NO_DATA
            self.value[channel] = np.nan
            for back_ns in (*LOOKS_BACK_NS, FOREVER_NS) if newest_ns != NEVER else (FOREVER_NS,):
                found = read([channel], max(newest_ns - back_ns, NEVER + 1), until_ns + 1)
                if len(found):
                    self.take(found)
                    break

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
