"""The plan of a site: a picture, and where its assets stand on it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import Field

from gateway.api.acting import Name, Said
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.problems import NotThere, Problem
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.uploads import TakesFiles
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.plans.picture import LARGEST, PNG, picture_of
from gateway.plans.store import MOST_PLACES, Changed, Place, Plan, open_plans, plan_of, sent_picture
from gateway.published.values import moment

router = APIRouter(route_class=TakesFiles, tags=["fleet"])
log = logging.getLogger(__name__)
PLACE = {"asset": "shipper-1", "x": 0.25, "y": 0.5}
DONE_BY = {"by": "li.na", "at": "2026-01-05T11:00:00.000000000Z"}
PICTURE = {
    "media": PNG,
    "width": 2400,
    "height": 1600,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
PLAN: Final = {
    "schema": 1,
    "known": RUNS,
    "site": "lab",
    "revision": 3,
    "picture": PICTURE,
    "drawn": DONE_BY,
    "placed": DONE_BY,
    "places": [PLACE],
}
NONE: Final[Mapping[str, Any]] = {"revision": 0, "picture": None, "drawn": None, "placed": None, "places": []}


class Standing(Said):
    """Parts of the width and the height of the picture, from the upper left corner."""

    asset: Name
    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]


class Standings(Said):
    """All of the site: what is left out stands nowhere. `revision`: of the plan that was looked at."""

    revision: Annotated[int, Field(ge=1)]
    places: Annotated[list[Standing], Field(max_length=MOST_PLACES)]


@router.get("/plans/{site}", **told("assets.read", PLAN))
def plan(request: Request, world: Asked, who: Who, site: InUrl) -> Response:
    """Its plan: what the picture is, and where assets stand. Without one, `picture` is null."""
    scope = world.scope(who)
    scope.need_site(site)
    found = plan_of(world.folder, _forever(world, "sites", site))
    return json_answer(request, whole(world, {"site": site, **_shown(world, scope, found)}))


@router.get("/plans/{site}/picture", **told("assets.read", "\x89PNG ...", media=PNG))
def picture(world: Asked, who: Who, site: InUrl) -> Response:
    """The picture itself, as it was sent: PNG or JPEG."""
    world.scope(who).need_site(site)
    found = sent_picture(world.folder, _forever(world, "sites", site))
    if found is None:
        raise NotThere(f"{site[:80]} has no plan")
    return Response(found[1], media_type=found[0])


@router.post("/plans", **told("plan.write", PLAN))
def draw(
    request: Request, world: Asked, who: Who, file: UploadFile, site: Annotated[str, Form(max_length=200)]
) -> Response:
    """A picture for a site: PNG or JPEG, at most 8 MB. Assets stay where they stood on the one before."""
    scope = world.scope(who)
    scope.need_site(site)
    of = picture_of(file.file.read(LARGEST + 1))
    with open_plans(world.folder) as plans:
        found = plans.draw(_forever(world, "sites", site), of, who.account, world.now_ns())
    log.info("%s uploaded the plan of %s (SHA-256 %s)", who.account, site, found.sha256)
    return json_answer(request, whole(world, {"site": site, **_shown(world, scope, found)}))


@router.post("/plans/{site}/places", **told("plan.write", PLAN))
def place(request: Request, world: Asked, who: Who, site: InUrl, said: Standings) -> Response:
    """Where the assets of a site stand on its plan. 409 where somebody changed it meanwhile."""
    scope = world.scope(who)
    scope.need_site(site)
    places = {one.asset: (one.x, one.y) for one in said.places}
    for name in places:
        if scope.site_of(name) != site:
            raise Problem(422, f"{name[:80]} is no asset of {site[:80]}")
    kept = {_forever(world, "assets", name): where for name, where in places.items()}
    with open_plans(world.folder) as plans:
        try:
            told_of = (_forever(world, "sites", site), kept, said.revision)
            found = plans.place(*told_of, who.account, world.now_ns())
        except Changed as error:
            raise Problem(409, str(error)) from None
    return json_answer(request, whole(world, {"site": site, **_shown(world, scope, found)}))


@router.delete("/plans/{site}", **told("plan.write", {**PLAN, **NONE}))
def remove(request: Request, world: Asked, who: Who, site: InUrl) -> Response:
    """The picture and the places are gone; nothing else changes."""
    scope = world.scope(who)
    scope.need_site(site)
    with open_plans(world.folder) as plans:
        if not plans.remove(_forever(world, "sites", site)):
            raise NotThere(f"{site[:80]} has no plan")
    log.info("%s removed the plan of %s", who.account, site)
    return json_answer(request, whole(world, {"site": site, **NONE}))


def _shown(world: World, scope: Scope, of: Plan | None) -> Mapping[str, Any]:
    if of is None:
        return NONE
    names = world.timeline().names
    rows = ((names.latest("assets", identity), place) for identity, place in of.places.items())
    return {
        "revision": of.revision,
        "picture": {"media": of.media, "width": of.width, "height": of.height, "sha256": of.sha256},
        "drawn": {"by": of.drawn_by, "at": moment(of.drawn_ns)},
        "placed": {"by": of.placed_by, "at": moment(of.placed_ns)} if of.placed_by else None,
        "places": [_place(name, place) for name, place in rows if scope.asset(name)],
    }


def _place(asset: str, where: Place) -> dict[str, Any]:
    return {"asset": asset, "x": where[0], "y": where[1]}


def _forever(world: World, section: str, name: str) -> str:
    """The name that it keeps, whatever it is called now."""
    return world.timeline().names.identity(section, name)
