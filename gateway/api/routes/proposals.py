"""Versions of profiles that are proposed, signed, and then written into the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gateway.api.acting import DONE, Key, Said, Text, start_anew, state
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.problems import Problem
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands.author import Author
from gateway.commands.configuring import why_not_written
from gateway.commands.desk import Desk, Stated
from gateway.commands.proposing import propose, write
from gateway.questions.proposals import needed, proposals
from gateway.statements import proposal as proposing
from gateway.statements import written as writing
from gateway.statements.proposal import LONGEST_BLOCK

router = APIRouter(tags=["gateway actions"])
PROPOSED: Final[Any] = {
    "id": "7Q2M9XKD-4711",
    "stated": "2026-01-05T12:00:05.000000000Z",
    "by": "Li Na",
    "origin": "api, li.na by password+totp",
    "profile": "car-t",
    "version": "4",
    "text": '[[profiles.car-t]]\nversion = "4"\nvalid_from = 2026-02-01T00:00:00Z\nrules = []',
    "why": "label of January",
    "record": "profile car-t 4",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "state": "open",
    "signatures": [],
}
LISTED: Final = {"schema": 1, "known": RUNS, "needed": 2, "why_not_written": "", "items": [PROPOSED]}
WRITTEN: Final = {
    **DONE,
    "file": "cryogate.toml",
    "kept": "cryogate.toml.2026-01-05T120005Z.before",
    "changes": [],
    "starts_anew": True,
}
EVERYWHERE: Final = "limits hold at every site: who proposes or writes them needs an account for all sites"


class Proposing(Said):
    """A version of a profile, as the configuration will have it."""

    text: Annotated[str, Field(max_length=LONGEST_BLOCK, description="One [[profiles.NAME]] block.")]
    why: Text


@router.get("/proposals", **told("profiles.read", LISTED))
def proposed(request: Request, world: Asked) -> Response:
    """Versions of profiles that were proposed and not withdrawn, newest first, with their signatures.

    `needed`: how many people sign one before it is written. `why_not_written`: empty where it can be.
    """
    items = [one.plain for one in proposals(world.reading().journal, world.configuration)]
    more = {"needed": needed(world.configuration), "why_not_written": why_not_written(world.configuration)}
    return json_answer(request, whole(world, {**more, "items": items}))


@router.post("/proposals", **told("profile.propose", DONE))
def made(request: Request, world: Asked, who: Who, said: Proposing, key: Key = "") -> Response:
    """Propose a version of a profile. Others sign it; nothing changes until it is written."""
    _need_everything(world.scope(who))

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        return propose(desk, author, said.text, said.why), {}

    return state(request, world, who, key, proposing.KIND, [], act)


@router.post("/proposals/{proposal}/write", **told("configuration.write", WRITTEN))
def wrote(request: Request, world: Asked, who: Who, proposal: InUrl, key: Key = "") -> Response:
    """Write a signed proposal to the end of the configuration; the gateway starts anew with it."""
    _need_everything(world.scope(who))

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = write(desk, author, proposal)
        return done.stated, start_anew(world, done)

    return state(request, world, who, key, writing.KIND, [], act)


def _need_everything(scope: Scope) -> None:
    if not scope.everything:
        raise Problem(403, EVERYWHERE)
