"""The audit trail and electronic signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from gateway.accounts.lockouts import source_of
from gateway.accounts.login import Attempt
from gateway.api import cookies
from gateway.api.acting import Said, origin_of
from gateway.api.answers import json_answer, secret_answer
from gateway.api.asked import Moment, moment_ns
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.paging import Key, Pages, cursor, no_cursor
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.routes.session import room
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands.signing import prove_and_sign, sign_after_openid
from gateway.errors import InputError
from gateway.questions.audit import Action, Wanted, trail
from gateway.questions.audit_rows import csv_lines, plain
from gateway.questions.signatures import signatures
from gateway.questions.signed_records import SignedRecord, Sources
from gateway.statements.kinds import about as names_in

router = APIRouter(tags=["audit"])
LOOKED_AT: Final = 20_000  # actions for one page: who sees few of them goes on with `next`
RECORD: Final = "alarm ID, review EXCURSION, profile NAME VERSION, or statement ID."
ACTION: Final = {
    "entry": 4711,
    "id": "7Q2M9XKD-4711",
    "kind": "placement",
    "stated": "2026-01-05T11:00:05.000000000Z",
    "by": "Li Na",
    "origin": "api, li.na by password+totp",
    "words": "placed shipper-2-payload in shipper-1",
    "reason": "probe moved",
    "about": ["shipper-1", "shipper-2-payload"],
    "changes": [{"field": "asset", "old": "shipper-2", "new": "shipper-1"}],
}
SIGNED: Final = {
    "id": "7Q2M9XKD-4712",
    "stated": "2026-01-05T12:00:05.000000000Z",
    "record": "alarm E-7Q2M9XKD",
    "revision": "3",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "meaning": "reviewed",
    "account": "li.na",
    "printed": "Li Na",
    "standing": "current",
}
Text = Annotated[str, Query(max_length=200)]
Word = Annotated[str, Field(max_length=200)]


class Signing(Said):
    """Password and code are given again: to be logged in is not enough. `seen`: SHA-256 of what was shown.

    Without both: who logged in by OpenID Connect has done so again (`/openid/begin?again=true`).
    """

    record: Annotated[list[Word], Field(min_length=2, max_length=3, examples=[["alarm", "E-7Q2M9XKD"]])]
    meaning: Annotated[str, Field(max_length=40, examples=["reviewed"])]
    password: Annotated[str, Field(max_length=1000, examples=["violet teapots glide"])] = ""
    code: Annotated[str, Field(max_length=100, examples=["287082"])] = ""
    seen: Annotated[str, Field(max_length=64)] = ""


def _wanted(
    kind: Annotated[list[str] | None, Query(max_length=50)] = None,
    by: Text = "",
    about: Text = "",
    origin: Text = "",
    text: Text = "",
    since: Moment = None,
    until: Moment = None,
    people: bool = False,
) -> Wanted:
    """Filters of the trail. Raises InputError."""
    since_ns = None if since is None else moment_ns(since, 0)
    until_ns = None if until is None else moment_ns(until, 0)
    return Wanted(tuple(kind or ()), by, about, origin, text, since_ns, until_ns, people)


Filters = Annotated[Wanted, Depends(_wanted)]


@router.get("/audit", **told("audit.read", {"schema": 1, "known": RUNS, "items": [ACTION], "next": None}))
def audit(request: Request, world: Asked, who: Who, paging: Pages, wanted: Filters) -> Response:
    """The audit trail, oldest first: who, when, what, the values before and after, why, from where."""
    actions = trail(world.reading().journal, wanted, _after(paging.after))
    found, more = _page(world.scope(who), actions, paging.limit)
    end = found[-1][0] if found else 0
    items = [plain(one) for _, one in found if one is not None]
    return json_answer(request, whole(world, {"items": items, "next": cursor((end,)) if more else None}))


@router.get("/audit/file", **told("audit.read", "entry,id,stated,...", media="text/csv"))
def file(world: Asked, who: Who, wanted: Filters) -> Response:
    """The same as CSV, a row for each value that changed."""
    scope = world.scope(who)
    trail(world.reading().journal, wanted)  # mistakes are told before the first row

    def rows() -> Iterator[str]:
        journal = world.reading().journal
        yield from csv_lines(one for one in trail(journal, wanted) if _may(scope, one))

    named = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(rows(), media_type="text/csv; charset=utf-8", headers=named)


@router.get("/signatures", **told("statements.read", {"schema": 1, "known": RUNS, "items": [SIGNED]}))
def signed(
    request: Request,
    world: Asked,
    who: Who,
    record: Annotated[str, Query(max_length=500, description=RECORD)] = "",
) -> Response:
    """Signatures, of one record or all, oldest first, and whether the record is still what was signed."""
    reading, scope = world.reading(), world.scope(who)
    sources = Sources(reading.journal, reading.records, world.configuration.document)
    name = _own(lambda: sources.named(record), scope, record).name if record else ""
    items = [one.plain() for one in signatures(sources, name) if scope.names(one.said.names)]
    return json_answer(request, whole(world, {"items": items}))


@router.post("/signatures", **told("record.sign", SIGNED))
def sign(request: Request, world: Asked, who: Who, typed: Signing) -> Response:
    """Sign a record as it is now, with password and code of the own account, or a new log-in by OpenID."""
    source = "" if request.client is None else request.client.host
    device = cookies.device_of(request)
    attempt = Attempt(who.account, typed.password, typed.code, source_of(source), device)
    reading, words, scope, origin = world.reading(), tuple(typed.record), world.scope(who), origin_of(who)
    records = reading.records
    now = Sources(reading.journal, records, world.configuration.document)
    _own(lambda: now.record(*words), scope, " ".join(words))
    with room(), office(world.configuration) as (desk, accounts):
        if who.by_openid and not (typed.password or typed.code):
            done = sign_after_openid(desk, accounts, records, who, origin, words, typed.meaning, typed.seen)
        else:
            done = prove_and_sign(desk, accounts, records, attempt, origin, words, typed.meaning, typed.seen)
        sources = Sources(desk.journal, records, world.configuration.document)
        found = [one for one in signatures(sources, done.record.name) if one.statement.id == done.stated.id]
    return secret_answer(found[-1].plain())


def _own(find: Callable[[], SignedRecord], scope: Scope, name: str) -> SignedRecord:
    """Raises NotThere, with the same words for what is not there and for what is not theirs to know."""
    try:
        record = find()
    except InputError:
        if scope.everything:
            raise
        record = None
    if record is None or not scope.names(record.names):
        raise NotThere(f"there is no {name[:200]} at your sites")
    return record


def _page(
    scope: Scope, actions: Iterator[Action], limit: int
) -> tuple[list[tuple[int, Action | None]], bool]:
    """Entries with what may be seen of them, the last one looked at among them; whether there may be more."""
    found, shown = list[tuple[int, Action | None]](), 0
    for action in islice(actions, LOOKED_AT):
        if shown == limit:
            return found, True
        seen = _may(scope, action)
        shown += seen
        found.append((action.seq, action if seen else None))
    return found, len(found) == LOOKED_AT


def _may(scope: Scope, action: Action) -> bool:
    return scope.names(names_in(action.statement))


def _after(after: Key | None) -> int:
    if after is None:
        return 0
    if len(after) != 1 or type(after[0]) is not int or after[0] < 0:
        raise no_cursor()
    return after[0]
