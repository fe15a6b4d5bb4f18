"""Drills as the journal and the records have them: every hop with its time, and who was reached how fast."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any, Final

from gateway.alarming.entry import alarm_of, cause_of
from gateway.alarms.drill_times import Schedule, due_ns, is_overdue
from gateway.alarms.drills import FAILED, PASSED, WITHDRAWN, StatedDrill
from gateway.alarms.duty import Duty
from gateway.alarms.lifecycle import Alarm
from gateway.alarms.walltime import zone_named
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.said import said
from gateway.model import SECOND, to_ns
from gateway.questions.duty import duty_of
from gateway.statements import Statement, attempt, call, withdrawal
from gateway.statements import configuration as configured
from gateway.statements import drill as drills
from gateway.statements.attempt import Attempt
from gateway.statements.drill import Drill
from gateway.statements.effect import Effects
from gateway.times import format_rfc3339

SCHEMA: Final = 1
DELIVERED: Final = "delivered"
PLANNED, WAITING, GOES_ON, NEVER = "planned", "waiting", "goes on", "never began"
"""What a drill is while it has no outcome."""
COUNTING: Final = (PASSED, FAILED, GOES_ON, WAITING, PLANNED, NEVER)  # as the last one; NEVER: not heard yet


@dataclass(frozen=True, slots=True)
class Told:
    """A statement about a call or an attempt, with its time."""

    at_ns: int
    said: Any


@dataclass(frozen=True, slots=True)
class Run:
    """One drill; `row` is None until a gateway has heard of it."""

    statement: Statement
    drill: Drill
    state: str
    row: AlarmRow | None
    calls: Sequence[Told]
    attempts: Sequence[Told]

    @property
    def alarm(self) -> Alarm | None:
        return None if self.row is None else alarm_of(self.row.body)

    @property
    def cause(self) -> StatedDrill | None:
        found = None if self.row is None else cause_of(self.row.body)
        return found if isinstance(found, StatedDrill) else None


def runs(journal: Journal, records: Records, now_ns: int, start: str = "") -> list[Run]:
    """All drills, or those whose id begins so; the newest first. Raises InputError where there is none."""
    effects, stated = _stated(journal)
    wanted = [s for s in stated if drills.of(s.body).id.upper().startswith(start.upper())]
    if start and not wanted:
        raise InputError(f"there is no drill {start[:80]!r}; `cryogate drill --report` lists them")
    return [_run(journal, records, s, effects.counts(s.id), now_ns) for s in reversed(wanted)]


@dataclass(frozen=True, slots=True)
class Stood:
    """One drill as it stands now, without its hops; `counts`: its statement is in effect."""

    statement: Statement
    drill: Drill
    state: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Due:
    """When the next drill of a schedule is due, by which clocks, and when the last one began."""

    schedule: Schedule
    at_ns: int
    zone: tzinfo
    last_ns: int | None


def standing(journal: Journal, records: Records, now_ns: int) -> list[Stood]:
    """All drills, by the time at which they began."""
    effects, stated = _stated(journal)
    found = []
    for statement in sorted(stated, key=lambda s: s.at_ns):
        drill, counts = drills.of(statement.body), effects.counts(statement.id)
        run = Run(statement, drill, "", records.book.alarm(drill.id), (), ())
        found.append(Stood(statement, drill, _state(run, counts, now_ns), counts))
    return found


def due_of(schedule: Schedule, configuration: Configuration, journal: Journal, every: Iterable[Stood]) -> Due:
    """`every`: as `standing` gave it. Whoever asked for a drill on the asset, it counts."""
    site = configuration.sites[configuration.assets[schedule.asset].site]
    zone = zone_named(site.time_zone)
    began = [s.statement.at_ns for s in every if s.drill.asset == schedule.asset and s.state in COUNTING]
    last_ns = max(began, default=None)
    return Due(schedule, due_ns(schedule, zone, last_ns, _since_ns(schedule, journal)), zone, last_ns)


def schedules_due(configuration: Configuration, journal: Journal, records: Records, now_ns: int) -> list[Due]:
    """Of each schedule of the configuration, the first that is due first."""
    every = standing(journal, records, now_ns)
    found = [due_of(schedule, configuration, journal, every) for schedule in configuration.drills]
    return sorted(found, key=lambda due: due.at_ns)


def due_row(one: Due, now_ns: int) -> dict[str, Any]:
    """As JSON has it."""
    schedule = one.schedule
    return {
        "name": schedule.name,
        "asset": schedule.asset,
        "automatic": schedule.automatic,
        "last": None if one.last_ns is None else format_rfc3339(one.last_ns),
        "due": format_rfc3339(one.at_ns),
        "overdue": is_overdue(schedule, one.at_ns, now_ns),
    }


def public(run: Run, duty: Duty) -> dict[str, Any]:
    """Plain JSON data; times in seconds count from the beginning of the drill."""
    alarm, cause, drill = run.alarm, run.cause, run.drill
    begun_ns = run.statement.at_ns
    takings = () if alarm is None else alarm.handling.takings
    acknowledged = () if alarm is None else alarm.acknowledgements
    closing = None if alarm is None else alarm.closing
    return {
        "schema": SCHEMA,
        "id": drill.id,
        "statement": run.statement.id,
        "state": run.state,
        "asset": drill.asset,
        "channel": drill.channel,
        "by": run.statement.by,
        "reason": drill.why or None,
        "schedule": drill.schedule or None,
        "at": format_rfc3339(begun_ns),
        "until": format_rfc3339(begun_ns + to_ns(drill.within_s)),
        "signal": drill.signal,
        "value": None if cause is None else cause.value,
        "rule": (cause.rule or None) if cause is not None else None,
        "severity": None if cause is None else cause.severity.name.lower(),
        "why": None if closing is None else closing.comment,
        "raised_after_s": None if alarm is None else _after(alarm.raised_ns, begun_ns),
        "calls": [_call(one, begun_ns, duty) for one in run.calls],
        "attempts": [_attempt(one, begun_ns, duty) for one in run.attempts],
        "reached": list(_reached(run.attempts, begun_ns, duty)),
        "not_reached": list(_not_reached(run.attempts, duty)),
        "taken": [{"by": t.by, "after_s": _after(t.at_ns, begun_ns)} for t in takings],
        "acknowledged": [{"by": a.by, "after_s": _after(a.at_ns, begun_ns)} for a in acknowledged],
    }


def report(journal: Journal, records: Records, now_ns: int, start: str = "") -> list[dict[str, Any]]:
    """All drills, or those whose id begins so, the newest first."""
    duty = duty_of(journal)
    return [public(run, duty) for run in runs(journal, records, now_ns, start)]


def _stated(journal: Journal) -> tuple[Effects, list[Statement]]:
    """What is in effect, and the first statement of each drill, in the journal's order."""
    effects, stated = Effects(), dict[str, Statement]()
    for statement in said(journal, drills.KIND, withdrawal.KIND):
        effects.hear(statement)
        if statement.kind == drills.KIND:
            stated.setdefault(drills.of(statement.body).id, statement)
    return effects, list(stated.values())


