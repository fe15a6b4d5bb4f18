"""The gateway itself: its journal, what it could not take, what others did not take, and its profiles."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from gateway.api.answers import json_answer
from gateway.api.asked import Named
from gateway.api.describing import told
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.who import Who
from gateway.api.world import JOURNAL, RECORDS, Asked
from gateway.config.profiles import profiles as parse_profiles
from gateway.config.profiles import written
from gateway.config.tables import Problems
from gateway.config.toml import toml
from gateway.config.types import FOREVER_PAST, ProfileVersion, Rule
from gateway.errors import ConfigurationError, InputError
from gateway.journal.stats import stats
from gateway.model import SECOND
from gateway.questions.parked import all_parked
from gateway.questions.preview import preview, public
from gateway.questions.refused import refused_rows
from gateway.questions.retention import holds as holds_of
from gateway.questions.retention import still_taking
from gateway.statements import hold as holding
from gateway.times import format_rfc3339

router = APIRouter(tags=["gateway"])
MOST_DAYS: Final = 92  # of a preview by the API: `cryogate preview` looks farther
DAY_NS: Final = 86_400 * SECOND
MESSAGE = {
    "source": "broker",
    "received": "2026-01-05T11:00:00.000000000Z",
    "reason": "malformed",
    "detail": "",
    "topic": "cryo/shipper-7/telemetry",
    "payload": "{",
    "sent_again": None,
}
REFUSED = {"schema": 1, "known": RUNS, "items": [MESSAGE]}
PARKED = {
    "schema": 1,
    "known": RUNS,
    "items": [{"sink": "central", "follower": "sink:central", "readings": 3}],
}
HOLDS = {
    "schema": 1,
    "known": RUNS,
    "items": [{"id": "H-1A2B3C", "why": "audit", "by": "Li Na"}],
    "waiting": [],
}
STATS = {"id": "7Q2M9XKD", "last_entry": 4711}
RULE = {
    "id": "too-warm",
    "kind": "limit",
    "severity": "critical",
    "unit": "degC",
    "parameters": {"limit": -150.0},
    "written": {"limit_degC": -150.0},
}
VERSION = {"version": "3", "valid_from": "2026-01-01T00:00:00.000000000Z", "retroactive": "", "rules": [RULE]}
PROFILES = {"schema": 1, "known": RUNS, "items": [{"profile": "ln2-product", "versions": [VERSION]}]}
PREVIEW: Final[Any] = [{"channel": "shipper-1-payload", "effect": "appears", "present": None, "proposed": {}}]
Most = Annotated[int, Query(ge=1, le=1000, description="The newest so many.")]


class Proposal(BaseModel):
    """Profiles as a configuration has them."""

    toml: Annotated[str, Field(max_length=50_000, description="[[profiles.NAME]] blocks.")]


@router.get("/refused", **told("refused.read", REFUSED))
def refused(request: Request, world: Asked, source: Named = None, most: Most = 50) -> Response:
    """What came in and could not be taken: the bytes themselves (as Latin-1), with the reason."""
    return json_answer(request, whole(world, {"items": refused_rows(world.reading().journal, source, most)}))


@router.get("/parked", **told("parked.read", PARKED))
def parked(request: Request, world: Asked, most: Most = 50) -> Response:
    """Readings and alarm changes that the outside world of a sink or notifier rejected."""
    reading = world.reading()
    return json_answer(request, whole(world, {"items": all_parked(reading.journal, reading.records, most)}))


@router.get("/journal", **told("journal.read", STATS))
def journal(request: Request, world: Asked) -> Response:
    """How large the journal is, how fast it grows, and when the disk will be full."""
    world.reading()
    return json_answer(request, stats(world.folder / JOURNAL, world.now_ns()).public())


@router.get("/holds", **told("journal.read", HOLDS))
def holds(request: Request, world: Asked) -> Response:
    """What is kept whatever retention says, and who said so."""
    journal = world.reading().journal
    rows = [{**holding.to_body(one.hold), "by": one.by} for one in holds_of(journal).values()]
    waiting = still_taking(journal, world.folder / RECORDS)
    return json_answer(request, whole(world, {"items": rows, "waiting": waiting}))


@router.get("/profiles", **told("profiles.read", PROFILES))
def profiles(request: Request, world: Asked) -> Response:
    """The profiles of the configuration with all their versions, the oldest first."""
    rows = [
        {"profile": name, "versions": [_version(one) for one in versions]}
        for name, versions in sorted(world.configuration.profiles.items())
    ]
    return json_answer(request, whole(world, {"items": rows}))


@router.post("/profiles/preview", **told("profiles.preview", PREVIEW))
def previewed(
    world: Asked,
    who: Who,
    request: Request,
    proposal: Proposal,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How far back.")] = 30,
) -> Response:
    """What other limits would have found, as `cryogate preview`. Nothing is written."""
    scope, now_ns = world.scope(who), world.now_ns()
    with world.apart() as reading:
        found = preview(
            world.configuration, _proposed(proposal.toml), reading.journal, now_ns - days * DAY_NS, now_ns
        )
    return json_answer(request, [public(one) for one in found if scope.channel(one.channel)])


def _proposed(text: str) -> dict[str, tuple[ProfileVersion, ...]]:
    try:
        tables = toml(text).get("profiles")
    except ValueError as error:
        raise InputError(f"this is no TOML: {error}") from None
    if not isinstance(tables, dict) or not tables:
        raise InputError("there is no [[profiles.NAME]] block in it")
    problems = Problems()
    found = parse_profiles(tables, problems)
    if problems:
        raise ConfigurationError(problems)
    return found


def _version(of: ProfileVersion) -> dict[str, Any]:
    since = None if of.valid_from_ns <= FOREVER_PAST else format_rfc3339(of.valid_from_ns)
    rules = [_rule(rule) for rule in of.rules]
    return {"version": of.version, "valid_from": since, "retroactive": of.retroactive, "rules": rules}


def _rule(of: Rule) -> dict[str, Any]:
    return {
        "id": of.id,
        "kind": of.kind,
        "severity": of.severity.name.lower(),
        "unit": of.unit,
        "parameters": dataclasses.asdict(of.parameters),  # type: ignore[call-overload]
        "written": written(of),
    }
