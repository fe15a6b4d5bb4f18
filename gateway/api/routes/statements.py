"""What people and the gateway stated: a list, one of them, and what is out of service or held by it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, moment_ns
from gateway.api.describing import told
from gateway.api.paging import Key, Pages, cursor, no_cursor, page
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands.desk import Desk
from gateway.commands.out_of_service import rest_row, rests
from gateway.journal.standing import Standing
from gateway.published.statements import statement as published
from gateway.questions import statements as ask
from gateway.statements import Statement
from gateway.statements.kinds import about as names_in

router = APIRouter(tags=["statements"])
LAST_SEQ: Final = 2**63 - 1
LOOKED_AT: Final = 20_000  # statements in one answer: who sees few of them goes on with `next`
ABOUT: Final = "A channel, an asset, a code, an alarm, or the id of a statement."
STATEMENT = {
    "id": "7Q2M9XKD-4711",
    "kind": "placement",
    "at": "2026-01-05T11:00:00.000000000Z",
    "stated": "2026-01-05T11:00:05.000000000Z",
    "clock_trusted": True,
    "actor": "person",
    "by": "Li Na",
    "user": "",
    "origin": "api password+totp li.na",
    "words": "placed shipper-2-payload in shipper-1",
    "reason": "probe moved",
    "corrects": None,
    "withdraws": None,
    "body": {"schema": 1, "channel": "shipper-2-payload", "asset": "shipper-1", "zone": None},
    "in_effect": True,
    "corrected_by": None,
    "withdrawn_by": None,
}
STATEMENTS = {"schema": 1, "known": RUNS, "items": [STATEMENT], "next": None}
REST = {"channel": None, "asset": "dewar-1", "reason": "leak", "requested_by": "Li Na", "approved_by": None}
RESTS = {"schema": 1, "known": RUNS, "items": [REST], "next": None}


@router.get("/statements", **told("statements.read", STATEMENTS))
def statements(
    request: Request,
    world: Asked,
    who: Who,
    paging: Pages,
    about: Annotated[str | None, Query(max_length=200, description=ABOUT)] = None,
    kind: Annotated[str | None, Query(max_length=200, description="For example placement.")] = None,
    since: Moment = None,
) -> Response:
    """Statements, the newest first, each with what became of it.

    Changes of alarms and messages to people only by `kind`, or of one alarm by `about`.
    """
    scope, journal = world.scope(who), world.reading().journal
    since_ns = moment_ns(since, 0)
    if about is not None:
        found = ask.statements(journal, about, kind, since_ns)
        rows = [(-k, one) for k, one in enumerate(found.statements) if _may(scope, one)]
        answer = page(reversed(rows), _number, paging, lambda row: published(row[1], found.effects))
        return json_answer(request, whole(world, answer))
    before = _before(paging.after)
    first, seen, last = list[tuple[int, Statement]](), 0, before
    for seq, one in ask.newest(journal, kind, before):
        if _stated_ns(one) < since_ns or seen == LOOKED_AT or len(first) > paging.limit:
            break
        seen, last = seen + 1, seq
        first += [(seq, one)] if _may(scope, one) else []
    more = len(first) > paging.limit or seen == LOOKED_AT
    shown = first[: paging.limit]
    effects = ask.effects_on(journal, [one for _, one in shown])
    end = shown[-1][0] if len(first) > paging.limit else last
    items = [published(one, effects) for _, one in shown]
    return json_answer(request, whole(world, {"items": items, "next": cursor((end,)) if more else None}))


@router.get("/statements/{statement}", **told("statements.read", STATEMENT))
def statement(request: Request, world: Asked, who: Who, statement: Name) -> Response:
    """One statement by its id, with what became of it."""
    journal = world.reading().journal
    found = Standing(journal).find(statement)
    if found is None or not _may(world.scope(who), found):
        raise NotThere(f"there is no statement {statement[:80]!r}; /api/v1/statements lists them")
    return json_answer(request, published(found, ask.effects_on(journal, [found])))


@router.get("/out-of-service", **told("alarms.read", RESTS))
def out_of_service(request: Request, world: Asked, who: Who, paging: Pages) -> Response:
    """What is out of service, or waits for the approval of a second person, by name."""
    scope = world.scope(who)
    desk = Desk(world.configuration, world.reading().journal, world.clock)
    found = [one for one in rests(desk, world.now_ns()) if scope.names([one.scope.name])]
    rows = page(found, lambda one: (one.scope.name, one.request.id), paging, rest_row)
    return json_answer(request, whole(world, rows))


def _may(scope: Scope, one: Statement) -> bool:
    return scope.statement(one.kind, names_in(one))


def _stated_ns(one: Statement) -> int:
    return one.at_ns if one.stated_ns is None else one.stated_ns


def _number(row: tuple[int, Statement]) -> Key:
    return (row[0],)


def _before(after: Key | None) -> int:
    if after is None:
        return LAST_SEQ
    if len(after) != 1 or type(after[0]) is not int or not 0 < after[0] <= LAST_SEQ:
        raise no_cursor()
    return after[0]
