"""Who follows the journal: registered at the start. Retention waits for all of them, and for nobody else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.followers.notifier import NotifierFollower
from gateway.followers.recalling import NAME as CALLS
from gateway.followers.sink import SinkFollower
from gateway.journal.records import Records

log = logging.getLogger(__name__)
SCREENING: Final = "screening"  # its name as a follower of the journal
EVIDENCE: Final = "evidence"  # so that retention takes nothing of which there is no leaf


def register(records: Records, sinks: Sequence[SinkFollower], notifiers: Sequence[NotifierFollower]) -> None:
    """All that this gateway has; says who is no longer among them."""
    there = {SCREENING: True, EVIDENCE: True}
    for sink in sinks:
        there |= {sink.readings.name: True, sink.alarms.name: False}
    there |= {notifier.name: False for notifier in notifiers}
    there[CALLS] = False
    with records.transaction():
        gone = records.register(there)
    for name in gone:
        log.info(
            "%s left the configuration: nobody waits for it; its place is kept in case it comes back", name
        )


def taken_by_followers(records: Path) -> dict[str, int]:
    """Up to which entry each follower of readings has the journal, by name as people say it.

    Where they would go on after a restart. Before the first start only screening, which has nothing yet.
    Raises JournalError where the records cannot be read.
    """
    if not records.exists():
        return {SCREENING: 0}
    with Records(records, read_only=True) as known:
        found = known.registered(of_readings=True)
    return {SCREENING: 0} | {name.replace(":", " "): seq for name, seq in found.items()}
