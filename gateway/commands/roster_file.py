"""A roster as people write it: a TOML file, or the options of a command, which say the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from gateway.alarms.walltime import SECOND, begins_ns
from gateway.commands.desk import Desk
from gateway.commands.rosters import unknown_sites, wrong_person
from gateway.commands.when import CENTURY, is_a_day
from gateway.config.tables import Problems, Table, build
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.statements import clock_times
from gateway.statements.clock_times import WEEKDAYS
from gateway.statements.roster import LONGEST_PERIOD_DAYS, TEAM, Holiday, Roster, Rotation, Team
from gateway.zones import zone

SHORTEST_WEEKDAY: Final = 3  # letters: "mon"


@dataclass(frozen=True, slots=True)
class RotationTable:
    """One of `[[rotations]]`."""

    people: tuple[str, ...]
    start: datetime.date
    period_days: int = 7
    hand_over: str = "08:00"
    weekday: str | None = None
    hours: str | None = None
    weekdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """One of `[[holidays]]`."""

    first: datetime.date
    people: tuple[str, ...]
    last: datetime.date | None = None  # the first is the only day
    name: str = "holiday"


@dataclass(frozen=True, slots=True)
class TeamTable:
    """One of `[[teams]]`."""

    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterTable:
    """The file."""

    rotations: tuple[dict[str, Any], ...] = ()
    sites: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    time_zone: str | None = None
    valid_from: datetime.datetime | None = None  # without a zone: in `time_zone`
    deputies: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    holidays: tuple[dict[str, Any], ...] = ()
    teams: tuple[dict[str, Any], ...] = ()


Wrong = Callable[[str], str]
"""Why a name is nobody's, in words; empty: it is somebody's."""


def read(
    document: Table, identity: str, time_zone: str, now_ns: int, wrong: Wrong
) -> tuple[Roster | None, list[str]]:
    """The roster, or None where it cannot be; and every mistake with its place in the file.

    `time_zone`: where the file gives none.
    """
    reading = _Reading(wrong)
    table = build(RosterTable, document, "roster", reading.problems)
    if table is None:
        return None, [problem.removeprefix("roster.") for problem in reading.problems]
    place = table.time_zone or time_zone
    clock = reading.text("time_zone", zone, place)
    teams = reading.teams(table.teams)
    rotations = [reading.rotation(i, one) for i, one in enumerate(table.rotations)]
    holidays = reading.holidays(table.holidays)
    for where in ("deputies", "everybody"):
        reading.names(where, getattr(table, where))
    if table.valid_from is not None:
        reading.day("valid_from", table.valid_from.date())
    if not rotations:
        reading.problems.add("rotations", "there are none: give at least one [[rotations]]")
    if reading.problems:
        return None, list(reading.problems)
    made = Roster(
        identity,
        now_ns if table.valid_from is None else _moment_ns(table.valid_from, clock),
        table.sites,
        table.risks,
        place,
        tuple(one for one in rotations if one is not None),
        tuple(holidays),
        table.deputies,
        table.everybody,
        teams,
    )
    return made, []


def read_for(desk: Desk, document: Table, identity: str, where: str) -> Roster:
    """As the gateway knows people and sites. Raises InputError with every mistake; `where`: in what."""
    sites = desk.configuration.sites
    mine = document.get("sites") or list(sites)
    told = mine if isinstance(mine, list) else []
    zones = {sites[site].time_zone for site in told if isinstance(site, str) and site in sites}
    if len(zones) > 1 and "time_zone" not in document:
        raise InputError(f"{where}: time_zone: is missing, and the sites have several: {', '.join(zones)}")
    wrong = partial(wrong_person, duty_of(desk.journal))
    said, mistakes = read(document, identity, next(iter(zones), "UTC"), desk.clock.now_ns(), wrong)
    if said is None:
        mistakes += unknown_sites(desk.configuration, told if "sites" in document else [])
        raise InputError("\n".join([f"{where}: nothing was stated, because of", *mistakes]))
    return said


class _Reading:
    """Collects mistakes; what could not be read is None, or left out."""

    def __init__(self, wrong: Wrong) -> None:
        self.problems = Problems()
        self._wrong = wrong
        self._teams: dict[str, int] = {}

    def text(self, where: str, parse: Callable[[str], Any], text: str) -> Any:
        try:
            return parse(text)
        except (ValueError, InputError) as error:
            self.problems.add(where, str(error).removeprefix(f"{where}: "))
            return None

    def day(self, where: str, day: datetime.date) -> None:
        if not is_a_day(day):
            self.problems.add(where, f"is {day}; {CENTURY}")

    def names(self, where: str, people: Iterable[str]) -> None:
        """Persons and teams that a list names."""
        for who in people:
            if who.startswith(TEAM):
                if who.removeprefix(TEAM) not in self._teams:
                    known = ", ".join(self._teams) or "none"
                    self.problems.add(where, f"there is no team {who!r}; teams: {known}")
            elif why := self._wrong(who):
                self.problems.add(where, why)

    def teams(self, tables: Iterable[Table]) -> tuple[Team, ...]:
        found = []
        for i, table in enumerate(tables):
            made, where = build(TeamTable, table, f"teams[{i}]", self.problems), f"teams[{i}]"
            if made is None:
                continue
            if made.name in self._teams:
                first = self._teams[made.name]
                self.problems.add(f"{where}.name", f"there is a team {made.name!r} already, teams[{first}]")
            if not made.people:
                self.problems.add(f"{where}.people", "is empty")
            self._teams.setdefault(made.name, i)
            found.append(Team(made.name, made.people))
        for i, team in enumerate(found):
            within = [who for who in team.people if who.startswith(TEAM)]
            for who in within:
                self.problems.add(f"teams[{i}].people", f"{who} is a team within a team: name its people")
            self.names(f"teams[{i}].people", [who for who in team.people if who not in within])
        return tuple(found)

    def rotation(self, i: int, table: Table) -> Rotation | None:
        where, before = f"rotations[{i}]", len(self.problems)
        made = build(RotationTable, table, where, self.problems)
        if made is None:
            return None
        hand_over = self.text(f"{where}.hand_over", clock_times.time_of_day, made.hand_over)
        hours = None if made.hours is None else self.text(f"{where}.hours", clock_times.hours, made.hours)
        weekday = None if made.weekday is None else self.text(f"{where}.weekday", _weekday, made.weekday)
        weekdays = [self.text(f"{where}.weekdays", _weekday, day) for day in made.weekdays]
        self.day(f"{where}.start", made.start)
        if not made.people:
            self.problems.add(f"{where}.people", "is empty: name who takes turns, in their order")
        self.names(f"{where}.people", made.people)
        if not 1 <= made.period_days <= LONGEST_PERIOD_DAYS:
            what = f"is {made.period_days}, expected 1 to {LONGEST_PERIOD_DAYS}"
            self.problems.add(f"{where}.period_days", what)
        elif weekday is not None and made.period_days % 7:
            what = f"is {weekday}, but with a period of {made.period_days} days hand-over is on others, too"
            self.problems.add(f"{where}.weekday", what)
        if len(self.problems) > before:
            return None
        days = tuple(day for day in WEEKDAYS if day in weekdays)
        return Rotation(made.people, made.period_days, hand_over, weekday, made.start, hours, days)

    def holidays(self, tables: Iterable[Table]) -> list[Holiday]:
        found: list[tuple[int, Holiday]] = []
        for i, table in enumerate(tables):
            where = f"holidays[{i}]"
            made = build(HolidayTable, table, where, self.problems)
            if made is None:
                continue
            if not made.people:
                self.problems.add(f"{where}.people", "is empty: say who stands in")
            self.names(f"{where}.people", made.people)
            one = Holiday(made.name, made.first, made.last or made.first, made.people)
            self.day(f"{where}.first", one.first)
            self.day(f"{where}.last", one.last)
            if one.last < one.first:
                self.problems.add(f"{where}.last", f"is {one.last}, before first, {one.first}")
            self._overlaps(where, one, found)
            found.append((i, one))
        return [one for _, one in found]

    def _overlaps(self, where: str, one: Holiday, before: Iterable[tuple[int, Holiday]]) -> None:
        for k, other in before:
            if one.first <= other.last and other.first <= one.last:
                what = f"{one.name} ({one.first} to {one.last}) overlaps holidays[{k}], {other.name} ("
                span = f"{other.first} to {other.last}): of a day there is one list of who stands in"
                self.problems.add(where, what + span)


def _weekday(text: str) -> str:
    """ "mon" or "Monday". Raises ValueError."""
    found = [day for day in WEEKDAYS if day.startswith(text.lower()) and len(text) >= SHORTEST_WEEKDAY]
    if not found:
        raise ValueError(f"{text[:40]!r} is no day of the week; known: {', '.join(WEEKDAYS)}")
    return found[0]


def _moment_ns(moment: datetime.datetime, clock: datetime.tzinfo) -> int:
    if moment.tzinfo is not None:
        return int(moment.timestamp()) * SECOND
    return begins_ns(moment.date(), moment.time().replace(microsecond=0), clock)
