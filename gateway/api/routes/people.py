"""People, rosters, who is on duty, who was called, drills and the last handover."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from gateway.alarms.duty import ANY, Duty
from gateway.alarms.people import Person
from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Named, moment_ns
from gateway.api.describing import told
from gateway.api.paging import Pages, page
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.commands.desk import Desk
from gateway.commands.out_of_service import rest_row, rests_of
from gateway.commands.when import day_of
from gateway.errors import InputError
from gateway.published.people import person_row
from gateway.questions import duty as ask
from gateway.questions.calls import calls_at
from gateway.questions.drills import due_row, report, schedules_due
from gateway.questions.handover import report as handover_report
from gateway.rights.principal import Principal
from gateway.statements import roster as stated
from gateway.statements.person import masked

router = APIRouter(tags=["people"])
ADDRESSES: Final = "people.write"  # who may do this sees whole addresses
WAY = {"notifier": "push", "address": "li…", "from_priority": "low", "quiet": None, "unless": "urgent"}
PERSON = {"id": "li.na", "name_en": "Li Na", "name_zh": "李娜", "languages": ["zh", "en"], "ways": [WAY]}
PEOPLE = {"schema": 1, "known": RUNS, "items": [PERSON], "next": None}
ROSTER = {"roster": "night", "sites": ["lab"], "risks": [], "rotations": []}
ROSTERS = {"schema": 1, "known": RUNS, "items": [ROSTER], "next": None}
SHIFT = {
    "from": "2026-01-05T00:00:00.000000000Z",
    "to": "2026-01-12T00:00:00.000000000Z",
    "people": ["li.na"],
}
WEEK = {"schema": 1, "known": RUNS, "site": "lab", "week": "2026-01-05", "shifts": [SHIFT]}
DUTY = {"schema": 1, "known": RUNS, "sites": [{"site": "lab", "on_duty": ["li.na"], "until": None}]}
GROUP = {"schema": 1, "id": "G-7Q2M9XKD-1A", "first": "E-7Q2M9XKD-1A", "priority": "urgent", "swings": 0}
CALLS = {"schema": 1, "known": RUNS, "items": [GROUP], "next": None}
DRILL = {"id": "D-7Q2M9XKD-1A", "asset": "dewar-1", "state": "passed", "calls": [], "attempts": []}
DRILLS = {"schema": 1, "known": RUNS, "items": [DRILL], "next": None}
DUE = {"name": "monthly", "asset": "dewar-1", "automatic": False, "last": None, "overdue": True}
HANDOVER: Final[Any] = {
    "schema": 1,
    "site": None,
    "since": "2026-01-05T00:00:00.000000000Z",
    "last": None,
    "open": [],
    "out_of_service": [],
}


@router.get("/people", **told("people.read", PEOPLE))
def people(
    request: Request,
    world: Asked,
    who: Who,
    paging: Pages,
    left: Annotated[bool, Query(description="Those who have left, too.")] = False,
) -> Response:
    """People who can be called, by id. Addresses are whole only for those who may change them."""
    rows = [_row(who, one) for one in _duty(world).people() if left or not one.has_left]
    return json_answer(request, whole(world, page(sorted(rows, key=_id), _id, paging)))


@router.get("/rosters", **told("rosters.read", ROSTERS))
def rosters(request: Request, world: Asked, who: Who, paging: Pages) -> Response:
    """Every roster that is in force or will be, by name."""
    scope, now_ns = world.scope(who), world.now_ns()
    rows = [stated.to_body(one) for one in _duty(world).rosters_from(now_ns) if _covers(scope, one.sites)]
    return json_answer(request, whole(world, page(sorted(rows, key=_roster), _roster, paging)))


@router.get("/rosters/week", **told("rosters.read", WEEK))
def week(
    request: Request,
    world: Asked,
    who: Who,
    site: Named = None,
    roster: Annotated[
        str | None, Query(max_length=200, description="Of this one, instead of a site.")
    ] = None,
    risk: Annotated[str, Query(max_length=200)] = ANY,
    day: Annotated[str | None, Query(max_length=10, description="A day of the week: 2026-01-05.")] = None,
) -> Response:
    """Who is on duty in a week, Monday to Sunday there: by a roster, or by all of a site, or of all sites."""
    scope, known, now_ns = world.scope(who), _duty(world), world.now_ns()
    if roster is not None:
        _need_roster(scope, known, roster, now_ns)
    elif site is not None:
        scope.need_site(site)
    elif not scope.everything:
        raise InputError("name your site: ?site=NAME")
    monday = None if day is None else day_of(day)
    found = ask.week_shown(known, world.configuration, (roster, site, risk), monday, now_ns)
    return json_answer(request, whole(world, found))


@router.get("/duty", **told("rosters.read", DUTY))
def duty(
    request: Request,
    world: Asked,
    who: Who,
    risk: Annotated[str, Query(max_length=200)] = ANY,
    at: Moment = None,
) -> Response:
    """Who is on duty at each site with a roster, who is next, and what is missing in the coming week."""
    scope, at_ns = world.scope(who), moment_ns(at, world.now_ns())
    found = ask.duty_shown(_duty(world), world.configuration, None, risk, at_ns)
    seen = [row for row in found["sites"] if scope.site(row["site"])]
    return json_answer(request, whole(world, {**found, "sites": seen}))


@router.get("/calls", **told("calls.read", CALLS))
def calls(request: Request, world: Asked, who: Who, paging: Pages) -> Response:
    """Groups of alarms about which people are called: who was told when, with what answer, who is next."""
    reading, scope = world.reading(), world.scope(who)
    groups = calls_at(world.configuration, reading.journal, reading.records, world.now_ns()).groups()
    seen = filter(None, (_as_seen(world, scope, group) for group in groups))
    found = page(list(enumerate(seen)), lambda row: (row[0],), paging, lambda row: row[1])
    return json_answer(request, whole(world, found))


@router.get("/drills", **told("drills.read", DRILLS))
def drills(
    request: Request,
    world: Asked,
    who: Who,
    paging: Pages,
    drill: Annotated[str, Query(max_length=200, description="One, or the start of its id.")] = "",
) -> Response:
    """What came of each drill, the newest first: every hop with its time, who was reached how fast."""
    reading, scope = world.reading(), world.scope(who)
    found = report(reading.journal, reading.records, world.now_ns(), drill)
    rows = list(enumerate(one for one in found if scope.asset(one["asset"])))
    return json_answer(request, whole(world, page(rows, lambda row: (row[0],), paging, lambda row: row[1])))


@router.get("/drills/due", **told("drills.read", {"schema": 1, "known": RUNS, "items": [DUE]}))
def due(request: Request, world: Asked, who: Who) -> Response:
    """When the next drill of each schedule is due."""
    reading, scope, now_ns = world.reading(), world.scope(who), world.now_ns()
    found = schedules_due(world.configuration, reading.journal, reading.records, now_ns)
    rows = [row for one in found if scope.asset((row := due_row(one, now_ns))["asset"])]
    return json_answer(request, whole(world, {"items": rows}))


@router.get("/handover", **told("handovers.read", HANDOVER))
def handover(request: Request, world: Asked, who: Who, site: Named = None, since: Moment = None) -> Response:
    """What is open, what happened since the last handover, and its notes; of a site, or of all."""
    reading, scope, now_ns = world.reading(), world.scope(who), world.now_ns()
    if site is not None:
        scope.need_site(site)
    elif not scope.everything:
        raise InputError("name your site: ?site=NAME")
    since_ns = None if since is None else moment_ns(since, 0)
    by = world.configuration.priorities
    known_ns = world.known_ns()
    found = handover_report(reading.journal, reading.records, by, site or "", since_ns, now_ns, known_ns)
    resting = rests_of(Desk(world.configuration, reading.journal, world.clock), site or "", now_ns)
    waiting = [rest_row(one) for one in resting if scope.names([one.scope.name])]
    return json_answer(request, {**found.plain(), "out_of_service": waiting, "known": world.known()})


@router.get("/people/{person}", **told("people.read", PERSON))
def person(request: Request, world: Asked, who: Who, person: Name) -> Response:
    """One of them, by id or name."""
    found = _duty(world).find(person)
    if found is None:
        raise NotThere(f"nobody is known by {person[:80]!r}; /api/v1/people lists them")
    return json_answer(request, _row(who, found))


def _row(who: Principal, of: Person) -> dict[str, Any]:
    row = person_row(of)
    if who.may(ADDRESSES):
        return row
    return {**row, "ways": [{**way, "address": masked(way["address"])} for way in row["ways"]]}


def _duty(world: World) -> Duty:
    return ask.duty_of(world.reading().journal, world.timeline().names)


def _covers(scope: Scope, sites: tuple[str, ...]) -> bool:
    """One without sites covers all."""
    return scope.everything or not sites or any(map(scope.site, sites))


def _need_roster(scope: Scope, duty: Duty, name: str, now_ns: int) -> None:
    """Raises NotThere for one that covers none of their sites."""
    mine = [one for one in duty.rosters_from(now_ns) if one.id == name and _covers(scope, one.sites)]
    if not mine and not scope.everything:
        raise NotThere(f"there is no roster {name[:80]!r} of your sites; /api/v1/rosters lists them")


def _as_seen(world: World, scope: Scope, group: dict[str, Any]) -> dict[str, Any] | None:
    """A group with its own alarms alone; None where none is theirs."""
    if scope.everything:
        return group
    known = world.alarms.now(world.reading().records).by_id
    own = [one for one in group["alarms"] if one in known and scope.alarm(known[one].alarm) is not None]
    if len(own) == len(group["alarms"]):
        return group
    swinging = [one for one in group["swinging"] if one["alarm"] in own]
    swings = max((one["swings"] for one in swinging), default=0)
    part = {"alarms": own, "swinging": swinging, "swings": swings}
    return {**group, **part, "first": own[0], "priority_reason": ""} if own else None


def _id(row: dict[str, Any]) -> tuple[str]:
    return (str(row["id"]),)


def _roster(row: dict[str, Any]) -> tuple[str]:
    return (str(row["roster"]),)
