"""What leans on a statement: what was stated about the same since, and alarms that it bears on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from gateway.alarming.entry import cause_of
from gateway.commands.desk import Desk
from gateway.commands.words import Words
from gateway.config.timeline import Timeline, timeline_of
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.statements import Statement
from gateway.statements.kinds import about

MOST: Final = 20  # shown; whoever has more to look at goes by `cryogate statements --about`


def statements(words: Words, target: Statement) -> tuple[Statement, ...]:
    """Those in effect that were made after `target` about the same."""
    in_effect = (one for one in words.since(target, about(target)) if words.counts(one))
    return tuple(islice(in_effect, MOST))


def alarms(desk: Desk, target: Statement) -> tuple[str, ...]:
    """Ids of alarms about the same that were not over before what was stated, newest first."""
    path = desk.configuration.data_dir / "records.sqlite"
    if not path.exists():
        return ()
    with Records(path, read_only=True) as records:
        rows = {row.id: row for row in _rows(records, timeline_of(desk.journal), about(target))}
    found = [row for row in rows.values() if _ends_after(row, target.at_ns)]
    return tuple(row.id for row in sorted(found, key=lambda row: -row.raised_ns)[:MOST])


def _rows(records: Records, timeline: Timeline, names: frozenset[str]) -> Iterator[AlarmRow]:
    for name in sorted(names):
        number = timeline.numbers.get(name)
        yield from records.book.causes_of(timeline.asset_identity(name), number, name)


def _ends_after(row: AlarmRow, at_ns: int) -> bool:
    end_ns = cause_of(row.body).end_ns
    return end_ns is None or end_ns > at_ns
