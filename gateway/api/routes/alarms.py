"""Alarms: the list, one of them, its history and hints, and excursions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.alarms.cause_words import Language
from gateway.alarms.guidance import with_guidance
from gateway.alarms.priority import with_priority
from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Named, interval_ns, moment_ns
from gateway.api.describing import told
from gateway.api.kept_alarms import Kept
from gateway.api.paging import Key, Pages, page
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.model import EARLIEST_NS, LATEST_NS
from gateway.published.alarm import SCHEMA as ALARM_SCHEMA
from gateway.published.alarm import of_known
from gateway.published.selection import Selection
from gateway.published.urgency import SEVERITIES
from gateway.questions.alarm_filters import STATES, under_every_name
from gateway.questions.causes import causes
from gateway.questions.history import find
from gateway.questions.history import history as history_of
from gateway.text import json_pieces
from gateway.times import parse_rfc3339

router = APIRouter(tags=["alarms"])
NOT_MEASURED: Final = ("fault", "drill")
ALARM = {
    "schema": ALARM_SCHEMA,
    "id": "E-7Q2M9XKD-1A2B3C",
    "channel": "shipper-2-payload",
    "rule": "too-warm",
    "severity": "critical",
    "state": "unacknowledged",
    "site": "lab",
    "asset": "shipper-2",
    "start": "2026-01-05T11:00:00.000000000Z",
    "end": None,
    "extreme": -139.2,
    "units": [{"scheme": "isbt128", "code": "A9999 26 123456", "certain": True}],
    "priority": "urgent",
}
ALARMS = {"schema": 1, "known": RUNS, "at": 4711, "items": [ALARM], "next": None}
CHANGE = {"number": 1, "change": "raised", "recorded": "2026-01-05T11:01:00.000000000Z", "known": ALARM}
HINTS = {"alarm": "E-7Q2M9XKD-1A2B3C", "hints": [{"cause": "open_lid", "evidence": []}]}
EXCURSIONS = {"schema": 1, "known": RUNS, "items": [{**ALARM, "kind": "limit"}], "next": None}
Sort = Literal["urgency", "newest"]
Flag = Annotated[bool | None, Query()]
ONE_OF = "One of, or a word of: "


@router.get("/alarms", **told("alarms.read", ALARMS))
def alarms(
    request: Request,
    world: Asked,
    who: Who,
    paging: Pages,
    state: Annotated[str, Query(max_length=80, description=ONE_OF + "; ".join(STATES))] = "",
    severity: Annotated[str, Query(max_length=20, description="This one and above.")] = "",
    asset: Named = None,
    site: Named = None,
    rule: Named = None,
    assigned: Named = None,
    taken: Flag = None,
    quiet: Flag = None,
    closed: Annotated[bool, Query(description="Those that need nobody any more, too.")] = False,
    sort: Sort = "urgency",
) -> Response:
    """Alarms that need somebody, the most urgent first. `at`: live changes behind this event follow.

    Of its units each shows the first few, and `more_units`; one alarm by its id shows all.
    """
    scope = world.scope(who)
    selection = _selection(scope, state, severity, asset, site, rule, assigned, taken, quiet)
    if asset or site:
        selection = under_every_name(selection, world.timeline().names)
    snapshot, takes = world.alarms.now(world.reading().records), selection.test()

    def shown(kept: Kept) -> Mapping[str, Any] | None:
        if (kept.closed and not closed) or not takes(kept.alarm):
            return None
        return scope.alarm(kept.alarm)

    by_urgency = sort == "urgency"
    rows = snapshot.by_urgency if by_urgency else snapshot.by_newest
    found = page(rows, _urgency if by_urgency else _newest, paging, shown)
    return json_answer(request, whole(world, {"at": snapshot.seq, **found}))


@router.get("/alarms/{alarm}", **told("alarms.read", ALARM))
def alarm(request: Request, world: Asked, who: Who, alarm: Name) -> Response:
    """One alarm with all its units; by its id, or as much of its start as is unique."""
    row = row_of(world, world.scope(who), alarm)
    by = world.configuration
    shown = world.scope(who).alarm(with_priority(of_known(row.body, row.number), by.priorities))
    assert shown is not None
    return json_answer(request, with_guidance(shown, by.guidance))


@router.get("/alarms/{alarm}/history", **told("alarms.read", [CHANGE]))
def history(world: Asked, who: Who, alarm: Name) -> StreamingResponse:
    """Every change of an alarm, the oldest first: what was known then, and what it follows from."""
    scope = world.scope(who)
    row = row_of(world, scope, alarm)

    def changes() -> Iterator[bytes]:
        with world.apart() as reading:
            found = history_of(reading.journal, reading.records, row.id)
            seen = ({**one, "known": scope.alarm(one["known"])} for one in found)
            yield from (piece.encode() for piece in json_pieces(seen))

    return StreamingResponse(changes(), media_type="application/json")


@router.get("/alarms/{alarm}/hints", **told("alarms.read", HINTS))
def hints(
    request: Request, world: Asked, who: Who, alarm: Name, at: Moment = None, language: Language = "en"
) -> Response:
    """What an alarm looks like, and why, in English or Chinese; never a verdict."""
    row = row_of(world, world.scope(who), alarm)
    found = causes(world.reading().journal, row, moment_ns(at, world.now_ns()))
    return json_answer(request, found.public(language))


@router.get("/excursions", **told("excursions.read", EXCURSIONS))
def excursions(
    request: Request,
    world: Asked,
    who: Who,
    paging: Pages,
    channel: Named = None,
    asset: Named = None,
    start: Annotated[Moment, Query(alias="from")] = None,
    end: Annotated[Moment, Query(alias="to")] = None,
) -> Response:
    """Excursions that overlap a time, the newest first, over or not; each with its alarm's state."""
    scope = world.scope(who)
    if channel is not None:
        scope.need_channel(channel)
    if asset is not None:
        scope.need_asset(asset)
    start_ns, end_ns = interval_ns(start, end, (EARLIEST_NS, LATEST_NS))

    def shown(kept: Kept) -> Mapping[str, Any] | None:
        one = kept.alarm
        if one["kind"] in NOT_MEASURED or channel not in (None, one["channel"]):
            return None
        if asset not in (None, one["asset"]) or not _overlaps(one, start_ns, end_ns):
            return None
        return scope.alarm(one)

    snapshot = world.alarms.now(world.reading().records)
    return json_answer(request, whole(world, page(snapshot.by_newest, _newest, paging, shown)))


