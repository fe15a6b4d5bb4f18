"""Alarms that need somebody: whatever else is well, with one of them all is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.alarms.priority import Priorities
from gateway.doctor import Finding, Level
from gateway.journal.alarm_tables import AlarmRow
from gateway.published.alarm import most_urgent_rows, of_known, severity_of
from gateway.published.labels import UNLABELLED, Labels
from gateway.published.quiet import overlay_words
from gateway.published.urgency import asks, goes_on, state_words
from gateway.text import counted

MOST: Final = 10  # of one level, named one by one
LEVELS: Final = {"critical": Level.ERROR}  # the others are warnings
DO: Final = "`cryogate alarms` shows the units inside; see to them, then `cryogate ack {id}`"
OVER: Final = "it is over; `cryogate ack {id}` once you know why it was so"
MEND: Final = "{step}; then `cryogate ack {id}`"  # what a fault says itself
QUIET: Final = "it is {quiet}"
TAKEN: Final = "{by} is on it"
SEEN: Final = "{by} has acknowledged it and sees to it"


def findings(alarms: Sequence[Mapping[str, Any]], labels: Labels = UNLABELLED) -> Iterator[Finding]:
    """`alarms` as `cryogate alarms --json` prints them: those that need somebody."""
    for level in (Level.ERROR, Level.WARNING):
        mine = [alarm for alarm in alarms if level_of(alarm["severity"]) is level]
        yield from _of_level(level, mine[:MOST], len(mine), labels)


def findings_of_rows(
    rows: Sequence[AlarmRow], by: Priorities, labels: Labels = UNLABELLED
) -> Iterator[Finding]:
    """The same of alarms as the records keep them, in any order; those that are named are published."""
    for level in (Level.ERROR, Level.WARNING):
        mine = [row for row in rows if level_of(severity_of(row)) is level]
        first = [of_known(row.body, row.number) for row in most_urgent_rows(mine, by)[:MOST]]
        yield from _of_level(level, first, len(mine), labels)


def in_short(needing: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """How many, by severity and state."""
    for (severity, state), number in sorted(needing.items()):
        what = f"{counted(number, 'alarm')}, {severity}, {state}"
        yield Finding(level_of(severity), "alarms", what, "`cryogate alarms` shows them")


def level_of(severity: str) -> Level:
    """An alarm of this severity as a finding."""
    return LEVELS.get(severity, Level.WARNING)


def _of_level(
    level: Level, first: Sequence[Mapping[str, Any]], count: int, labels: Labels
) -> Iterator[Finding]:
    yield from (_finding(alarm, level, labels) for alarm in first)
    if count > len(first):
        yield Finding(level, "alarms", f"{count - len(first)} more", "`cryogate alarms` shows them all")


def _finding(alarm: Mapping[str, Any], level: Level, labels: Labels) -> Finding:
    fault, _, step = str(alarm["message"]).partition("; ")
    about = fault or f"{alarm['rule']} of {alarm['channel']} in {_where(alarm, labels)}"
    since = labels.both(alarm["start"], alarm["site"])
    what = f"{alarm['severity']}, {state_words(alarm)} since {since}: {about}"
    return Finding(level, f"alarm {alarm['id']}", what, _do(alarm, step))


def _where(alarm: Mapping[str, Any], labels: Labels) -> str:
    name = labels.asset(alarm["asset"])
    place = "/".join(part for part in (alarm["asset"], alarm["zone"]) if part)
    return f"{place} ({name})" if name else place


def _do(alarm: Mapping[str, Any], step: str) -> str:
    """`step`: what a fault itself says is to be done."""
    if quiet := overlay_words(alarm):
        return QUIET.format(quiet=quiet)
    if alarm.get("taken") and asks(alarm):
        return TAKEN.format(by=alarm["taken"]["by"])
    if alarm["acknowledgements"] and not asks(alarm):
        return SEEN.format(by=alarm["acknowledgements"][-1]["by"])
    if alarm["message"] and not goes_on(alarm):
        return OVER.format(id=alarm["id"])
    return MEND.format(step=step, id=alarm["id"]) if step else DO.format(id=alarm["id"])
