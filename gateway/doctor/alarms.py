"""Alarms that need somebody: whatever else is well, with one of them all is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.doctor import Finding, Level
from gateway.published.alarm import state_words
from gateway.text import counted

MOST: Final = 10  # of one level, named one by one
LEVELS: Final = {"critical": Level.ERROR}  # the others are warnings
DO: Final = "`cryogate alarms` shows the units inside; see to them, then `cryogate ack {id}`"
SEEN: Final = "{by} has acknowledged it and sees to it"


def findings(alarms: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """`alarms` as `cryogate alarms --json` prints them: those that need somebody."""
    for level in (Level.ERROR, Level.WARNING):
        mine = [alarm for alarm in alarms if level_of(alarm["severity"]) is level]
        yield from (_finding(alarm, level) for alarm in mine[:MOST])
        if len(mine) > MOST:
            yield Finding(level, "alarms", f"{len(mine) - MOST} more", "`cryogate alarms` shows them all")


def in_short(needing: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """How many, by severity and state."""
    for (severity, state), number in sorted(needing.items()):
        what = f"{counted(number, 'alarm')}, {severity}, {state}"
        yield Finding(level_of(severity), "alarms", what, "`cryogate alarms` shows them")


def level_of(severity: str) -> Level:
    """An alarm of this severity as a finding."""
    return LEVELS.get(severity, Level.WARNING)


def _finding(alarm: Mapping[str, Any], level: Level) -> Finding:
    said = alarm["acknowledgements"]
    where = "/".join(part for part in (alarm["asset"], alarm["zone"]) if part)
    about = alarm["message"] or f"{alarm['rule']} of {alarm['channel']} in {where}"
    what = f"{alarm['severity']}, {state_words(alarm)} since {alarm['start'][:19]}Z: {about}"
    is_seen = bool(said) and not str(alarm["state"]).endswith("unacknowledged")
    do = SEEN.format(by=said[-1]["by"]) if is_seen else DO.format(id=alarm["id"])
    return Finding(level, f"alarm {alarm['id']}", what, do)
