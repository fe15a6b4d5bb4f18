"""A channel by pointing at a value of a refused message: its values, and the piece of configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gateway.api.acting import DONE, Key, Name, Said, desk_for, start_anew, state
from gateway.api.answers import json_answer
from gateway.api.asked import Name as InUrl
from gateway.api.describing import told
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands.adding_channel import add_channel, preview
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.errors import InputError
from gateway.journal.refusals import LONGEST_PAYLOAD, LONGEST_TEXT
from gateway.questions.channel_piece import Wanted
from gateway.questions.pointed import Message, values_in
from gateway.statements import written as writing
from gateway.times import parse_rfc3339
from gateway.units import CONVERSIONS, QUANTITIES

router = APIRouter(tags=["gateway actions"])
LONGEST_POINTER: Final = 500  # characters
UNITS: Final = {
    quantity: [name for name, one in CONVERSIONS.items() if one.canonical in canonical]
    for quantity, canonical in QUANTITIES.items()
}
VALUE: Final = {
    "pointer": "/temp",
    "shown": "-188.4",
    "address": "shipper-7/temperature",
    "channel": "",
    "value": -188.4,
    "at": "2026-01-05T11:00:00.000000000Z",
}
VALUES: Final = {"values": [VALUE], "units": {"temperature": ["degC", "K", "degF"]}}
TRIED: Final = {
    "text": '[channels.shipper-7-payload]\nasset = "shipper-7"\n',
    "changes": [],
    "remarks": [],
    "series": [],
    "alarms": [],
    "why_not_written": "",
}
ADDED: Final = {
    **DONE,
    "file": "cryogate.toml",
    "kept": "cryogate.toml.2026-01-05T120005Z.before",
    "changes": [],
    "starts_anew": True,
}


class Shown(Said):
    """A message as GET /refused has it: each character of `payload` is a byte."""

    topic: Annotated[str, Field(max_length=LONGEST_TEXT)]
    payload: Annotated[str, Field(max_length=LONGEST_PAYLOAD)]
    received: Annotated[str, Field(max_length=40, description="RFC 3339 with zone.")]


class Channel(Shown):
    """`pointer` or `address`: of the value, as .../options says; `site`, `kind`: of an asset that is new."""

    name: Name
    asset: Name
    pointer: Annotated[str | None, Field(max_length=LONGEST_POINTER)] = None
    address: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    zone: Name | None = None
    quantity: Name = "temperature"
    unit: Name = "degC"
    profile: Name | None = None
    site: Name | None = None
    kind: Name | None = None


@router.post("/refused/{source}/channel/options", **told("configuration.write", VALUES))
def values(request: Request, world: Asked, source: InUrl, said: Shown) -> Response:
    """What can be pointed at in a refused message, and what the mapping of the source makes of it now."""
    found = values_in(world.configuration, _message(source, said))
    return json_answer(request, {"values": [one.plain() for one in found], "units": UNITS})


@router.post("/refused/{source}/channel/preview", **told("configuration.write", TRIED))
def tried(request: Request, world: Asked, who: Who, source: InUrl, said: Channel) -> Response:
    """The piece of configuration for a channel, checked as by `cryogate check`, and what the refused messages
    would give with it; nothing is written."""
    with desk_for(world, who) as (desk, author):
        found = preview(desk, author, _wanted(source, said))
    return json_answer(request, found)


@router.post("/refused/{source}/channel", **told("configuration.write", ADDED))
def added(request: Request, world: Asked, who: Who, source: InUrl, said: Channel, key: Key = "") -> Response:
    """Write that piece into the configuration; the gateway starts anew with it."""

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = add_channel(desk, author, _wanted(source, said))
        return done.stated, start_anew(world, done)

    return state(request, world, who, key, writing.KIND, [], act)


def _wanted(source: str, said: Channel) -> Wanted:
    given = said.model_dump(exclude={"topic", "payload", "received"})
    return Wanted(_message(source, said), **given)


def _message(source: str, said: Shown) -> Message:
    try:
        payload = said.payload.encode("latin-1")
    except UnicodeEncodeError:
        raise InputError("payload: each character is a byte, as GET /refused has it") from None
    return Message(source, said.topic, payload, parse_rfc3339(said.received))
