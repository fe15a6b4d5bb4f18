"""Which channels measured an asset when, and what places and probes are called in a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.config.past import PastChannel
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER
from gateway.dataclass import dataclass
from gateway.dossier.state import State
from gateway.model import SECOND


@dataclass(frozen=True, slots=True)
class Visit:
    """A channel (identity) measured an asset, or a zone of it, over [from, to)."""

    channel: str
    zone: str | None
    from_ns: int
    to_ns: int


def visits(timeline: Timeline, asset: str, start_ns: int, end_ns: int) -> Iterator[Visit]:
    """Of an asset (identity) within [start, end), by channel and time; not before a channel was configured,
    except by what came before the first configuration."""
    for identity in sorted(timeline.identities()):
        placed = timeline.placements(identity)
        ends = [*(one.from_ns for one in placed[1:]), FOREVER]
        for one, until_ns in zip(placed, ends, strict=True):
            begin, end = max(one.from_ns, start_ns), min(until_ns, end_ns)
            if one.asset == asset and begin < end:
                yield Visit(identity, one.zone, begin, end)


def plain_place(document: Mapping[str, Any], site: str, asset: str) -> dict[str, Any]:
    """`document`: the configuration of then."""
    site_table, asset_table = document["sites"].get(site, {}), document["assets"].get(asset, {})
    return {
        "site": site,
        "site_name": site_table.get("name", ""),
        "time_zone": site_table.get("time_zone", "UTC"),
        "asset": asset,
        "asset_name": asset_table.get("name", ""),
    }


def plain_probe(document: Mapping[str, Any], name: str, channel: PastChannel) -> dict[str, Any]:
    """`name`: as it is called in the report."""
    return {
        "channel": name,
        "quantity": channel.quantity,
        "unit": channel.unit,
        "source": channel.source,
        "source_kind": document["sources"].get(channel.source, {}).get("kind", ""),
        "address": channel.address,
        "max_gap_s": channel.max_gap_ns / SECOND,
        "certificate": dict(channel.calibration or {}),
    }


def probe_at(state: State, identity: str, at_ns: int) -> dict[str, Any]:
    """A channel as it was at a moment, with its calibration of then."""
    timeline = state.timeline
    channel = timeline.last_known(identity, at_ns)
    told, name = channel.calibration, timeline.names.latest("channels", identity)
    certificate = None
    if told is not None:
        certificate = {key: f"{told.get(key, '')}" for key in ("certificate", "date", "due")}
    return {
        **plain_probe(state.document(at_ns), name, channel),
        "calibration": certificate,
        "expanded_uncertainty": None if told is None else told.get(f"expanded_uncertainty_{channel.unit}"),
    }
