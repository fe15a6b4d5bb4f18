"""What the outside world of a sink or notifier did not take: readings and alarm changes, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Quality
from gateway.times import format_rfc3339


def all_parked(journal: Journal, records: Records, most: int) -> list[dict[str, Any]]:
    """One object a follower that has anything parked, with the newest `most` readings."""
    names = journal.channel_names()
    return [_of(records, follower, names, most) for follower in records.parking()]


def parked_of(found: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """What is parked of the follower with this name, or with this whole key where a name is borne twice."""
    mine = [told for told in found if name in (told["sink"], told["follower"])]
    if not mine:
        there_are = ", ".join(told["follower"] for told in found) or "nothing"
        raise InputError(f"nothing is parked of {name!r}; there is of: {there_are}")
    if len(mine) > 1:
        raise InputError(f"give the whole name: {' or '.join(told['follower'] for told in mine)}")
    return mine[0]


def _of(records: Records, follower: str, names: Mapping[int, str], most: int) -> dict[str, Any]:
    changes = records.parked_changes(follower)
    return {
        "sink": follower.partition(":")[2],
        "follower": follower,
        "readings": records.parked_count(follower),
        "kept": records.parked_kept(follower),
        "newest": [
            {
                "channel": names.get(row.channel, f"number {row.channel}"),
                "time": format_rfc3339(row.time_ns),
                "value": row.value,
                "quality": Quality(row.quality).name.lower(),
                "received": format_rfc3339(row.received_ns),
                "reason": row.reason,
            }
            for row in records.parked(follower, most)
        ],
        "alarm_changes": [{"number": number, "reason": reason} for number, reason in changes.items()],
    }
