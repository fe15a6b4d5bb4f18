"""What the next person has to know: what is open, what happened since the last handover, what was noted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from gateway.alarming.entry import cause_of
from gateway.alarms.drills import is_drill
from gateway.alarms.fault import StatedFault
from gateway.alarms.priority import Judging, Priorities
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow, TransitionRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.said import said
from gateway.model import SECOND
from gateway.published.alarm import of_known
from gateway.published.urgency import most_urgent_first
from gateway.statements import Statement
from gateway.statements import handover as handing
from gateway.statements.effect import Effects
from gateway.statements.handover import Handover
from gateway.statements.withdrawal import KIND as WITHDRAWAL
from gateway.times import format_rfc3339, to_the_second

FIRST_NS: Final = 24 * 3600 * SECOND  # how far back, where nothing was handed over before
NOTHING: Final = {"asset": "", "channel": "", "site": "", "rule": ""}  # of an alarm that is damaged
MOST: Final = 1000  # changes that are listed; all are counted


@dataclass(frozen=True, slots=True)
class Report:
    """`before`: the last handover, None where there was none; `changes`: of alarms, oldest first.

    `known_ns`: no gateway runs, this is what was known then; None: one runs.
    """

    site: str
    since_ns: int
    before: Statement | None
    open: list[Mapping[str, Any]]
    changes: list[Mapping[str, Any]]
    counts: Mapping[str, int]
    known_ns: int | None = None

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "schema": 1,
            "site": self.site or None,
            "since": format_rfc3339(self.since_ns),
            "known_at": None if self.known_ns is None else format_rfc3339(self.known_ns),
            "last": None if self.before is None else _plain(self.before),
            "open": self.open,
            "changes": self.changes,
            "counts": dict(self.counts),
        }


def report(
    journal: Journal,
    records: Records,
    by: Priorities,
    site: str,
    since_ns: int | None,
    now_ns: int,
    known_ns: int | None = None,
) -> Report:
    """Of a site, or of all. `since_ns`: None: since the last handover."""
    before = last(journal, site)
    if since_ns is None:
        since_ns = now_ns - FIRST_NS if before is None else before.at_ns
    elif since_ns > now_ns:
        raise InputError(f"{to_the_second(since_ns)} is in the future: nothing happened since then")
    rows = records.book.alarms()
    judging = Judging(by)
    unclosed = (judging.told(of_known(row.body, row.number)) for row in rows)
    found = most_urgent_first(alarm for alarm in unclosed if not site or alarm["site"] == site)
    changes, counts = _changes(records, site, since_ns, {row.id: row for row in rows})
    return Report(site, since_ns, before, found, changes, counts, known_ns)


def last(journal: Journal, site: str) -> Statement | None:
    """The last handover of a site that counts; one of all sites is one of each."""
    effects, found = Effects(), list[Statement]()
    for statement in said(journal, handing.KIND, WITHDRAWAL):
        effects.hear(statement)
        if statement.kind == handing.KIND and handing.of(statement.body).site in ("", site):
            found.append(statement)
    return next((one for one in reversed(found) if effects.counts(one.id)), None)


def _changes(
    records: Records, site: str, since_ns: int, known: Mapping[str, AlarmRow]
) -> tuple[list[Mapping[str, Any]], Mapping[str, int]]:
    """`known`: alarms that were read already; the others are read."""

    @cache
    def facts(identity: str) -> Mapping[str, str]:
        alarm = known.get(identity) or records.book.alarm(identity)
        return NOTHING if alarm is None else _facts(alarm.body)

    counts, last_ones = Counter[str](), deque[TransitionRow](maxlen=MOST)
    for row in records.book.transitions_since(since_ns):
        if site and facts(row.id)["site"] != site:
            continue
        counts[f"{row.change} in drills" if is_drill(row.id) else row.change] += 1
        last_ones.append(row)
    listed: list[Mapping[str, Any]] = [
        {"at": format_rfc3339(row.stated_ns), "alarm": row.id, "change": row.change, **facts(row.id)}
        for row in last_ones
    ]
    return listed, counts


def _facts(known: Mapping[str, Any]) -> Mapping[str, str]:
    """Where a stored alarm is, and what it is about."""
    place = known["place"]
    return NOTHING | {key: place.get(key, "") for key in ("asset", "channel", "site")} | about(known)


def about(known: Mapping[str, Any]) -> dict[str, str]:
    """The rule of a stored alarm; of a fault its name, and which assets it is about."""
    cause = cause_of(known)
    if isinstance(cause, StatedFault):
        return {"rule": cause.key, "asset": ", ".join(cause.assets)}
    return {"rule": cause.rule}


def _plain(statement: Statement) -> dict[str, Any]:
    told: Handover = handing.of(statement.body)
    return {
        "id": statement.id,
        "at": format_rfc3339(statement.at_ns),
        "by": statement.by,
        "to": told.to,
        "site": told.site or None,
        "notes": told.notes,
    }
