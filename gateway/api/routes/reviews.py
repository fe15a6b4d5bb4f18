"""Reviews of excursions: the worklist, one of them, and what people say in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from gateway.api.acting import DONE, Key, Name, Revisable, Text, state
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.asked import Named
from gateway.api.describing import told
from gateway.api.problems import Problem
from gateway.api.routes.alarms import row_of
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.reviewing import Decision, assess, decide
from gateway.journal.alarm_tables import AlarmRow
from gateway.questions.review_rows import plain, worklist
from gateway.questions.reviews import need_excursion, review_of, reviewed
from gateway.rights.principal import Principal
from gateway.statements import assessment as assessing
from gateway.statements import disposition as deciding
from gateway.statements.assessment import Assessment
from gateway.statements.disposition import MOST_REFERENCES

router = APIRouter(tags=["reviews"])
MOST_CODES: Final = 2000  # of one request
OF: Final = {
    "excursion": "E-7Q2M9XKD",
    "site": "lab",
    "asset": "shipper-2",
    "zone": None,
    "channel": "shipper-2-payload",
    "rule": "too-warm",
    "severity": "critical",
    "start": "2026-01-05T11:00:00.000000000Z",
    "end": "2026-01-05T12:00:00.000000000Z",
    "ended_by": "returned",
    "withdrawn": False,
    "needs_somebody": True,
    "due": "2026-02-04T11:01:00.000000000Z",
    "state": "disposed",
    "revision": 1,
}
WORK: Final = {
    **OF,
    "overdue": False,
    "units": 2,
    "undecided": 0,
    "in_quarantine": 0,
    "deviation": "DEV-26-014",
}
LISTED: Final = {"schema": 1, "known": RUNS, "items": [WORK], "next": None}
ONE: Final = {
    "schema": 1,
    "known": RUNS,
    **OF,
    "label": "1.3",
    "since": "2026-01-05T11:01:00.000000000Z",
    "because": None,
    "changes": [],
    "assessment": {"id": "7Q2M9XKD-4711", "by": "Li Na", "assessment": "lid open", "deviation": "DEV-26-014"},
    "contents_known": True,
    "units": [{"scheme": "holder", "code": "BAG-1", "disposition": {"decision": "use", "by": "Li Na"}}],
    "signatures": [],
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "earlier": [],
}
SAID: Final = {**DONE, "alarm": "E-7Q2M9XKD"}
DECIDED: Final = {**SAID, "units": 2}


class Assessing(Revisable):
    """`as_before`: what the revision before said; then without an assessment."""

    assessment: Text = ""
    root_cause: Text = ""
    deviation: Name = ""
    capa: Name = ""
    as_before: bool = False


class Deciding(Revisable):
    """`codes`: units; or `every` of those without a disposition. A decision, or that of `as_before`."""

    codes: Annotated[tuple[Name, ...], Field(max_length=MOST_CODES)] = ()
    every: bool = False
    decision: Annotated[str, Field(max_length=40, examples=["use"])] = ""
    why: Text = ""
    references: Annotated[tuple[Name, ...], Field(max_length=MOST_REFERENCES)] = ()
    as_before: bool = False


@router.get("/reviews", **told("excursions.read", LISTED))
def reviews(
    request: Request,
    world: Asked,
    who: Who,
    only_open: Annotated[bool, Query(alias="open")] = False,
    site: Named = None,
) -> Response:
    """Reviews of excursions, what is due first at the top; `open`: only those that need somebody."""
    scope, reading = world.scope(who), world.reading()
    if site is not None:
        scope.need_site(site)
    found = worklist(
        reading.journal, reading.records, world.configuration, world.now_ns(), every=not only_open
    )
    items = [row for row in found if site in (None, row["site"]) and scope.alarm(row) is not None]
    return json_answer(request, whole(world, {"items": items, "next": None}))


@router.get("/alarms/{alarm}/review", **told("excursions.read", ONE))
def review(request: Request, world: Asked, who: Who, alarm: InUrl) -> Response:
    """The review of an excursion, with all of its revisions, and what changed between them."""
    row = _own(world, who, alarm)
    review_of(world.reading().journal, row)
    found = reviewed(world.reading().journal, row.id)
    assert found is not None
    return json_answer(request, whole(world, plain(found, world.configuration.signatures.review_within_days)))


@router.post("/alarms/{alarm}/review/assessment", **told("disposition.propose", SAID))
def assessed(
    request: Request, world: Asked, who: Who, alarm: InUrl, said: Assessing, key: Key = ""
) -> Response:
    """Say what happened, why, and under which numbers it is kept; once for each revision, then corrected."""
    if said.as_before == bool(said.assessment.strip()):
        raise Problem(422, "say what happened (`assessment`), or that it is `as_before`")
    row = _own(world, who, alarm)
    what = Assessment(row.id, said.assessment, said.root_cause, said.deviation, said.capa)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = assess(desk, author, row, None if said.as_before else what, said.corrects, said.reason)
        return done, {"alarm": row.id}

    return state(request, world, who, key, assessing.KIND, [row.id], act)


@router.post("/alarms/{alarm}/review/dispositions", **told("disposition.propose", DECIDED))
def decided(
    request: Request, world: Asked, who: Who, alarm: InUrl, said: Deciding, key: Key = ""
) -> Response:
    """Decide what becomes of units; another account approves it with a signature (`/signatures`)."""
    if bool(said.codes) == said.every:
        raise Problem(422, "name units (`codes`), or `every` one without a disposition")
    if said.as_before == bool(said.decision) or (said.decision and not said.why.strip()):
        raise Problem(422, "say what becomes of them and why (`decision`, `why`), or that it is `as_before`")
    row = _own(world, who, alarm)
    what = None if said.as_before else Decision(said.decision, said.why, said.references)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = decide(desk, author, row, said.codes, what, said.corrects, said.reason)
        return done, {"alarm": row.id, "units": len(done.new)}

    return state(request, world, who, key, deciding.KIND, [row.id], act)


def _own(world: World, who: Principal, alarm: str) -> AlarmRow:
    """Raises NotThere where it is not theirs to know."""
    row = row_of(world, world.scope(who), alarm)
    need_excursion(row)
    return row
