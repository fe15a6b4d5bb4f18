"""What people state about product, probes and the past: contents, placements, budgets, handovers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import Field

from gateway.api.acting import (
    DONE,
    Key,
    Moment,
    Name,
    Revisable,
    Said,
    Text,
    check_repeated,
    desk_for,
    state,
)
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.outlook import outlook
from gateway.api.problems import NotThere, Problem
from gateway.api.received import received
from gateway.api.scope import Scope
from gateway.api.uploads import TakesFiles
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.commands import contents, placements, resets, withdrawals
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.handover import hand_over
from gateway.journal import rights
from gateway.journal.journal import Journal
from gateway.journal.standing import Standing
from gateway.questions.handover import report
from gateway.rights.principal import Principal
from gateway.rights.statements import WITHDRAWN_BY
from gateway.statements import Statement, containment, withdrawal
from gateway.statements import empty as emptying
from gateway.statements import handover as handing
from gateway.statements import placement as placing
from gateway.statements import reset as resetting
from gateway.statements.fields import LONGEST_TEXT
from gateway.statements.kinds import about as names_in
from gateway.times import parse_rfc3339

router = APIRouter(route_class=TakesFiles, tags=["actions"])
MOST_UNITS: Final = 500  # in one request; a file of more is for `cryogate load`
LOADED = {"rows": 1, "new": 1, "ids": ["7Q2M9XKD-4711"], "remarks": []}
FORESEEN = {
    "schema": 1,
    "rows": 1,
    "new": 1,
    "units": [
        {"scheme": "holder", "code": "BAG-1", "out_of": ["shipper-2"], "into": ["shipper-1"], "changes": True}
    ],
    "alarms": [{"id": "E-7Q2M9XKD-1A2B3C", "asset": "shipper-1", "joins": 1, "leaves": 0}],
    "remarks": [],
}
WITHDRAWN = {**DONE, "statement": "7Q2M9XKD-4700", "follows": "readings belong where they were", "alarms": []}


class Unit(Said):
    """A row of `cryogate load`."""

    scheme: Name
    code: Name
    asset: Name
    zone: Annotated[str | None, Field(max_length=200)] = None
    since: Annotated[str, Field(alias="from", max_length=40)]
    to: Moment = None
    product: Name = ""
    chain_of_identity: Name = ""


class Units(Revisable):
    units: Annotated[list[Unit], Field(min_length=1, max_length=MOST_UNITS)]


class Empty(Revisable):
    zone: Annotated[str | None, Field(max_length=200)] = None
    at: Moment = None


class Placement(Said):
    channel: Name
    asset: Name
    zone: Annotated[str | None, Field(max_length=200)] = None
    at: Moment = None
    reason: Text
    corrects: Annotated[str | None, Field(max_length=200)] = None


class Reset(Revisable):
    channel: Name
    rule: Name
    comment: Text
    at: Moment = None


class Reason(Said):
    reason: Text


class Handover(Said):
    to: Name
    notes: Text = ""
    site: Name = ""
    since: Moment = None


@router.post("/contents", **told("contents.write", LOADED))
def load(request: Request, world: Asked, who: Who, said: Units, key: Key = "") -> Response:
    """Say which product units are in which asset; all of it is taken, or nothing. Again changes nothing."""
    _need_assets(world, who, said)
    with _units_file(said) as file, desk_for(world, who, key) as (desk, author):
        if (before := desk.said_before()) is not None:
            check_repeated(before, containment.KIND, ())
            ids = [one.id for one in desk.said_together()]
            return json_answer(request, {"rows": len(said.units), "new": 0, "ids": ids, "remarks": []})
        done = contents.load(desk, author, file, said.corrects, said.reason)
    return json_answer(request, _loaded(done))


@router.post("/contents/preview", **told("contents.write", FORESEEN))
def preview(request: Request, world: Asked, who: Who, said: Units) -> Response:
    """What POST /contents would do with the same: where units would be, and alarms that would name them."""
    scope = _need_assets(world, who, said)
    with _units_file(said) as file, desk_for(world, who) as (desk, author):
        found = contents.foresee(desk, author, file, said.corrects, said.reason)
    snapshot = world.alarms.now(world.reading().records)
    return json_answer(request, outlook(found, world.timeline().names, scope, snapshot.by_newest))


@router.post("/contents/file", **told("contents.write", LOADED))
def load_file(
    request: Request,
    world: Asked,
    who: Who,
    file: UploadFile,
    corrects: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """The same from a file, CSV or JSON, as `cryogate load`."""
    scope = world.scope(who)
    with received(file) as path, desk_for(world, who) as (desk, author):
        done = contents.load(desk, author, path, corrects or None, reason, sees=scope.asset)
    return json_answer(request, _loaded(done))


@router.post("/assets/{asset}/empty", **told("contents.write", DONE))
def empty(request: Request, world: Asked, who: Who, asset: InUrl, said: Empty, key: Key = "") -> Response:
    """Say that nothing is inside an asset, or a zone of it, until units are loaded."""
    world.scope(who).need_asset(asset)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        stated = contents.state_empty(desk, author, asset, said.zone, said.at, said.corrects, said.reason)
        return stated, {"asset": asset, "zone": said.zone}

    return state(request, world, who, key, emptying.KIND, [asset], act)


@router.post("/placements", **told("placement.write", DONE))
def place(request: Request, world: Asked, who: Who, said: Placement, key: Key = "") -> Response:
    """Say that a channel measures another asset from a moment on."""
    scope = world.scope(who)
    scope.need_channel(said.channel)
    scope.need_asset(said.asset)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        told_of = (said.channel, said.asset, said.zone, said.at, said.corrects, said.reason)
        return placements.place(desk, author, *told_of), {"channel": said.channel, "asset": said.asset}

    return state(request, world, who, key, placing.KIND, [said.channel, said.asset], act)


@router.post("/resets", **told("reset.write", DONE))
def reset(request: Request, world: Asked, who: Who, said: Reset, key: Key = "") -> Response:
    """Let a budget of a channel count anew."""
    world.scope(who).need_channel(said.channel)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        told_of = (said.channel, said.rule, said.comment, said.at, said.corrects, said.reason)
        return resets.reset(desk, author, *told_of), {"channel": said.channel, "rule": said.rule}

    return state(request, world, who, key, resetting.KIND, [said.channel], act)


@router.post("/statements/{statement}/withdraw", **told("statement.withdraw", WITHDRAWN))
def withdraw(
    request: Request, world: Asked, who: Who, statement: InUrl, said: Reason, key: Key = ""
) -> Response:
    """Take a statement back: nothing is deleted, and what it said does not count any more."""
    scope, journal = world.scope(who), world.reading().journal
    found = Standing(journal).find(statement)
    if found is None or not scope.names(names_in(found)):
        raise NotThere(f"there is no statement {statement[:80]!r}; /api/v1/statements lists them")
    _need_right_to_withdraw(who, journal, found)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = withdrawals.withdraw(desk, author, found.id, said.reason)
        again = None if done.again is None else done.again.id
        more = {"statement": found.id, "again": again, "follows": done.follows, "alarms": list(done.alarms)}
        return done.stated, more

    return state(request, world, who, key, withdrawal.KIND, [], act)


def _need_assets(world: World, who: Principal, said: Units) -> Scope:
    scope = world.scope(who)
    for unit in said.units:
        scope.need_asset(unit.asset)
    return scope


@contextmanager
def _units_file(said: Units) -> Iterator[Path]:
    """What `cryogate load` reads."""
    rows = [unit.model_dump(by_alias=True, exclude_defaults=True) for unit in said.units]
    with tempfile.TemporaryDirectory(prefix="cryogate-") as folder:
        file = Path(folder) / "units.json"
        with open(file, "w", encoding="utf-8", opener=rights.opener) as out:
            json.dump(rows, out)
        yield file


def _loaded(done: contents.Loaded) -> dict[str, Any]:
    ids = [one.id for one in done.stated.new]
    return {"rows": done.rows, "new": len(ids), "ids": ids, "remarks": list(done.remarks)}


def _need_right_to_withdraw(who: Principal, journal: Journal, found: Statement) -> None:
    """Who may not state it may not take it back; of a withdrawal, what it took back counts."""
    standing, target = Standing(journal), found
    while target.kind == withdrawal.KIND and (before := standing.find(target.withdraws)) is not None:
        target = before
    action = WITHDRAWN_BY.get(target.kind, "statement.withdraw")
    if not who.may_somewhere(action):
        raise Problem(403, f"{who.account} may not take back what needs {action}: ask somebody who may")


@router.post("/handovers", **told("handover.write", {**DONE, "to": "Wang Wei", "open": 2}))
def handover(request: Request, world: Asked, who: Who, said: Handover, key: Key = "") -> Response:
    """Hand over what is open, and your notes, to the next person; of a site, or of all."""
    scope = world.scope(who)
    if said.site:
        scope.need_site(said.site)
    elif not scope.everything:
        raise Problem(422, "name your `site`")

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        records, by = world.reading().records, world.configuration.priorities
        times = (None if said.since is None else parse_rfc3339(said.since)), desk.clock.now_ns()
        found = report(desk.journal, records, by, said.site, *times, world.known_ns())
        return hand_over(desk, author, said.to, found, said.notes), {"to": said.to, "open": len(found.open)}

    return state(request, world, who, key, handing.KIND, [], act, (said.to,))
