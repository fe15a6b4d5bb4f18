"""The evidence log: how far it is, its newest checkpoint, and proofs of entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import PlainTextResponse

from gateway.api.answers import json_answer
from gateway.api.describing import told
from gateway.api.problems import NotThere
from gateway.api.world import Asked, World
from gateway.errors import EvidenceError
from gateway.evidence.proving import leaf_of, newest, prove
from gateway.evidence.store import FILE, Store
from gateway.times import format_rfc3339

router = APIRouter(tags=["audit"])
TEXT: Final = "text/plain"
LARGEST: Final = 10**15  # number of an entry; larger ones are no numbers to JavaScript
POINT: Final = (
    "cryogate/pudong-edge-1/7q2m9xkd-0a1b2c3d\n4711\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— cryogate/pudong-edge-1/7q2m9xkd-0a1b2c3d KgzUuA...\n"
)
LOG: Final = {
    "schema": 1,
    "origin": "cryogate/pudong-edge-1/7q2m9xkd-0a1b2c3d",
    "key": "cryogate/pudong-edge-1/7q2m9xkd-0a1b2c3d+2a0cd4b8+AZY4jJpp7dtIHfR+KJPGsYV4v2WAuqe0z9dqvIaAG1PP",
    "leaves": 4720,
    "entry": 98_765,
    "checkpoint": {"leaves": 4711, "at": "2026-01-05T11:00:05.000000000Z"},
}


@router.get("/evidence", **told("audit.read", LOG))
def evidence(request: Request, world: Asked) -> Response:
    """Name and key of the log, its leaves, the last entry of the journal in it, and what was signed last.

    Whoever checks it gets the key by another way than this one.
    """
    with _log(world) as store:
        signed = store.newest()
        point = None if signed is None else {"leaves": signed.size, "at": format_rfc3339(signed.at_ns)}
        answer: dict[str, Any] = {"schema": 1, "origin": store.origin, "key": store.key}
        answer |= {"leaves": store.size, "entry": store.place.seq, "checkpoint": point}
    return json_answer(request, answer)


@router.get("/evidence/checkpoint", **told("audit.read", POINT, media=TEXT))
def checkpoint(world: Asked) -> Response:
    """The newest checkpoint, a signed note of C2SP: to be kept by somebody else."""
    with _log(world) as store:
        return _text(newest(store)[0].note)


@router.get(
    "/evidence/proofs/{entry}", **told("audit.read", f"c2sp.org/tlog-proof@v1\n...\n\n{POINT}", media=TEXT)
)
def proof(world: Asked, entry: Annotated[int, Path(ge=1, le=LARGEST)]) -> Response:
    """That an entry of the journal is in the log, as a file that others check (C2SP tlog-proof)."""
    with _log(world) as store:
        return _text(str(prove(store, leaf_of(store, entry))))


@contextmanager
def _log(world: World) -> Iterator[Store]:
    """Raises NotThere where there is none, or not what is asked for."""
    path = world.folder / FILE
    if not path.exists():
        raise NotThere("no evidence log yet; a gateway makes it when it runs")
    try:
        with Store(path) as store:
            yield store
    except EvidenceError as error:
        raise NotThere(str(error)) from None


def _text(text: str) -> Response:
    return PlainTextResponse(text, headers={"Cache-Control": "no-store"})
