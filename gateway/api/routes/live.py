"""The live stream: one connection for everything that changes."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from gateway.api.describing import told
from gateway.api.live import Live
from gateway.api.problems import Problem
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.model import SECOND

router = APIRouter(tags=["live"])
LAST: Final = 2**63 - 1
EVENTS = 'id: 4712\nevent: alarm\ndata: {"change": "raised", "alarm": {"id": "E-7Q2M9XKD-1A2B3C"}}\n\n'
After = Annotated[int | None, Query(ge=0, le=LAST, description="The `at` of a list of alarms.")]


@router.get("/live", **told("values.read", EVENTS, media="text/event-stream"))
async def live(
    request: Request,
    world: Asked,
    who: Who,
    after: After = None,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Events: `alarm` (a change of one), `values` (channels that changed), `gateway` (it runs, or not).

    `Last-Event-ID`, which browsers send by themselves, or `after`: what was missed comes first. When the
    event `reset` comes, ask for the lists again.
    """
    stream: Live = request.app.state.live
    if stream.is_full:
        raise Problem(503, "too many listen already; try again later", {"Retry-After": "30"})
    begin = _last_seen(last_event_id) if last_event_id else after
    scope = await run_in_threadpool(world.scope, who)
    lasting_s = max(0.0, (who.until_ns - world.now_ns()) / SECOND)
    events = stream.listen(scope, None if begin is None else min(begin, LAST), lasting_s)
    return StreamingResponse(events, headers={"X-Accel-Buffering": "no"}, media_type="text/event-stream")


def _last_seen(told: str) -> int:
    """Of what cannot be read nobody knows what is missing: as of the future, there comes `reset`."""
    return int(told) if told.isdecimal() else LAST
