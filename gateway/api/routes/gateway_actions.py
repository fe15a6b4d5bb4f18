"""What people do with the gateway: files of loggers, what was refused or parked, holds, drills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import Field

from gateway.api.acting import DONE, Key, Moment, Name, Revisable, Said, Text, desk_for, state
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.received import received
from gateway.api.uploads import TakesFiles
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands import drill as drilling
from gateway.commands import holds
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.imports import import_file
from gateway.commands.parked import settle_parked
from gateway.commands.refused import send_again
from gateway.questions.import_preview import preview_import
from gateway.questions.parked import all_parked, parked_of
from gateway.questions.retry_preview import preview_retry
from gateway.statements import drill as drills
from gateway.statements import hold as holding
from gateway.statements import parked as parking
from gateway.statements import release as releasing
from gateway.statements.parked import Decision
from gateway.writing.mapping import Mapped, read_mapping

router = APIRouter(route_class=TakesFiles, tags=["gateway actions"])
LONGEST_MAPPING: Final = 50_000  # characters
MOST_PARKED: Final = 1
MAPPING: Final = "mapping.toml"
IMPORTED = {
    "file": "box-7.csv",
    "sha256": "0f2e7c1d",
    "readings": 1440,
    "new": 1440,
    "contradicting": 0,
    "no_data": 0,
}
PREVIEW = {"file": "box-7.csv", "sha256": "0f2e7c1d", "series": [], "unused": [], "alarms": []}
AGAIN = {
    "source": "broker",
    "mapping": "broker",
    "messages": 3,
    "readings": 3,
    "new": 3,
    "cut": 0,
    "gone": 0,
    "kept_since": "2026-01-05T08:00:00Z",
    "refused": [],
}
MappingText = Annotated[str, Form(max_length=LONGEST_MAPPING, description="TOML: docs/imports.md.")]


class Held(Revisable):
    """Readings of assets and channels in [from, to); without them of all."""

    why: Text
    assets: Annotated[tuple[Name, ...], Field(max_length=500)] = ()
    channels: Annotated[tuple[Name, ...], Field(max_length=500)] = ()
    since: Annotated[str | None, Field(alias="from", max_length=40)] = None
    to: Moment = None


class Why(Said):
    reason: Text


class Retried(Said):
    mapping: Name = ""


OF_ITS_OWN: Final = Retried()


class Settled(Said):
    decision: Literal["retry", "accept"]


class Drill(Said):
    asset: Name
    channel: Name = ""
    reason: Text = ""
    within_s: float = 900.0
    at: Moment = None


@router.post("/imports/preview", **told("imports.read", PREVIEW))
def preview(request: Request, world: Asked, who: Who, file: UploadFile, mapping: MappingText) -> Response:
    """What a logger's file contains, as `cryogate import --dry`; nothing is taken."""
    scope = world.scope(who)
    with _files(file, mapping) as (path, mapped):
        for channel in mapped.channels.values():
            scope.need_channel(channel)
        found = preview_import(path, mapped, world.configuration).plain()
    return json_answer(request, {**found, "file": path.name})


@router.post("/imports", **told("import.write", IMPORTED))
def import_(request: Request, world: Asked, who: Who, file: UploadFile, mapping: MappingText) -> Response:
    """Take a logger's file into the journal, whole or not at all; the same file again changes nothing."""
    scope = world.scope(who)
    with _files(file, mapping) as (path, mapped), desk_for(world, who) as (desk, author):
        for channel in mapped.channels.values():
            scope.need_channel(channel)
        done = import_file(desk, author, path, mapped)
    answer = {
        "file": path.name,
        "sha256": done.sha256,
        "readings": done.readings,
        "new": done.fresh,
        "contradicting": done.contradicting,
        "no_data": done.marks,
        "lines_not_understood": len(done.lines.not_understood),
        "remarks": list(done.lines.remarks),
    }
    return json_answer(request, answer)


@router.post("/refused/{source}/retry", **told("refused.write", AGAIN))
def retry(request: Request, world: Asked, who: Who, source: InUrl, said: Retried = OF_ITS_OWN) -> Response:
    """Read the refused messages of a source again, under the configuration as it is now; `mapping` is the
    source by whose mapping, where it was renamed or removed."""
    with desk_for(world, who) as (desk, author):
        done = send_again(desk, author, source, said.mapping)
    return json_answer(request, done.plain())


@router.post("/refused/{source}/preview", **told("refused.write", AGAIN | {"series": [], "alarms": []}))
def preview_of_retry(request: Request, world: Asked, source: InUrl, said: Retried = OF_ITS_OWN) -> Response:
    """What sending the refused messages of a source through again would give; nothing is taken."""
    found = preview_retry(source, said.mapping or source, world.configuration, world.reading().journal)
    return json_answer(request, found.plain())


@router.post("/parked/{name}", **told("parked.write", DONE))
def settle(request: Request, world: Asked, who: Who, name: InUrl, said: Settled, key: Key = "") -> Response:
    """Decide about what a sink or notifier did not take: send it again, or accept that it stays away."""
    reading = world.reading()
    found = all_parked(reading.journal, reading.records, MOST_PARKED)
    follower = str(parked_of(found, name)["follower"])
    decision = Decision.RETRY if said.decision == "retry" else Decision.ACCEPT

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        there = [one["follower"] for one in found]
        return settle_parked(desk, author, follower, decision, there), {"follower": follower}

    return state(request, world, who, key, parking.KIND, [], act)


@router.post("/holds", **told("hold.write", {**DONE, "hold": "H-1A2B3C4D"}))
def hold(request: Request, world: Asked, who: Who, said: Held, key: Key = "") -> Response:
    """Keep readings, whatever retention says."""

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        places, interval = (said.assets, said.channels), (said.since, said.to)
        done = holds.hold(desk, author, said.why, places, interval, said.corrects, said.reason)
        return done.stated, holding.to_body(done.hold)

    return state(request, world, who, key, holding.KIND, [], act)


@router.post("/holds/{hold}/release", **told("hold.write", {**DONE, "hold": "H-1A2B3C4D"}))
def release(request: Request, world: Asked, who: Who, hold: InUrl, said: Why, key: Key = "") -> Response:
    """Release a hold: retention may delete what only it kept."""

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        return holds.release(desk, author, hold, said.reason), {"hold": hold}

    return state(request, world, who, key, releasing.KIND, [hold], act)


@router.post("/drills", **told("drill.write", {**DONE, "drill": "D-7Q2M9XKD-1A"}))
def drill(request: Request, world: Asked, who: Who, said: Drill, key: Key = "") -> Response:
    """Begin a drill: a test from a sensor to a person. Acknowledge it as an alarm, or withdraw it."""
    world.scope(who).need_asset(said.asset)
    if said.at is None:
        world.status.value()  # who would carry it out?
    wanted = drilling.Wanted(said.asset, said.channel, said.reason, said.within_s, said.at)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = drilling.begin(desk, author, wanted, world.reading().records)
        return done.stated, done.plain()

    return state(request, world, who, key, drills.KIND, [said.asset], act)


@contextmanager
def _files(file: UploadFile, mapping: str) -> Iterator[tuple[Path, Mapped]]:
    """Both as files, which readers of logger formats need."""
    with received(file, {MAPPING: mapping}) as path:
        yield path, read_mapping(path.parent.parent / MAPPING)
