"""InfluxDB line protocol from columns: one line a reading, without an object a reading.

    reading,asset=freezer-1,channel=top,quantity=temperature,site=pudong,unit=degC,zone=top \
value=-196.1,quality=0i 1767610800000000000

`quality` is the number of Quality; a reading that is BAD or NO_DATA has no `value`. Source: InfluxDB v2
documentation, "Line protocol".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from gateway.model import Quality, Samples, usable
from gateway.sinks import Place, Places

TAGS: Final = ("asset", "channel", "quantity", "site", "unit", "zone")  # sorted, as InfluxDB wants it
_UNSAYABLE: Final = {ord("\\"): "/"} | dict.fromkeys([*range(32), 127], "_")
"""Servers disagree about backslashes, and a line cannot hold a line break."""


class Encoder:
    """Lines of one measurement; keeps what it made of each place."""

    def __init__(self, measurement: str) -> None:
        self._measurement = measurement
        self._heads: dict[Place, str] = {}

    def encode(self, samples: Samples, places: Places) -> list[str]:
        """One line for each reading, in their order, without line ends; times in ns."""
        place, found = places.of(samples.channel, samples.time)
        which = place.astype(np.int64) * len(Quality) + samples.quality
        pairs = {
            key: self._around(found[key // len(Quality)], key % len(Quality))
            for key in np.flatnonzero(np.bincount(which)).tolist()
        }
        columns = zip(which.tolist(), samples.value.tolist(), samples.time.tolist(), strict=True)
        lines = [f"{pairs[i][0]}{value!r}{pairs[i][1]}{time_ns}" for i, value, time_ns in columns]
        for row in np.flatnonzero(~usable(samples.quality)).tolist():
            lines[row] = f"{pairs[which[row]][0]}{samples.time[row]}"
        return lines

    def _around(self, place: Place, quality: int) -> tuple[str, str]:
        """What stands before and behind the value; without a value all of it stands before."""
        head = self._heads.get(place)
        if head is None:
            tags = [(tag, getattr(place, tag)) for tag in TAGS]
            head = self._heads[place] = series(self._measurement, tags)
        if quality <= Quality.UNCERTAIN:
            return f"{head} value=", f",quality={quality}i "
        return f"{head} quality={quality}i ", ""


def series(measurement: str, tags: Iterable[tuple[str, str]]) -> str:
    """Measurement and tags, which are sorted; one without a value is left out."""
    said = [f"{tag}={escaped(text, ',= ')}" for tag, text in tags if text]
    return ",".join([escaped(measurement, ", "), *said])


def escaped(text: str, special: str) -> str:
    """With a backslash before each of the `special` characters, and nothing that a line cannot hold."""
    text = text.translate(_UNSAYABLE)
    for character in special:
        text = text.replace(character, "\\" + character)
    return text
