"""Product units: what is inside, where a unit was, what contradicts itself."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Named, moment_ns
from gateway.api.describing import told
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.errors import InputError
from gateway.questions import contents as ask

router = APIRouter(tags=["contents"])
MOMENT: Final = "2026-01-05T11:00:00.000000000Z"
STAY = {"scheme": "isbt128", "code": "A9999 26 123456", "asset": "shipper-1", "from": MOMENT, "to": None}
INSIDE = {"asset": "shipper-1", "known": True, "empty": None, "units": [STAY]}
CONTENTS = {"schema": 1, "known": RUNS, "at": MOMENT, "assets": [INSIDE]}
UNITS = {
    "schema": 1,
    "known": RUNS,
    "at": MOMENT,
    "units": [{**STAY, "inside": ["shipper-1"], "stays": [STAY]}],
}
CONFLICTS = {
    "schema": 1,
    "known": RUNS,
    "conflicts": [{**STAY, "what": "two places", "words": "in two places"}],
}


@router.get("/contents", **told("contents.read", CONTENTS))
def contents(request: Request, world: Asked, who: Who, asset: Named = None, at: Moment = None) -> Response:
    """What is inside an asset, or each of them, now or at any time, and who said so. Unknown is not empty."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    if asset is not None:
        scope.need_asset(asset)
        wanted = [known.identity(asset)]
    else:
        every = [known.identity(name) for name in world.configuration.assets]
        wanted = [
            one for one in dict.fromkeys([*every, *known.containments.assets]) if scope.asset(known.name(one))
        ]
    found = ask.of_assets(known, wanted, moment_ns(at, world.now_ns()))
    return json_answer(request, {"known": world.known(), **found})


@router.get("/contents/conflicts", **told("contents.read", CONFLICTS))
def conflicts(request: Request, world: Asked, who: Who, asset: Named = None) -> Response:
    """Statements about contents that contradict each other."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    if asset is not None:
        scope.need_asset(asset)
    found = ask.conflicts(known, None if asset is None else known.identity(asset))
    seen = [one for one in found["conflicts"] if scope.names(said["asset"] for said in one["statements"])]
    return json_answer(request, {"known": world.known(), **found, "conflicts": seen})


@router.get("/units/{code}", **told("contents.read", UNITS))
def unit(request: Request, world: Asked, who: Who, code: Name, at: Moment = None) -> Response:
    """Where the units with this code were, and everything that was said about them."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    try:
        found = ask.of_units(known, code, moment_ns(at, world.now_ns()))
    except InputError:
        raise _no_unit(code) from None
    seen = [one for one in found["units"] if scope.names(said["asset"] for said in one["statements"])]
    if not seen:
        raise _no_unit(code)
    return json_answer(request, {"known": world.known(), **found, "units": seen})


def _no_unit(code: str) -> NotThere:
    return NotThere(f"nobody has stated anything about a unit {code[:80]!r}; /api/v1/contents lists all")
