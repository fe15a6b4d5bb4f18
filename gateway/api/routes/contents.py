"""Product units: what is inside, where a unit was, what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Named, moment_ns
from gateway.api.describing import told
from gateway.api.problems import NotThere
from gateway.api.routes.fleet import RUNS
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.codes import LONGEST_CODE
from gateway.errors import InputError
from gateway.published.alarm import of_known
from gateway.questions import codes as meanings
from gateway.questions import contents as ask
from gateway.questions.duty import duty_of
from gateway.rights.principal import Principal

router = APIRouter(tags=["contents"])
MOMENT: Final = "2026-01-05T11:00:00.000000000Z"
STAY = {"scheme": "isbt128", "code": "A9999 26 123456", "asset": "shipper-1", "from": MOMENT, "to": None}
INSIDE = {"asset": "shipper-1", "known": True, "empty": None, "units": [STAY]}
CONTENTS = {"schema": 1, "known": RUNS, "at": MOMENT, "assets": [INSIDE]}
COUNT = {
    "asset": "shipper-1",
    "known": True,
    "units": 12,
    "products": ["EXAMPLE CAR-T 1"],
    "risk": "irreplaceable",
    "uncertain": False,
}
COUNTS = {"schema": 1, "known": RUNS, "items": [COUNT]}
UNITS = {
    "schema": 1,
    "known": RUNS,
    "at": MOMENT,
    "units": [{**STAY, "inside": ["shipper-1"], "stays": [STAY]}],
}
CONFLICTS = {
    "schema": 1,
    "known": RUNS,
    "conflicts": [{**STAY, "what": "two places", "words": "in two places"}],
}
PART = {"name": "21", "words": "Serial number", "value": "1234"}
MEANING = {
    "scheme": "gs1",
    "code": "(01)09521234543213(21)1234",
    "why": "",
    "parts": [PART],
    "known": True,
    "inside": ["shipper-1"],
}
MEANINGS = {"schema": 1, "known": RUNS, "text": "]C1010952...", "schemes": [MEANING], "names": []}
FEWEST_SIGNS: Final = 4  # of an alarm's id, for which it is looked
MOST_ALARMS: Final = 10


@router.get("/contents", **told("contents.read", CONTENTS))
def contents(request: Request, world: Asked, who: Who, asset: Named = None, at: Moment = None) -> Response:
    """What is inside an asset, or each of them, now or at any time, and who said so. Unknown is not empty."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    if asset is not None:
        scope.need_asset(asset)
        wanted = [known.identity(asset)]
    else:
        every = [known.identity(name) for name in world.configuration.assets]
        wanted = [
            one for one in dict.fromkeys([*every, *known.containments.assets]) if scope.asset(known.name(one))
        ]
    found = ask.of_assets(known, wanted, moment_ns(at, world.now_ns()))
    return json_answer(request, {"known": world.known(), **found})


@router.get("/contents/counts", **told("contents.read", COUNTS))
def counts(request: Request, world: Asked, who: Who) -> Response:
    """How many units are inside each asset now, and the worst risk of them. Unknown is not empty."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    wanted = [known.identity(name) for name in world.configuration.assets if scope.asset(name)]
    found = ask.counted(known, wanted, world.now_ns(), world.configuration.priorities)
    return json_answer(request, {"schema": 1, "known": world.known(), "items": found})


@router.get("/contents/conflicts", **told("contents.read", CONFLICTS))
def conflicts(request: Request, world: Asked, who: Who, asset: Named = None) -> Response:
    """Statements about contents that contradict each other."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    if asset is not None:
        scope.need_asset(asset)
    found = ask.conflicts(known, None if asset is None else known.identity(asset))
    seen = [one for one in found["conflicts"] if scope.names(said["asset"] for said in one["statements"])]
    return json_answer(request, {"known": world.known(), **found, "conflicts": seen})


@router.get("/units/{code:path}", **told("contents.read", UNITS))
def unit(request: Request, world: Asked, who: Who, code: Name, at: Moment = None) -> Response:
    """Where the units with this code were, and everything that was said about them."""
    scope, known = world.scope(who), ask.stated(world.reading().journal, world.timeline())
    try:
        found = ask.of_units(known, code, moment_ns(at, world.now_ns()))
    except InputError:
        raise _no_unit(code) from None
    seen = [one for one in found["units"] if scope.names(said["asset"] for said in one["statements"])]
    if not seen:
        raise _no_unit(code)
    return json_answer(request, {"known": world.known(), **found, "units": seen})


@router.get("/codes", **told("contents.read", MEANINGS))
def codes(
    request: Request,
    world: Asked,
    who: Who,
    text: Annotated[str, Query(min_length=1, max_length=LONGEST_CODE)],
) -> Response:
    """What a scanned or typed text can be: a unit by each scheme, with what stands in its code, or a name.

    `code` is null where the text is no code of that scheme; `why` says what was expected. `names` holds
    assets, channels, sites, alarms and people that are called so.
    """
    scope, reading = world.scope(who), world.reading()
    known = ask.stated(reading.journal, world.timeline())
    found = meanings.by_scheme(text, world.configuration, known, world.now_ns())
    schemes = [_as_seen(scope, known, meaning) for meaning in found]
    names = [*_places(world, scope, text), *_alarms(world, scope, text), *_people(world, who, text)]
    answer = {"schema": meanings.SCHEMA, "known": world.known(), "text": text}
    return json_answer(request, {**answer, "schemes": schemes, "names": names})


def _as_seen(scope: Scope, known: ask.StatedContents, meaning: Mapping[str, Any]) -> Mapping[str, Any]:
    """A unit that is none of theirs is one of which nobody spoke."""
    if not meaning["known"]:
        return meaning
    said = known.containments.said_of(meaning["scheme"], meaning["code"])
    own = scope.names(known.name(one.asset) for one in said)
    return meaning if own else {**meaning, "known": False, "inside": []}


def _places(world: World, scope: Scope, text: str) -> Iterator[dict[str, str]]:
    seen = {"asset": scope.asset, "channel": scope.channel, "site": scope.site}
    found = meanings.named(text, world.configuration, world.timeline())
    return (name for name in found if seen[name["kind"]](name["id"]))


def _alarms(world: World, scope: Scope, text: str) -> Iterator[dict[str, str]]:
    book, start = world.reading().records.book, text.strip()
    ids = book.starting_with(start, MOST_ALARMS) if len(start) >= FEWEST_SIGNS and start.isascii() else []
    for row in filter(None, map(book.alarm, ids)):
        alarm = scope.alarm(of_known(row.body, row.number))
        if alarm is not None:
            yield {"kind": "alarm", "id": row.id, "name": str(alarm["rule"])}


def _people(world: World, who: Principal, text: str) -> Iterator[dict[str, str]]:
    if not who.may_somewhere("people.read"):
        return
    for person in duty_of(world.reading().journal, world.timeline().names).meant(text.strip()):
        yield {"kind": "person", "id": person.id, "name": person.name()}


def _no_unit(code: str) -> NotThere:
    return NotThere(f"nobody has stated anything about a unit {code[:80]!r}; /api/v1/contents lists all")
