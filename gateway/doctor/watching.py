"""Who watches the gateway itself, and when each of them last heard it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.doctor import Finding, note, warning


def findings(status: Mapping[str, Any]) -> Iterator[Finding]:
    """`status` as the control socket answers it; a gateway of an older version says nothing of this."""
    for heartbeat in status.get("heartbeats", ()):
        yield _heartbeat(heartbeat)


def _heartbeat(told: Mapping[str, Any]) -> Finding:
    where, answered = f"heartbeat {told['name']}", told["answered"]
    if told["problem"]:
        what, _, do = told["problem"].rpartition("; ")
        last = f"last answered {answered[:19]}Z" if answered else "not answered since the start"
        return warning(where, f"{last}: {what or do}", do if what else "see the gateway's log")
    if answered is None:
        return note(where, "nothing was sent yet", "")
    return note(where, f"answered {answered[:19]}Z, told that it is {told['said']}", "")
