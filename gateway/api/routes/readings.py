"""Readings: for a picture, or all of them as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.api.answers import json_answer
from gateway.api.asked import Moment, Name, Names, interval_ns
from gateway.api.describing import told
from gateway.api.routes.fleet import RUNS, whole
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.errors import InputError
from gateway.journal.entries import HOUR_NS
from gateway.journal.records import Records
from gateway.questions.compared import compare
from gateway.questions.export import pieces
from gateway.questions.limits import limits
from gateway.questions.pictures import pictures
from gateway.questions.proof import prove
from gateway.questions.time_left import TimesLeft
from gateway.times import format_rfc3339

router = APIRouter(tags=["readings"])
MOST_POINTS: Final = 4000  # of a channel: what no screen shows is for a file
MOST_IN_ALL: Final = 100_000
MOST_CHANNELS: Final = 50  # in one picture
DAY_NS: Final = 24 * HOUR_NS
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
SERIES = {
    "channel": "shipper-1-payload",
    "unit": "degC",
    "max_gap_s": 300.0,
    "readings": 86400,
    "all": False,
    "width_s": 120.0,
    "start": ["2026-01-05T11:00:00.000000000Z"],
    "min": [-188.6],
    "max": [-188.2],
    "mean": [-188.4],
    "first": [-188.5],
    "last": [-188.4],
    "quality": ["good"],
    "good": [120],
    "uncertain": [0],
    "bad": [0],
    "no_data": [0],
    "gap_s": [1.0],
    "holes": [],
}
READINGS = {
    "schema": 2,
    "known": RUNS,
    "from": "2026-01-05T00:00:00.000000000Z",
    "to": "2026-01-06T00:00:00.000000000Z",
    "channels": [SERIES],
}
FILE = "time,channel,value,unit,quality,received,device_time\n"
CLOCKS = {"channel": "shipper-1-payload", "in_range_ns": 86400000000000, "unproven_ns": 0, "alarms": []}
LIMITS = {
    "schema": 1,
    "known": RUNS,
    "channel": "shipper-1-payload",
    "unit": "degC",
    "steps": [
        {
            "from": "2026-01-05T00:00:00.000000000Z",
            "to": "2026-01-06T00:00:00.000000000Z",
            "low": None,
            "high": -150.0,
            "profile_version": "ln2-product 1",
        }
    ],
}
LASTS = {"asset": "shipper-1", "channel": "shipper-1-level", "until": "empty", "method": "level"}
LEFT = {"schema": 1, "known": RUNS, "items": [LASTS]}
From = Annotated[Moment, Query(alias="from")]
To = Annotated[Moment, Query(alias="to")]


@router.get("/readings", **told("readings.read", READINGS))
def readings(
    request: Request,
    world: Asked,
    who: Who,
    channel: Names = None,
    start: From = None,
    end: To = None,
    points: Annotated[int, Query(ge=10, le=MOST_POINTS, description="Of each channel at most.")] = 1000,
) -> Response:
    """Readings of some channels in [from, to), for a picture. Default: a day.

    At most `points` parts of each channel: [start, start + width_s), on whole multiples of the width, without
    those that have no reading. `min`, `max`, `mean`, `first` and `last` are exact, those of the first and
    the last part too, and null where no reading has a value. `gap_s` is the longest time without a value
    that ends in the part; where it is longer than `max_gap_s` no line belongs. With `all` each part is
    one reading. `holes`: what may be missing, and why.
    """
    names = _channels(world.scope(who), channel)
    if len(names) > MOST_CHANNELS or len(names) * points > MOST_IN_ALL:
        raise InputError(f"too much for one picture: at most {MOST_CHANNELS} channels, or fewer points each")
    now_ns = world.now_ns()
    interval = interval_ns(start, end, (now_ns - DAY_NS, now_ns))
    found = pictures(world.reading().journal, world.timeline(), world.pictures, names, interval, points)
    told_of = {"from": format_rfc3339(interval[0]), "to": format_rfc3339(interval[1]), "channels": found}
    return json_answer(request, {**whole(world, told_of), "schema": 2})


@router.get(
    "/readings/file",
    **told("readings.read", FILE, media="text/csv"),
)
def file(
    world: Asked,
    who: Who,
    channel: Names = None,
    start: From = None,
    end: To = None,
    form: Annotated[Literal["csv", "json", "parquet", "arrow"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """Every reading of some channels in [from, to) as CSV, JSON, Parquet or Arrow, sent while it is read.

    As `cryogate journal export` writes it. Default: the last day.
    """
    names = _channels(world.scope(who), channel)
    now_ns = world.now_ns()
    interval = interval_ns(start, end, (now_ns - DAY_NS, now_ns))

    def parts() -> Iterator[bytes]:
        with world.apart() as reading:
            yield from pieces(reading.journal, f".{form}", names, interval)

    headers = {"Content-Disposition": f'attachment; filename="readings.{form}"'}
    return StreamingResponse(parts(), headers=headers, media_type=MEDIA[form])


@router.get("/channels/{channel}/clocks", **told("clocks.read", CLOCKS))
def clocks(
    request: Request,
    world: Asked,
    who: Who,
    channel: Name,
    start: Annotated[str, Query(alias="from", max_length=40)],
    end: Annotated[str, Query(alias="to", max_length=40)],
    low: float | None = None,
    high: float | None = None,
) -> Response:
    """How long a channel was in range, out of range, not proven: three times that add up to [from, to)."""
    world.scope(who).need_channel(channel)
    reading = world.reading()
    interval = interval_ns(start, end, (0, 0))
    found = prove(reading.journal, channel, *interval, low, high)
    records: Records = reading.records
    compared = [one.public() for one in compare(reading.journal, records, found)]
    return json_answer(request, {**found.public(), "alarms": compared})


@router.get("/channels/{channel}/limits", **told("profiles.read", LIMITS))
def limits_over_time(
    request: Request, world: Asked, who: Who, channel: Name, start: From = None, end: To = None
) -> Response:
    """Which limits were in force when in [from, to), by the profile versions of then. Default: a day."""
    world.scope(who).need_channel(channel)
    now_ns = world.now_ns()
    steps = limits(world.timeline(), channel, *interval_ns(start, end, (now_ns - DAY_NS, now_ns)))
    unit = next(row.unit for row in world.reading().journal.channels().values() if row.name == channel)
    return json_answer(request, whole(world, {"channel": channel, "unit": unit, "steps": steps}))


@router.get("/time-left", **told("time-left.read", LEFT))
def time_left(
    request: Request,
    world: Asked,
    who: Who,
    name: Annotated[str | None, Query(max_length=200, description="An asset or a channel.")] = None,
    at: Moment = None,
) -> Response:
    """How long each vessel lasts if nobody does anything, as a range; or why that is not known."""
    scope = world.scope(who)
    at_ns = interval_ns(None, at, (0, world.now_ns()))[1]
    if name is not None and not scope.names([name]):
        scope.need_asset(name)
    found = TimesLeft(world.reading().journal).of(name, at_ns)
    items = [left.public() for left in found if scope.asset(left.asset)]
    return json_answer(request, whole(world, {"items": items}))


def _channels(scope: Scope, names: list[str] | None) -> list[str]:
    """Raises NotThere for one that is not theirs."""
    if not names:
        raise InputError("name at least one channel: ?channel=NAME, several times for several")
    for name in names:
        scope.need_channel(name)
    return list(dict.fromkeys(names))
