"""Who is on duty, slow and obvious: the clocks of a place are read every quarter of an hour.

A hand-over has happened once the clocks have shown its time or a later one. Only what is the same in the
fast code and here is the form in which people state things.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.statements.clock_times import WEEKDAYS
from gateway.statements.roster import Roster, Rotation
from gateway.statements.stand_in import StandIn

STEP = timedelta(minutes=15)
DAY = timedelta(days=1)


def readings(zone: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """(moment, latest that the clocks have shown by then) each quarter of an hour in [start, end)."""
    place, moment = ZoneInfo(zone), start - 2 * DAY
    latest = datetime(2000, 1, 1)  # noqa: DTZ001
    while moment < end:
        latest = max(latest, moment.astimezone(place).replace(tzinfo=None))
        if moment >= start:
            yield moment, latest
        moment += STEP


def on_duty(
    roster: Roster, gone: frozenset[str], stand_ins: Sequence[StandIn], moment: datetime, clock: datetime
) -> tuple[str, ...]:
    """Of one roster, at a moment when its clocks have shown `clock`."""
    found: list[str] = []
    has_begun = any(clock >= datetime.combine(one.start, one.hand_over) for one in roster.rotations)
    for holiday in roster.holidays if has_begun else ():
        if holiday.first <= clock.date() <= holiday.last:
            people = _there(roster, holiday.people, gone, stand_ins, moment)
            if people:
                return tuple(people)
    for rotation in roster.rotations:
        found += _of_rotation(roster, rotation, gone, stand_ins, moment, clock)
    return tuple(dict.fromkeys(found))


def _of_rotation(
    roster: Roster,
    rotation: Rotation,
    gone: frozenset[str],
    stand_ins: Sequence[StandIn],
    moment: datetime,
    clock: datetime,
) -> list[str]:
    if clock < datetime.combine(rotation.start, rotation.hand_over) or not _is_open(rotation, clock):
        return []
    begin = rotation.start
    while rotation.weekday is not None and WEEKDAYS[begin.weekday()] != rotation.weekday:
        begin -= DAY
    turn, next_one = 0, datetime.combine(begin, rotation.hand_over) + rotation.period_days * DAY
    while next_one <= clock:
        turn, next_one = turn + 1, next_one + rotation.period_days * DAY
    order = list(rotation.people) * 2
    at = turn % len(rotation.people)
    for name in order[at : at + len(rotation.people)]:
        people = _there(roster, (name,), gone, stand_ins, moment)
        if people:
            return people
    return []


def _is_open(rotation: Rotation, clock: datetime) -> bool:
    for back in (0, 1):
        day = clock.date() - back * DAY
        if rotation.weekdays and WEEKDAYS[day.weekday()] not in rotation.weekdays:
            continue
        begin = datetime.combine(day, datetime.min.time())
        end = begin + DAY
        if rotation.hours is not None:
            begin = datetime.combine(day, rotation.hours.begin)
            end = datetime.combine(day, rotation.hours.end)
            end += DAY if end <= begin else timedelta()
        if begin <= clock < end:
            return True
    return False


def _there(
    roster: Roster,
    names: Sequence[str],
    gone: frozenset[str],
    stand_ins: Sequence[StandIn],
    moment: datetime,
) -> list[str]:
    teams = {f"@{team.name}": team.people for team in roster.teams}
    found: list[str] = []
    for name in names:
        for person in teams.get(name, (name,)):
            who = _instead(roster.id, person, gone, stand_ins, moment)
            if who and who not in found:
                found.append(who)
    return found


def _instead(
    roster: str, person: str, gone: frozenset[str], stand_ins: Sequence[StandIn], moment: datetime
) -> str:
    """Who is there for a person: the last of the chain who is here; in a circle, nobody stands in."""
    now_ns = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9
    chain, at = [person], person
    while True:
        words = [s for s in stand_ins if s.instead_of == at and s.from_ns <= now_ns < s.to_ns]
        words = [s for s in words if not s.rosters or roster in s.rosters]
        if not words:
            break
        at = words[-1].person
        if at in chain:
            chain = [person]
            break
        chain.append(at)
    here = [who for who in chain if who not in gone]
    return here[-1] if here else ""
