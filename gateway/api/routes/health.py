"""Whether the gateway runs, what it does, and what is wrong with it."""

from __future__ import annotations

import dataclasses
from typing import Final

from fastapi import APIRouter, Request, Response

from gateway import __version__
from gateway.api.answers import json_answer
from gateway.api.describing import told
from gateway.api.who import OPEN
from gateway.api.world import Asked

SCHEMA: Final = 1
router = APIRouter(tags=["health"])


ALIVE = {"ok": True}
HEALTH = {"schema": 1, "gateway": "edge-1", "version": "0.1.0", "known": {"running": True}}
STATUS = {"gateway": {"name": "edge-1", "uptime_s": 86400.5}, "sources": [], "channels": []}
FINDING = {
    "level": "warning",
    "where": "source broker",
    "what": "it does not answer",
    "do": "check cable and address",
}
DOCTOR = {"schema": 1, "summary": "edge-1 runs", "findings": [FINDING]}


@router.get("/alive", **told(OPEN, ALIVE))
async def alive(request: Request) -> Response:
    """Whether this API answers; says nothing else, and anybody may ask."""
    return json_answer(request, ALIVE)


@router.get("/health", **told("health.read", HEALTH))
def health(request: Request, world: Asked) -> Response:
    """Whether a gateway runs; when not, when all that this API tells was known."""
    name = world.configuration.gateway.name
    return json_answer(
        request, {"schema": SCHEMA, "gateway": name, "version": __version__, "known": world.known()}
    )


@router.get("/status", **told("status.read", STATUS))
def status(request: Request, world: Asked) -> Response:
    """What the running gateway does, as `cryogate status --json`; 503 where none runs."""
    return json_answer(request, world.status.value())


@router.get("/doctor", **told("status.read", DOCTOR))
def doctor(request: Request, world: Asked) -> Response:
    """What is wrong, where, and what to do next, as `cryogate doctor --json`."""
    found = world.examined.value()
    listed = [dataclasses.asdict(one) for one in found.findings]
    return json_answer(request, {"schema": SCHEMA, "summary": found.summary, "findings": listed})
