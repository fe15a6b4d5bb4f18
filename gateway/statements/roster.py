"""Roster: who is on duty when, for which sites and risks; or that a roster has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.clock_times import (
    WEEKDAYS,
    Hours,
    date_field,
    hours_body,
    hours_field,
    one_of,
    time_field,
)
from gateway.statements.fields import Fields, moment, shown
from gateway.text import counted

KIND: Final = "roster"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
IN_FORCE: Final = "in force"
ENDED: Final = "ended"
TEAM: Final = "@"  # before the name of a team, where people are named
LONGEST_PERIOD_DAYS: Final = 366
MOST_ROTATIONS: Final = 50
MOST_NAMED: Final = 1000  # people in a list, holidays, teams


@dataclass(frozen=True, slots=True)
class Team:
    """People who are named together; a list names it as "@NAME"."""

    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """`people` take turns in their order, the first from `start` on; a team takes its turn as a whole.

    At `hand_over` o'clock, every `period_days`, counted from `start`, or from the `weekday` at or before it.
    Only on `weekdays` (empty: all), only at `hours` (None: all day): on other days and hours nobody of this
    rotation is on duty. Hours beyond midnight belong to the day on which they begin.
    """

    people: tuple[str, ...]
    period_days: int
    hand_over: time
    weekday: str | None
    start: date
    hours: Hours | None = None
    weekdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holiday:
    """From 00:00 of `first` to the end of `last` `people` are on duty instead of the rotations."""

    name: str
    first: date
    last: date
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """What it says from `from_ns` on; it replaces what was said under its id about that time.

    `sites`, `risks`: those it covers; empty: all. `deputies`: in order; empty: whoever comes next in the
    rotation. `everybody`: more people who are called where everybody is.
    """

    id: str
    from_ns: int
    sites: tuple[str, ...]
    risks: tuple[str, ...]
    time_zone: str
    rotations: tuple[Rotation, ...]
    holidays: tuple[Holiday, ...] = ()
    deputies: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    teams: tuple[Team, ...] = ()
    state: str = IN_FORCE


def named(said: Roster) -> Iterator[tuple[str, str]]:
    """(where, who) of every person and "@TEAM" that it names."""
    for i, rotation in enumerate(said.rotations):
        yield from ((f"rotations[{i}].people", who) for who in rotation.people)
    yield from (("deputies", who) for who in said.deputies)
    yield from (("everybody", who) for who in said.everybody)
    for i, holiday in enumerate(said.holidays):
        yield from ((f"holidays[{i}].people", who) for who in holiday.people)
    for team in said.teams:
        yield from ((f"teams.{team.name}", who) for who in team.people)


def people_of(said: Roster) -> frozenset[str]:
    """Ids of everybody it names."""
    return frozenset(who for _, who in named(said) if not who.startswith(TEAM))


def to_body(said: Roster) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "roster": said.id,
        "from": moment(said.from_ns),
        "sites": list(said.sites),
        "risks": list(said.risks),
        "time_zone": said.time_zone,
        "rotations": [_rotation_body(one) for one in said.rotations],
        "holidays": [_holiday_body(one) for one in said.holidays],
        "deputies": list(said.deputies),
        "everybody": list(said.everybody),
        "teams": [{"team": team.name, "people": list(team.people)} for team in said.teams],
        "state": said.state,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Roster:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    identity, from_ns = fields.name("roster"), fields.moment("from")
    sites, risks, time_zone = fields.names("sites"), fields.names("risks"), fields.name("time_zone")
    rotations = tuple(_rotation_of(item) for item in _few(fields, "rotations", MOST_ROTATIONS))
    holidays = tuple(_holiday_of(item) for item in _few(fields, "holidays", MOST_NAMED))
    deputies, everybody = fields.names("deputies"), fields.names("everybody")
    teams = tuple(_team_of(item) for item in _few(fields, "teams", MOST_NAMED))
    state = one_of(fields, "state", (IN_FORCE, ENDED), fields.name("state"))
    fields.end()
    if (state == IN_FORCE) != bool(rotations):
        raise fields.wrong("rotations", "are none" if state == IN_FORCE else "are of a roster that has ended")
    return Roster(
        identity, from_ns, sites, risks, time_zone, rotations, holidays, deputies, everybody, teams, state
    )


def words(said: Roster) -> str:
    if said.state == ENDED:
        return f"ended roster {said.id} from {shown(said.from_ns)} on"
    people = sorted(people_of(said))
    where = ", ".join(said.sites) or "all sites"
    risks = f" (risk {', '.join(said.risks)})" if said.risks else ""
    who = ", ".join(people[:10]) + (f" and {len(people) - 10} more" if people[10:] else "")
    size = counted(len(said.rotations), "rotation")
    return f"set roster {said.id} of {where}{risks} from {shown(said.from_ns)} on: {size}, {who}"


def about(said: Roster) -> frozenset[str]:
    return frozenset({said.id, *said.sites}) | people_of(said)


def _few(fields: Fields, name: str, most: int) -> tuple[Any, ...]:
    items = fields.items(name)
    if len(items) > most:
        raise fields.wrong(name, f"are {len(items)}, at most {most}")
    return items


def _rotation_body(one: Rotation) -> dict[str, Any]:
    return {
        "people": list(one.people),
        "period_days": one.period_days,
        "hand_over": f"{one.hand_over:%H:%M}",
        "weekday": one.weekday,
        "start": one.start.isoformat(),
        "hours": hours_body(one.hours),
        "weekdays": list(one.weekdays),
    }


def _rotation_of(item: object) -> Rotation:
    fields = Fields(KIND, SCHEMA, item, SCHEMA)
    people, period_days = fields.names("people"), fields.integer("period_days", least=1)
    hand_over, weekday = time_field(fields, "hand_over"), fields.optional_name("weekday")
    start, hours, weekdays = (
        date_field(fields, "start"),
        hours_field(fields, "hours"),
        fields.names("weekdays"),
    )
    fields.end()
    if not people or len(people) > MOST_NAMED:
        raise fields.wrong("people", f"are {len(people)}, expected from 1 to {MOST_NAMED}")
    if period_days > LONGEST_PERIOD_DAYS:
        raise fields.wrong("period_days", f"is {period_days}, at most {LONGEST_PERIOD_DAYS}")
    for name in (*weekdays, *([] if weekday is None else [weekday])):
        one_of(fields, "weekday", WEEKDAYS, name)
    if weekday is not None and period_days % 7:
        raise fields.wrong("weekday", f"is {weekday}, but a period of {period_days} days ends on others")
    return Rotation(people, period_days, hand_over, weekday, start, hours, weekdays)


def _holiday_body(one: Holiday) -> dict[str, Any]:
    return {
        "name": one.name,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "people": list(one.people),
    }


def _holiday_of(item: object) -> Holiday:
    fields = Fields(KIND, SCHEMA, item, SCHEMA)
    name, people = fields.name("name"), fields.names("people")
    first, last = date_field(fields, "first"), date_field(fields, "last")
    fields.end()
    if not people:
        raise fields.wrong("people", "are none: say who stands in")
    if last < first:
        raise fields.wrong("last", "is before first")
    return Holiday(name, first, last, people)


def _team_of(item: object) -> Team:
    fields = Fields(KIND, SCHEMA, item, SCHEMA)
    made = Team(fields.name("team"), fields.names("people"))
    fields.end()
    return made


def subject(body: Mapping[str, Any]) -> str:
    return str(body["roster"])
