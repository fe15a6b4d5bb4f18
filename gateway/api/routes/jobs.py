"""Long questions: begun here, asked in a process of their own; how far they are, their answers, their end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from gateway.api.acting import Moment, Said
from gateway.api.acting import Name as Named
from gateway.api.answers import JSON, json_answer
from gateway.api.asked import Name
from gateway.api.describing import told
from gateway.api.problems import NotThere, Problem
from gateway.api.who import Who, action_of
from gateway.api.world import Asked, World
from gateway.dossier.making import need_printer
from gateway.jobs.job import RUNNING, Job
from gateway.jobs.jobs import Busy
from gateway.jobs.kinds.report import FACTS, PDF, Subject
from gateway.questions.alarm_health import interval_of
from gateway.rights.principal import Principal

router = APIRouter(tags=["long questions"])
PIECE: Final = 1 << 16  # bytes
AGAIN_S: Final = "30"
JOB: Final[dict[str, Any]] = {
    "schema": 1,
    "id": "J-5f1c0a9be2d43c21",
    "kind": "verify",
    "account": "li.na",
    "asked": {},
    "state": "running",
    "begun": "2026-01-05T12:00:00.000000000Z",
    "ended": None,
    "until": None,
    "progress": {"what": "archive", "done": 3, "total": 120},
    "problem": "",
    "answer": None,
}
ANSWERED: Final = {
    **JOB,
    "kind": "report",
    "asked": {"alarm": "E-7Q2M9XKD-1A2B3C", "language": "both", "paper": "a4"},
    "state": "done",
    "ended": "2026-01-05T12:00:09.000000000Z",
    "until": "2026-01-05T13:00:09.000000000Z",
    "progress": None,
    "answer": {"media": "application/pdf", "words": "report of E-7Q2M9XKD-1A2B3C"},
}
ANSWER: Final = told("jobs.read", "%PDF-1.7 ...", media=PDF)
ANSWER["responses"][200]["content"][JSON] = {"example": {"intact": True}, "schema": {"type": "object"}}
OTHERS: Final = {name: JOB[name] for name in ("account", "kind", "begun", "progress")}
SHOWN: Final = {  # of a PDF in a page of the control room; the page itself can be framed by nobody
    "Content-Disposition": "inline",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    ),
}
GONE: Final = (
    "no long question of yours is called {id!r}: they are kept for an hour after their end, the newest five, "
    "and not over a restart of the pages"
)


class Verify(Said):
    head: Annotated[
        str, Field(max_length=200, description="Of the chain, noted earlier: it must still be in it.")
    ] = ""


class Replay(Said):
    """The journal, under what it says itself; files are for the machine."""


class Advice(Said):
    asset: Named = ""
    start: Annotated[Moment, Field(alias="from")] = None
    end: Annotated[Moment, Field(alias="to")] = None


class Report(Said):
    """Of one thing: an alarm, an asset with `from` and `to`, a product unit by its code, or a year."""

    alarm: Named | None = None
    asset: Named | None = None
    start: Annotated[Moment, Field(alias="from")] = None
    end: Annotated[Moment, Field(alias="to")] = None
    unit: Named | None = None
    year: Annotated[int, Field(ge=1, le=9999)] | None = None
    as_of: Annotated[str, Field(max_length=20, description="An entry of the journal.")] | None = None
    language: Annotated[
        Literal["zh", "en", "both", "facts"], Field(description="Of the PDF, or the facts alone as JSON.")
    ] = "both"
    paper: Literal["a4", "letter"] = "a4"


@router.post("/journal/verify", **told("journal-verify.read", JOB))
def verify(request: Request, world: Asked, who: Who, said: Verify) -> Response:
    """Check all of the journal, as `cryogate journal verify`: a long question."""
    return _begun(request, world, who, "verify", said)


@router.post("/journal/replay", **told("journal-replay.read", JOB))
def replay(request: Request, world: Asked, who: Who, said: Replay) -> Response:
    """Screen all of the journal again, as `cryogate replay`: a long question."""
    return _begun(request, world, who, "replay", said)


@router.post("/alarm-health/advice", **told("alarm-advice.read", JOB))
def advice(request: Request, world: Asked, who: Who, said: Advice) -> Response:
    """Figures and which other parameters would spare alarms, as `alarm-health --advice`: a long question."""
    interval_of(said.start, said.end, world.now_ns())
    return _begun(request, world, who, "advice", said)


@router.post("/reports", **told("reports.read", JOB))
def report(request: Request, world: Asked, who: Who, said: Report) -> Response:
    """A report as PDF, or its facts, as `cryogate report`: a long question."""
    Subject(said.alarm, said.asset, said.start, said.end, said.unit, said.year)
    if said.language != FACTS:
        need_printer()
    return _begun(request, world, who, "report", said)


@router.get("/jobs", **told("jobs.read", {"schema": 1, "items": [JOB, ANSWERED], "others": [OTHERS]}))
def jobs(request: Request, world: Asked, who: Who) -> Response:
    """Long questions of the own account, the newest first. `others`: what runs for other accounts."""
    items = [world.jobs.public(job) for job in world.jobs.of(who.account) if who.may(job.action)]
    others = world.jobs.of_others(who.account)
    return json_answer(request, {"schema": 1, "items": items, "others": others})


@router.get("/jobs/{job}", **told("jobs.read", ANSWERED))
def one(request: Request, world: Asked, who: Who, job: Name) -> Response:
    """How far it is; `problem` where it failed. `until`: when its answer is forgotten."""
    return json_answer(request, world.jobs.public(_job(world, who, job)))


@router.get("/jobs/{job}/answer", **ANSWER)
def answer(
    world: Asked,
    who: Who,
    job: Name,
    show: Annotated[bool, Query(description="A PDF as part of a page, not as a file.")] = False,
) -> Response:
    """JSON or a PDF, as `answer` of the job says; 409 where there is none."""
    found = _job(world, who, job)
    file = found.open_answer()
    if file is None:
        why = "it runs still" if found.state == RUNNING else found.public()["problem"] or "it was ended"
        raise Problem(409, f"{found.id} has no answer: {why}")
    media = found.public()["answer"]["media"]
    headers = SHOWN if show and media == PDF else {"Content-Disposition": "attachment"}
    return StreamingResponse(_pieces(file), headers=headers, media_type=media)


@router.delete("/jobs/{job}", **told("jobs.end", {**JOB, "state": "cancelled"}))
def end(request: Request, world: Asked, who: Who, job: Name) -> Response:
    """It ends where it runs, and is forgotten with its answer."""
    found = _job(world, who, job)
    world.jobs.end(found)
    return json_answer(request, world.jobs.public(found))


def _begun(request: Request, world: World, who: Principal, kind: str, said: Said) -> Response:
    action = action_of(request.scope["route"])
    try:
        job = world.jobs.start(who.account, kind, action, said.model_dump(by_alias=True))
    except Busy as error:
        raise Problem(503, str(error), {"Retry-After": AGAIN_S}) from None
    return json_answer(request, job)


def _job(world: World, who: Principal, identity: str) -> Job:
    """Of the account, as long as it may ask this. Raises NotThere."""
    for job in world.jobs.of(who.account):
        if job.id == identity and who.may(job.action):
            return job
    raise NotThere(GONE.format(id=identity[:80]))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
