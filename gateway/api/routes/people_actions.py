"""What people state about people: who can be called, who has left, rosters, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gateway.alarms.duty import Duty
from gateway.alarms.walltime import zone_named
from gateway.api.acting import DONE, Key, Moment, Name, Revisable, Said, state
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.problems import NotThere, with_fields
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands import people, rosters
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import person_known
from gateway.commands.people import Changes
from gateway.commands.roster_file import read_for
from gateway.commands.when import moment_ns
from gateway.config.toml import toml
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.statements import clock_times
from gateway.statements import person as persons
from gateway.statements import roster as rostering
from gateway.statements import stand_in as standing_in
from gateway.statements.person import PRIORITIES, Person, Way
from gateway.statements.roster import people_of
from gateway.statements.stand_in import StandIn

router = APIRouter(tags=["people actions"])
ENTERED = {**DONE, "person": "li.na"}
SET = {**DONE, "roster": "night", "nobody_now": []}
STOOD_IN = {**DONE, "person": "wang.wei", "instead_of": "li.na"}
Priority = Literal["low", "medium", "high", "urgent"]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
Wall = Annotated[str, Field(max_length=40, description="RFC 3339, or of a clock there: 'friday 08:00'.")]


class AWay(Said):
    """A notifier of the configuration and the address there; `quiet`: hours like 22:00-07:00."""

    notifier: Name
    address: Annotated[str, Field(max_length=500)]
    from_priority: Priority = "low"
    quiet: Annotated[str | None, Field(max_length=20)] = None
    unless: Priority = "urgent"


class APerson(Revisable):
    """What holds from now on, or from `at`; a field that is not given stays as it was stated before."""

    name_en: Name | None = None
    name_zh: Name | None = None
    languages: Annotated[tuple[Literal["en", "zh"], ...] | None, Field(min_length=1, max_length=2)] = None
    time_zone: Name | None = None
    ways: Annotated[tuple[AWay, ...] | None, Field(max_length=persons.MOST_WAYS)] = None
    on_site: Names | None = None
    at: Moment = None


class Leaving(Revisable):
    at: Moment = None


class ARoster(Revisable):
    """As a file of `cryogate roster set` has it."""

    toml: Annotated[str, Field(max_length=50_000)]


class End(Said):
    at: Annotated[Wall | None, Field()] = None


class AStandIn(Revisable):
    """`person` takes the turns of `instead_of`, in these rosters, or in all."""

    person: Name
    instead_of: Name
    until: Wall
    since: Annotated[str | None, Field(alias="from", max_length=40)] = None
    rosters: Names = ()


@router.post("/people/{person}", **told("people.write", ENTERED))
def enter(request: Request, world: Asked, who: Who, person: InUrl, said: APerson, key: Key = "") -> Response:
    """Enter a person, or change one: what is not given stays. The same again changes nothing."""
    ways = None if said.ways is None else tuple(_way(one) for one in said.ways)
    languages = None if said.languages is None else tuple(said.languages)
    changes = Changes(said.name_en, said.name_zh, languages, said.time_zone, ways, said.on_site)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        meant = people.whole(desk.configuration, changes.of(duty_of(desk.journal), person))
        done = people.enter(desk, author, meant, said.at, said.corrects, said.reason)
        return done.stated, _entered(meant, done.remarks)

    return state(request, world, who, key, persons.KIND, [person], act)


@router.post("/people/{person}/leave", **told("people.write", ENTERED))
def leave(request: Request, world: Asked, who: Who, person: InUrl, said: Leaving, key: Key = "") -> Response:
    """Say that somebody has left: is called no more, and logs in no more."""

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = people.leave(desk, author, person, said.at, said.corrects, said.reason)
        return done.stated, _entered(person_known(duty_of(desk.journal), person), done.remarks)

    return state(request, world, who, key, persons.KIND, [person], act)


@router.post("/rosters/{roster}", **told("roster.write", SET))
def set_roster(
    request: Request, world: Asked, who: Who, roster: InUrl, said: ARoster, key: Key = ""
) -> Response:
    """Set a roster, whole; it replaces the one of this name from `valid_from`, or from now, on."""
    scope = world.scope(who)
    try:
        document = toml(said.toml)
    except ValueError as error:
        raise InputError(f"this is no TOML: {error}") from None
    sites = document.get("sites")
    _need_all(scope, sites if isinstance(sites, list) else [])

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        _need_own(scope, duty_of(desk.journal), roster, desk.clock.now_ns())
        meant = read_for(desk, document, roster, "toml")
        done = rosters.set_roster(desk, author, meant, said.corrects, said.reason)
        return done.stated, _set(done)

    return state(request, world, who, key, rostering.KIND, [roster], act)


@router.post("/rosters/{roster}/end", **told("roster.write", SET))
def end_roster(request: Request, world: Asked, who: Who, roster: InUrl, said: End, key: Key = "") -> Response:
    """Say that a roster holds no more, now or from `at` on."""
    scope = world.scope(who)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        now_ns, duty = desk.clock.now_ns(), duty_of(desk.journal)
        _need_own(scope, duty, roster, now_ns)
        zone = next((one.time_zone for one in duty.rosters_from(now_ns) if one.id == roster), "UTC")
        at_ns = now_ns if said.at is None else moment_ns(said.at, zone_named(zone), now_ns)
        done = rosters.end_roster(desk, author, roster, at_ns)
        return done.stated, _set(done)

    return state(request, world, who, key, rostering.KIND, [roster], act)


@router.post("/stand-ins", **told("roster.write", STOOD_IN))
def stand_in(request: Request, world: Asked, who: Who, said: AStandIn, key: Key = "") -> Response:
    """Say that one person takes the turns of another for a while."""
    scope = world.scope(who)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        now_ns, duty = desk.clock.now_ns(), duty_of(desk.journal)
        _need_turns(scope, duty, said, now_ns)
        zone_name = person_known(duty, said.instead_of).time_zone
        zone = zone_named(zone_name)
        from_ns = now_ns if said.since is None else moment_ns(said.since, zone, now_ns)
        names = tuple(dict.fromkeys(said.rosters))
        meant = StandIn(said.person, said.instead_of, names, from_ns, moment_ns(said.until, zone, now_ns))
        done = rosters.stand_in(desk, author, meant, said.corrects, said.reason)
        return done, {**standing_in.to_body(meant), "time_zone": zone_name}

    return state(request, world, who, key, standing_in.KIND, [said.person], act)


def _entered(meant: Person, told: Iterable[str]) -> dict[str, Any]:
    return {**persons.to_body(meant), "told": [with_fields(one) for one in told]}


def _set(done: rosters.Set) -> dict[str, Any]:
    told = {"told": [with_fields(one) for one in done.remarks], "nobody_now": list(done.nobody_now)}
    return {**rostering.to_body(done.roster), **told}


def _way(said: AWay) -> Way:
    try:
        quiet = None if said.quiet is None else clock_times.hours(said.quiet)
    except ValueError as error:
        raise InputError(f"quiet {said.quiet!r}: {error}") from None
    assert said.from_priority in PRIORITIES and said.unless in PRIORITIES
    return Way(said.notifier, said.address, said.from_priority, quiet, said.unless)


def _need_all(scope: Scope, sites: Iterable[object]) -> None:
    """A roster without sites covers all. Raises NotThere unless all of them are theirs."""
    told_of = [str(site) for site in sites]
    if not (scope.everything or (told_of and all(map(scope.site, told_of)))):
        raise NotThere("name `sites`, and only such as are yours")


def _need_own(scope: Scope, duty: Duty, roster: str, now_ns: int) -> None:
    for one in duty.rosters_from(now_ns):
        if one.id == roster and not (scope.everything or (one.sites and all(map(scope.site, one.sites)))):
            raise NotThere(
                f"there is no roster {roster[:80]!r} of your sites alone; /api/v1/rosters lists them"
            )


def _need_turns(scope: Scope, duty: Duty, said: AStandIn, now_ns: int) -> None:
    """Whoever has not all sites names the rosters, and they are of those sites alone."""
    if scope.everything:
        return
    mine = {one.id for one in duty.rosters_from(now_ns) if said.instead_of in people_of(one)}
    if not said.rosters or not set(said.rosters) <= mine:
        raise NotThere(f"name the `rosters` in which {said.instead_of[:80]!r} takes turns at your sites")
    for roster in said.rosters:
        _need_own(scope, duty, roster, now_ns)
