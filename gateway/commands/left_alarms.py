"""Alarms that somebody who leaves was on: what this one had taken, or was to see to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.alarming.entry import alarm_of
from gateway.alarms.duty import Duty
from gateway.alarms.handling import Handling
from gateway.commands.desk import Desk
from gateway.journal.records import Records

MOST_NAMED: Final = 5


def remarks(desk: Desk, duty: Duty, identity: str) -> Iterator[str]:
    """Of those that are not closed; nothing where there are no records."""
    path = desk.configuration.data_dir / "records.sqlite"
    if not path.exists():
        return
    with Records(path, read_only=True) as records:
        handled = [(row.id, alarm_of(row.body).handling) for row in records.book.alarms()]
    if taken := [name for name, one in handled if _is_on(duty, identity, one)]:
        yield f"nobody is on {_named(taken)} (taken by {identity}): what asks calls people again"
    if assigned := [name for name, one in handled if _is_to_see_to(duty, identity, one)]:
        yield f"{_named(assigned)} is assigned to {identity}: `cryogate assign` gives it to somebody else"


def _is_on(duty: Duty, identity: str, one: Handling) -> bool:
    return one.taken is not None and _is(duty, identity, one.taken.by)


def _is_to_see_to(duty: Duty, identity: str, one: Handling) -> bool:
    return one.assigned is not None and _is(duty, identity, one.assigned.to)


def _is(duty: Duty, identity: str, name: str) -> bool:
    meant = duty.find(name)
    return meant is not None and meant.id == identity


def _named(alarms: Sequence[str]) -> str:
    more = f" and {len(alarms) - MOST_NAMED} more" if len(alarms) > MOST_NAMED else ""
    return ", ".join(alarms[:MOST_NAMED]) + more
