"""Whether people can be reached, sirens, and whether there are more alarms than people can answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from gateway.alarms.people import Person
from gateway.api.acting import Said, desk_for
from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Named
from gateway.api.describing import told
from gateway.api.problems import NotThere, Problem
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.commands import sirens as commands
from gateway.commands.calls import try_ways
from gateway.errors import InputError
from gateway.questions.alarm_health import alarm_health, interval_of
from gateway.questions.calls import people_now
from gateway.running.calling import addressed_of

router = APIRouter(tags=["reaching"])
LONGEST_S: Final = 10.0  # of a siren's test: as long it holds up others who ask
ATTEMPT = {"notifier": "push", "address": "li-na", "outcome": "delivered", "answer": "200", "took_s": 0.2}
SIREN = {"siren": "lamp", "on": False, "because": []}
SIRENS = {"schema": 1, "known": RUNS, "items": [SIREN]}
HEALTH = {
    "schema": 1,
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-02-01T00:00:00Z",
    "all": {},
    "goals": [],
    "unreadable": [],
}
_trying = threading.Lock()


class Seconds(Said):
    seconds: Annotated[float, Field(ge=1.0, le=LONGEST_S)] = 5.0


class Nothing(Said):
    """Nothing has to be said."""


@router.post("/people/{person}/test", **told("notify.write", [ATTEMPT]))
def test(request: Request, world: Asked, who: Who, person: Name, said: Nothing) -> Response:  # noqa: ARG001
    """Send a TEST call to a person by each of the person's ways; each attempt is stated."""
    scope = world.scope(who)
    with _one_at_a_time(), desk_for(world, who) as (desk, author):
        found = people_now(world.configuration, desk.journal, desk.clock.now_ns()).find(person)
        if found is None or not _near(scope, found):
            raise NotThere(f"nobody at your sites is known by {person[:80]!r}; /api/v1/people lists them")
        made = [asdict(one) for one in try_ways(desk, author, found, addressed_of(world.configuration))]
    return json_answer(request, [{name: one[name] for name in ATTEMPT} for one in made])


@router.get("/sirens", **told("alarms.read", SIRENS))
def sirens(request: Request, world: Asked, who: Who) -> Response:
    """Whether each siren or lamp should be on, and because of which alarms."""
    _need_everything(world.scope(who))
    rows = [_row(world, name) for name in commands.sirens_of(world.configuration)]
    return json_answer(request, whole(world, {"items": rows}))


@router.post("/sirens/{siren}/test", **told("siren.write", {**SIREN, "answers": ["on"]}))
def press(request: Request, world: Asked, who: Who, siren: Name, said: Seconds) -> Response:
    """Switch a siren on for some seconds, then to what it should be. Say so to the people who hear it."""
    _need_everything(world.scope(who))
    options = commands.siren_named(world.configuration, siren)
    with _one_at_a_time():
        heard = list[str]()
        commands.press(options, said.seconds, lambda: bool(_row(world, siren)["on"]), heard.append)
    return json_answer(request, {**_row(world, siren), "answers": heard})


@router.get("/alarm-health", **told("alarm-health.read", HEALTH))
def health(
    request: Request,
    world: Asked,
    who: Who,
    asset: Named = None,
    start: Annotated[Moment, Query(alias="from")] = None,
    end: Annotated[Moment, Query(alias="to")] = None,
) -> Response:
    """How many alarms people get, about what, and how soon somebody acts; of 90 days."""
    scope = world.scope(who)
    if asset is not None:
        scope.need_asset(asset)
    elif not scope.everything:
        raise InputError("name an asset of yours: ?asset=NAME")
    start_ns, end_ns = interval_of(start, end, world.now_ns())
    by = world.configuration.priorities
    with world.apart() as reading:
        found = alarm_health(reading.journal, reading.records, by, start_ns, end_ns, asset or "")
    return json_answer(request, {**found.public(), "known": world.known()})


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _trying.acquire(blocking=False):
        raise Problem(503, "somebody else tries this right now: again in a moment", {"Retry-After": "5"})
    try:
        yield
    finally:
        _trying.release()


def _row(world: World, name: str) -> dict[str, Any]:
    reading, options = world.reading(), commands.siren_named(world.configuration, name)
    ids = commands.because(
        world.configuration, name, options, reading.journal, reading.records, world.now_ns()
    )
    return {"siren": name, "on": bool(ids), "because": ids}


def _near(scope: Scope, person: Person) -> bool:
    return scope.everything or any(map(scope.site, person.on_site))


def _need_everything(scope: Scope) -> None:
    """A siren is of no site."""
    if not scope.everything:
        raise NotThere("sirens are for accounts that have all sites")