def row_of(world: World, scope: Scope, alarm: str) -> AlarmRow:
    """Raises NotThere also where it is not theirs to know."""
    try:
        row = find(world.reading().records, alarm)
    except InputError as error:
        if "is the start of" in str(error) and scope.everything:
            raise
        raise _no_alarm(alarm) from None
    if scope.alarm(of_known({**row.body, "units": None}, row.number)) is None:
        raise _no_alarm(alarm)
    return row


def _no_alarm(alarm: str) -> NotThere:
    return NotThere(f"there is no alarm {alarm[:80]!r}; /api/v1/alarms?closed=true lists them")


def _selection(
    scope: Scope,
    state: str,
    severity: str,
    asset: str | None,
    site: str | None,
    rule: str | None,
    assigned: str | None,
    taken: bool | None,
    quiet: bool | None,
) -> Selection:
    if state and state not in {*STATES, *" ".join(STATES).split()}:
        raise InputError(f"there is no state {state!r}; known: {'; '.join(STATES)}")
    if severity and severity not in SEVERITIES:
        raise InputError(f"there is no severity {severity!r}; known: {', '.join(SEVERITIES)}")
    if asset is not None:
        scope.need_asset(asset)
    if site is not None:
        scope.need_site(site)
    return Selection(state, severity, asset or "", site or "", rule or "", taken, assigned or "", quiet)


def _urgency(kept: Kept) -> Key:
    return kept.urgency


def _newest(kept: Kept) -> Key:
    return kept.newest


def _overlaps(alarm: Mapping[str, Any], start_ns: int, end_ns: int) -> bool:
    begins, ends = parse_rfc3339(alarm["start"]), alarm["end"]
    return begins < end_ns and (ends is None or parse_rfc3339(ends) >= start_ns)