def _since_ns(schedule: Schedule, journal: Journal) -> int:
    """Since when a configuration has had it; for ever, where the journal has none that has."""
    for _, statement in journal.statements(configured.KIND):
        if schedule.name in json.loads(configured.of(statement.body).document).get("drills", {}):
            return statement.at_ns
    return 0


def _run(journal: Journal, records: Records, statement: Statement, counts: bool, now_ns: int) -> Run:
    drill = drills.of(statement.body)
    row = records.book.alarm(drill.id)
    group = f"G{drill.id[1:]}"
    spoken = [(s.stated_ns or s.at_ns, s) for _, s in journal.naming(group)]
    calls = [Told(at, call.of(s.body)) for at, s in spoken if s.kind == call.KIND]
    attempts = [Told(at, attempt.of(s.body)) for at, s in spoken if s.kind == attempt.KIND]
    run = Run(
        statement,
        drill,
        "",
        row,
        [one for one in calls if one.said.group == group],
        [one for one in attempts if one.said.group == group],
    )
    return Run(statement, drill, _state(run, counts, now_ns), row, run.calls, run.attempts)


def _state(run: Run, counts: bool, now_ns: int) -> str:
    cause, at_ns = run.cause, run.statement.at_ns
    if cause is not None and cause.outcome:
        return cause.outcome
    if not counts:
        return WITHDRAWN
    if cause is not None:
        return GOES_ON
    if now_ns < at_ns:
        return PLANNED
    return WAITING if now_ns < at_ns + to_ns(run.drill.within_s) else NEVER


def _call(of: Told, begun_ns: int, duty: Duty) -> dict[str, Any]:
    persons = [receiver.person for receiver in of.said.receivers if receiver.person]
    return {
        "kind": of.said.kind,
        "steps": [step + 1 for step in of.said.steps],
        "after_s": _after(of.at_ns, begun_ns),
        "persons": persons,
        "names": [_name(duty, person) for person in persons],
    }


def _attempt(of: Told, begun_ns: int, duty: Duty) -> dict[str, Any]:
    told: Attempt = of.said
    return {
        "kind": told.kind,
        "step": told.steps[-1] + 1 if told.steps else None,
        "person": told.person or None,
        "name": _name(duty, told.person) if told.person else None,
        "by": told.notifier,
        "outcome": told.outcome,
        "answer": told.answer,
        "took_s": told.took_s,
        "after_s": _after(of.at_ns, begun_ns),
    }


def _reached(attempts: Iterable[Told], begun_ns: int, duty: Duty) -> Iterator[dict[str, Any]]:
    """Each person once, by the way that was fastest."""
    seen: set[str] = set()
    for one in attempts:
        person = one.said.person
        if person and one.said.outcome == DELIVERED and person not in seen:
            seen.add(person)
            after_s = _after(one.at_ns, begun_ns)
            yield {
                "person": person,
                "name": _name(duty, person),
                "by": one.said.notifier,
                "after_s": after_s,
            }


def _not_reached(attempts: Iterable[Told], duty: Duty) -> Iterator[dict[str, Any]]:
    """Who was tried and never reached, with what was answered last."""
    told = list(attempts)
    reached = {one.said.person for one in told if one.said.outcome == DELIVERED}
    last = {one.said.person: one.said for one in told if one.said.person and one.said.person not in reached}
    for person, one in last.items():
        yield {"person": person, "name": _name(duty, person), "by": one.notifier, "answer": one.answer}


def _after(at_ns: int, begun_ns: int) -> float:
    return round((at_ns - begun_ns) / SECOND, 3)


def _name(duty: Duty, person: str) -> str:
    known = duty.person(person)
    return person if known is None else known.name()
