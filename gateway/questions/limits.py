"""Which limits of a channel were in force when: steps over a time, from the profile versions of then."""

from __future__ import annotations

from typing import Any

from gateway.alarming.course import plan_over
from gateway.config.timeline import Timeline
from gateway.errors import InputError
from gateway.questions.proof import ranges
from gateway.times import format_rfc3339


def limits(timeline: Timeline, channel: str, start_ns: int, end_ns: int) -> list[dict[str, Any]]:
    """Steps that follow one another; without a limit `low` or `high` is None.

    Raises InputError where no gateway ran with the channel yet.
    """
    identity = timeline.names.identity("channels", channel)
    if identity not in timeline.identities():
        raise InputError(
            f"no gateway has run with channel {channel!r} yet, so that no limits of it are known"
        )
    found = ranges(plan_over(timeline), timeline.number(identity), start_ns, end_ns)
    return [
        {
            "from": format_rfc3339(begin),
            "to": format_rfc3339(end),
            "low": low,
            "high": high,
            "profile_version": version,
        }
        for begin, end, low, high, version in found
    ]
