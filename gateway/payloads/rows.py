"""Readings one by one into columns: for formats whose messages hold a few readings each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Arrivals, Decoded, Refused, Samples
from gateway.payloads import Message
from gateway.payloads.unusable import Unusable

Row = tuple[int, int, int, float, int]  # time ns, received ns, channel, value, quality


@dataclass(slots=True)
class Found:
    """What one message holds: readings, and the values in it that are refused alone."""

    rows: list[Row] = field(default_factory=list)
    alone: list[Refused] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.alone)


def decode_each(messages: Sequence[Message], read: Callable[[Message, Found], None]) -> Decoded:
    """Columns from what `read` finds; a message that it calls Unusable is refused as a whole."""
    rows: list[Row] = []
    refused: list[Refused] = []
    for message in messages:
        found = Found()
        try:
            read(message, found)
        except Unusable as why:
            refused.append(why.of(message))
        else:
            rows += found.rows
            refused += found.alone
    return Decoded(_columns(rows), tuple(refused))


def _columns(rows: list[Row]) -> Arrivals:
    time, received, channel, value, quality = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    samples = Samples(
        np.array(time, np.int64),
        np.array(channel, np.int32),
        np.array(value, np.float64),
        np.array(quality, np.uint8),
    )
    return Arrivals(samples, np.array(received, np.int64))
