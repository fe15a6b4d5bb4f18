"""Readings for a picture: any time in at most so many parts of a channel, with every extreme and gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from gateway.config.timeline import Timeline
from gateway.errors import InputError
from gateway.journal.channels import ChannelRow
from gateway.journal.journal import Journal
from gateway.model import SECOND, Floats, Quality, Times
from gateway.tiles.picture import Picture, Pictures
from gateway.tiles.rows import Rows
from gateway.times import format_rfc3339

QUALITIES: Final = tuple(quality.name.lower() for quality in Quality)


def pictures(
    journal: Journal,
    timeline: Timeline,
    drawn: Pictures,
    channels: Sequence[str],
    interval: tuple[int, int],
    points: int,
) -> list[dict[str, Any]]:
    """Of each channel its readings in [start, end) as at most `points` parts, or one by one (`all`).

    Raises InputError for a channel that is not in the journal.
    """
    known = {row.name: row for row in journal.channels().values()}
    if unknown := [name for name in channels if name not in known]:
        raise InputError(f"no channel {', '.join(unknown)} in the journal")
    rows = [known[name] for name in channels]
    found = drawn.of(journal, [row.number for row in rows], *interval, points)
    return [
        _public(row, one, _max_gap_s(timeline, row.number, interval[1]))
        for row, one in zip(rows, found, strict=True)
    ]


def _max_gap_s(timeline: Timeline, number: int, end_ns: int) -> float | None:
    """As it was configured at the end; None where the channel never was."""
    identity = timeline.identity_of(number)
    return None if identity is None else timeline.last_known(identity, end_ns).max_gap_ns / SECOND


def _public(channel: ChannelRow, picture: Picture, max_gap_s: float | None) -> dict[str, Any]:
    rows, width_ns = picture.rows, picture.width_ns
    return {
        "channel": channel.name,
        "unit": channel.unit,
        "max_gap_s": max_gap_s,
        "readings": int(rows.count.sum()),
        "all": width_ns is None,
        "width_s": None if width_ns is None else width_ns / SECOND,
        "start": [format_rfc3339(time) for time in rows.start.tolist()],
        "min": _numbers(rows.low),
        "max": _numbers(rows.high),
        "mean": _numbers(rows.mean),
        "first": _numbers(rows.first),
        "last": _numbers(rows.last),
        "quality": [QUALITIES[one] for one in _worst(rows).tolist()],
        "good": rows.good.tolist(),
        "uncertain": rows.uncertain.tolist(),
        "bad": rows.bad.tolist(),
        "no_data": rows.no_data.tolist(),
        "gap_s": (_gaps(rows) / SECOND).tolist(),
        "holes": [
            {"from": format_rfc3339(one.start_ns), "to": format_rfc3339(one.end_ns), "why": one.why}
            for one in picture.holes
        ],
    }


def _numbers(values: Floats) -> list[float | None]:
    return [value if value == value else None for value in values.tolist()]


def _worst(rows: Rows) -> Times:
    """int64[N]: the worst quality of the readings of each."""
    counts = np.stack([rows.good, rows.uncertain, rows.bad, rows.no_data])
    worst: Times = len(counts) - 1 - (counts[::-1] > 0).argmax(axis=0)
    return worst


def _gaps(rows: Rows) -> Times:
    """int64[N], ns: the longest time without a value that ends in each, from the one before on."""
    gaps, has_value = rows.gap_ns.copy(), np.flatnonzero(rows.usable > 0)
    since = rows.first_ns[has_value[1:]] - rows.last_ns[has_value[:-1]]
    gaps[has_value[1:]] = np.maximum(gaps[has_value[1:]], since)
    return gaps
