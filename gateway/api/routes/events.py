"""What happened to an asset: marks of a chart."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, interval_ns
from gateway.api.describing import told
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.model import SECOND
from gateway.questions import events as ask

router = APIRouter(tags=["readings"])
WEEK_NS: Final = 7 * 86_400 * SECOND
MOST: Final = 1000  # events of one answer
EVENT = {
    "kind": "filling",
    "from": "2026-01-05T11:00:00.000000000Z",
    "to": "2026-01-05T11:30:00.000000000Z",
    "words": "is filling shipper-1 until 2026-01-05T11:30:00Z",
    "by": "Li Na",
    "reason": "",
    "statement": "7Q2M9XKD-4711",
    "in_effect": True,
}
EVENTS = {"schema": 1, "known": RUNS, "asset": "shipper-1", "items": [EVENT], "more": False}


@router.get("/assets/{asset}/events", **told("statements.read", EVENTS))
def events(
    request: Request,
    world: Asked,
    who: Who,
    asset: Name,
    start: Annotated[Moment, Query(alias="from")] = None,
    end: Annotated[Moment, Query(alias="to")] = None,
) -> Response:
    """Fillings, moves, contents, imports, calibrations, clocks, faults of an asset in [from, to).

    The earliest first. Default: a week. At most 1000, the latest; `more`: there are others before them.
    """
    scope, journal = world.scope(who), world.reading().journal
    scope.need_asset(asset)
    now_ns = world.now_ns()
    found = ask.events(journal, world.timeline(), asset, interval_ns(start, end, (now_ns - WEEK_NS, now_ns)))
    seen = [one for one in found if scope.statement(one.kind, one.names)]
    items = ask.public(journal, seen[-MOST:])
    return json_answer(request, whole(world, {"asset": asset, "items": items, "more": len(seen) > MOST}))
