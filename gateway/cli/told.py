"""Who was told of an alarm and who is next, in a few words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.published.labels import Labels

MOST_NAMED: Final = 3  # people
NOBODY: Final = "nobody could be reached"


def told_lines(alarm: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    """What is odd about it, which group it belongs to, who was told, who is next."""
    yield from alarm.get("remarks", ())
    group = alarm.get("group")
    if not group:
        return
    first = alarm["first_in_group"]
    of_group = "" if first == alarm["id"] else f", which began with {first}"
    told = [
        f"{one['name']} {labels.local(one['at'], alarm['site']) or one['at'][11:19] + 'Z'} by {one['by']}"
        for one in alarm["told"][-MOST_NAMED:]
    ]
    parts = [f"group {group}{of_group}", *([NOBODY] if alarm["nobody_since"] else [])]
    parts += [f"told {', '.join(told)}"] if told else []
    if alarm["next"]:
        at = labels.local(alarm["next"]["at"], alarm["site"]) or f"{alarm['next']['at'][11:19]}Z"
        parts.append(f"next {', '.join(alarm['next']['names'][:MOST_NAMED]) or 'nobody'} {at}")
    yield "; ".join(parts)


def told_short(alarm: Mapping[str, Any]) -> Iterator[str]:
    """The same for a live screen: names alone."""
    yield from (str(remark).partition(":")[0] for remark in alarm.get("remarks", ()))
    if alarm.get("nobody_since"):
        yield NOBODY
    elif alarm.get("told"):
        yield f"told {', '.join(one['name'] for one in alarm['told'][-MOST_NAMED:])}"
    if alarm.get("next"):
        names = ", ".join(alarm["next"]["names"][:MOST_NAMED]) or "nobody"
        yield f"next {names} {alarm['next']['at'][11:16]}Z"
