"""What people do about alarms: acknowledge, take, assign, comment, close, shelve; out of service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from pydantic import Field

from gateway.api.acting import DONE, Corrects, Key, Lasting, Moment, Name, Said, Text, state
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.problems import Problem
from gateway.api.routes.alarms import row_of
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.commands import alarms, calls, out_of_service, quieting
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.quieting import Until
from gateway.commands.rest_of_group import rest, without
from gateway.journal.alarm_tables import AlarmRow
from gateway.published.alarm import of_known
from gateway.questions.calls import calls_at
from gateway.rights.principal import Principal
from gateway.statements import acknowledge as acknowledging
from gateway.statements import assign as assigning
from gateway.statements import close as closing
from gateway.statements import comment as commenting
from gateway.statements import filling as fills
from gateway.statements import out_of_service as resting
from gateway.statements import shelve as shelving
from gateway.statements import take as taking
from gateway.statements import unshelve as unshelving
from gateway.statements.out_of_service import Scope as Place
from gateway.times import format_rfc3339

router = APIRouter(tags=["alarm actions"])
OF_ALARM = {**DONE, "alarm": "E-7Q2M9XKD-1A2B3C"}
WITH_REST = {**OF_ALARM, "rest": []}
OF_GROUP = {**DONE, "alarms": ["E-7Q2M9XKD-1A2B3C"], "ids": ["7Q2M9XKD-4711"]}
SHELVED = {**OF_ALARM, "channel": "top", "rule": "too-warm", "until": "2026-01-05T12:00:00.000000000Z"}
RESTING = {**DONE, "channel": None, "asset": "dewar-1"}
FILLED = {**DONE, "asset": "dewar-1", "suppressions": ["fills"]}
Alarm = Annotated[str, InPath(max_length=200, description="Its id.")]
Command = Callable[[Desk, Author, AlarmRow, str], alarms.Answered]
GroupCommand = Callable[[Desk, Author, Collection[AlarmRow], str], tuple[list[str], Stated]]


class Comment(Said):
    comment: Text = ""


class Several(Comment):
    """`but`: alarms of the group that are left out."""

    but: Annotated[tuple[Name, ...], Field(max_length=500)] = ()


class Remark(Said):
    comment: Text


class Whom(Said):
    to: Name


class Why(Said):
    reason: Text


class Shelving(Why):
    lasting: Lasting = None
    until: Moment = None
    corrects: Corrects = None


class Filling(Said):
    """Either how long, or `done`."""

    lasting: Lasting = None
    until: Moment = None
    done: bool = False


class Resting(Why):
    """`channel` or `asset`; an end, or a `review`."""

    channel: Name = ""
    asset: Name = ""
    lasting: Lasting = None
    until: Moment = None
    review: Moment = None
    corrects: Corrects = None


class Which(Why):
    channel: Name = ""
    asset: Name = ""


@router.post("/alarms/{alarm}/acknowledge", **told("alarm.acknowledge", WITH_REST))
def acknowledge(
    request: Request, world: Asked, who: Who, alarm: Alarm, said: Comment, key: Key = ""
) -> Response:
    """Acknowledge an alarm; each person once."""
    command = alarms.acknowledge
    return _say(request, world, who, key, acknowledging.KIND, alarm, command, said.comment, has_rest=True)


@router.post("/alarms/{alarm}/take", **told("alarm.take", WITH_REST))
def take(request: Request, world: Asked, who: Who, alarm: Alarm, said: Comment, key: Key = "") -> Response:
    """Say that you are on it, so that nobody else is called."""
    return _say(request, world, who, key, taking.KIND, alarm, alarms.take, said.comment, has_rest=True)


@router.post("/alarms/{alarm}/group/acknowledge", **told("alarm.acknowledge", OF_GROUP))
def acknowledge_all(
    request: Request, world: Asked, who: Who, alarm: Alarm, said: Several, key: Key = ""
) -> Response:
    """Acknowledge all alarms of the same happening, or all `but` some; what is not theirs is left out."""
    return _say_all(request, world, who, key, acknowledging.KIND, alarm, calls.acknowledge_group, said)


@router.post("/alarms/{alarm}/group/take", **told("alarm.take", OF_GROUP))
def take_all(
    request: Request, world: Asked, who: Who, alarm: Alarm, said: Several, key: Key = ""
) -> Response:
    """Say that you are on all of it, or on all `but` some; what is not theirs is left out."""
    return _say_all(request, world, who, key, taking.KIND, alarm, calls.take_group, said)


@router.post("/alarms/{alarm}/assign", **told("alarm.assign", OF_ALARM))
def assign(request: Request, world: Asked, who: Who, alarm: Alarm, said: Whom, key: Key = "") -> Response:
    """Say who is to see to an alarm."""
    whom = (said.to,)
    return _say(request, world, who, key, assigning.KIND, alarm, alarms.assign, said.to, others=whom)


@router.post("/alarms/{alarm}/comment", **told("alarm.comment", OF_ALARM))
def comment(request: Request, world: Asked, who: Who, alarm: Alarm, said: Remark, key: Key = "") -> Response:
    """Remark something on an alarm; nothing else follows from it."""
    return _say(request, world, who, key, commenting.KIND, alarm, alarms.comment, said.comment)


@router.post("/alarms/{alarm}/close", **told("alarm.close", OF_ALARM))
def close(request: Request, world: Asked, who: Who, alarm: Alarm, said: Remark, key: Key = "") -> Response:
    """Close an alarm that is over."""
    return _say(request, world, who, key, closing.KIND, alarm, alarms.close, said.comment)


@router.post("/alarms/{alarm}/shelve", **told("alarm.shelve", SHELVED))
def shelve(request: Request, world: Asked, who: Who, alarm: Alarm, said: Shelving, key: Key = "") -> Response:
    """Keep the rule and channel of an alarm quiet for a while."""
    row = _own(world, who, alarm)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        until = Until(said.until, said.lasting)
        done = quieting.shelve(desk, author, row, said.reason, until, said.corrects)
        return done.stated, _shelved(row, done)

    return state(request, world, who, key, shelving.KIND, [row.id], act)


@router.post("/alarms/{alarm}/unshelve", **told("alarm.shelve", SHELVED))
def unshelve(request: Request, world: Asked, who: Who, alarm: Alarm, said: Why, key: Key = "") -> Response:
    """Let what was shelved speak again."""
    row = _own(world, who, alarm)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = quieting.unshelve(desk, author, row, said.reason)
        return done.stated, _shelved(row, done)

    return state(request, world, who, key, unshelving.KIND, [row.id], act)


@router.post("/assets/{asset}/filling", **told("filling.write", FILLED))
def filling(request: Request, world: Asked, who: Who, asset: InUrl, said: Filling, key: Key = "") -> Response:
    """Say that an asset is being filled, for how long at most; or that it no longer is (`done`)."""
    world.scope(who).need_asset(asset)
    if said.done == ((said.lasting, said.until) != (None, None)):
        raise Problem(422, "say how long at most (`lasting` or `until`), or that it is over (`done`)")

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        until = None if said.done else Until(said.until, said.lasting)
        names = quieting.suppressed_while_filling(desk, asset)
        return quieting.fill(desk, author, asset, until), {"asset": asset, "suppressions": names}

    return state(request, world, who, key, fills.KIND, [asset], act)


@router.post("/out-of-service", **told("out-of-service.request", RESTING))
def ask_for_rest(request: Request, world: Asked, who: Who, said: Resting, key: Key = "") -> Response:
    """Ask to take a channel or an asset out of service; a second person has to approve it."""
    times = Until(said.until, said.lasting), Until(said.review, None)

    def act(desk: Desk, author: Author, place: Place) -> Stated:
        return out_of_service.request(desk, author, place, said.reason, times, said.corrects)

    return _rest(request, world, who, key, said.channel, said.asset, act)


@router.post("/out-of-service/approve", **told("out-of-service.approve", RESTING))
def approve_rest(request: Request, world: Asked, who: Who, said: Which, key: Key = "") -> Response:
    """Agree to what somebody else asked for; another person than who asked."""

    def act(desk: Desk, author: Author, place: Place) -> Stated:
        return out_of_service.approve(desk, author, place, said.reason)[0]

    return _rest(request, world, who, key, said.channel, said.asset, act)


@router.post("/out-of-service/end", **told("out-of-service.end", RESTING))
def end_rest(request: Request, world: Asked, who: Who, said: Which, key: Key = "") -> Response:
    """Put it into service again."""

    def act(desk: Desk, author: Author, place: Place) -> Stated:
        return out_of_service.end(desk, author, place, said.reason)

    return _rest(request, world, who, key, said.channel, said.asset, act)


def _rest(
    request: Request,
    world: World,
    who: Principal,
    key: str,
    channel: str,
    asset: str,
    act: Callable[[Desk, Author, Place], Stated],
) -> Response:
    scope = world.scope(who)
    if bool(channel) == bool(asset):
        raise Problem(422, "name a `channel` or an `asset`, one of them")
    if channel:
        scope.need_channel(channel)
    else:
        scope.need_asset(asset)
    place = Place(channel, asset)

    def acted(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        return act(desk, author, place), {"channel": channel or None, "asset": asset or None}

    return state(request, world, who, key, resting.KIND, [place.name], acted)


def _say(
    request: Request,
    world: World,
    who: Principal,
    key: str,
    kind: str,
    alarm: str,
    command: Command,
    text: str,
    *,
    has_rest: bool = False,
    others: Sequence[str] = (),
) -> Response:
    """`has_rest`: the rest of its group, that nobody is on, is named; `others`: whom `text` names."""
    row = _own(world, who, alarm)

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        stated = command(desk, author, row, text).stated
        more = {"rest": _rest_of(world, who, desk, row)} if has_rest else {}
        return stated, {"alarm": row.id, **more}

    return state(request, world, who, key, kind, [row.id], act, others)


def _say_all(
    request: Request,
    world: World,
    who: Principal,
    key: str,
    kind: str,
    alarm: str,
    command: GroupCommand,
    said: Several,
) -> Response:
    row = _own(world, who, alarm)
    left_out = {_own(world, who, one).id for one in said.but}

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        records, now_ns = world.reading().records, desk.clock.now_ns()
        members = calls_at(world.configuration, desk.journal, records, now_ns).members(row.id)
        found = (records.book.alarm(one) for one in without(row.id, members, left_out))
        rows = [one for one in found if one is not None and _is_own(world.scope(who), one)]
        names, stated = command(desk, author, rows, said.comment)
        return stated, {"alarms": names, "ids": [one.id for one in stated.new]}

    return state(request, world, who, key, kind, [], act)


def _rest_of(world: World, who: Principal, desk: Desk, row: AlarmRow) -> list[str]:
    """Those that are theirs to know."""
    records, scope = world.reading().records, world.scope(who)
    left = rest(world.configuration, desk.journal, records, row.id, desk.clock.now_ns())
    return [one.id for one in left if scope.alarm(of_known({**one.body, "units": None}, one.number))]


def _own(world: World, who: Principal, alarm: str) -> AlarmRow:
    """Raises NotThere where it is not theirs to know, Problem where it is also about what is not theirs."""
    scope: Scope = world.scope(who)
    row = row_of(world, scope, alarm)
    if not _is_own(scope, row):
        raise Problem(403, f"{row.id} is also about assets of other sites: ask somebody who has all of them")
    return row


def _is_own(scope: Scope, row: AlarmRow) -> bool:
    """Whether all of it is."""
    whole = of_known({**row.body, "units": None}, row.number)
    return scope.alarm(whole) is whole


def _shelved(row: AlarmRow, done: quieting.Shelved) -> dict[str, Any]:
    until = format_rfc3339(done.until_ns)
    return {"alarm": row.id, "channel": done.channel, "rule": done.rule, "until": until}
