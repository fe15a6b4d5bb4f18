"""The first start: the first account by the link that the start prints, then the first site and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from gateway.api import cookies
from gateway.api.acting import DONE, Key, Name, Said, desk_for, start_anew, state
from gateway.api.answers import json_answer, secret_answer
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.routes.own_account import LinkText
from gateway.api.routes.session import room
from gateway.api.who import OPEN, Who
from gateway.api.world import Asked
from gateway.commands.author import Author
from gateway.commands.beginning import FirstPlace, FirstSource, begin, preview
from gateway.commands.configuring import why_not_written
from gateway.commands.desk import Desk, Stated
from gateway.commands.first_start import first_account
from gateway.config import plugins
from gateway.ingestion.found_ports import found_ports
from gateway.ingestion.sources.serial import DRIVERS
from gateway.mqtt.found_broker import HERE, found_broker
from gateway.statements import written as writing
from gateway.statements.person import Person

router = APIRouter(tags=["gateway actions"])
ORIGIN: Final = "api, first start"
FIRST: Final = {"id": "7DAB1RC5-2", "account": "li.na", "link": "cgl_0V3..."}
PORT: Final = {
    "port": "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0",
    "device": "/dev/ttyUSB0",
    "says": "FT232R USB UART",
    "usable": True,
}
FOUND: Final = {
    "ports": [PORT],
    "drivers": ["tec3000"],
    "broker": {"host": HERE, "port": 1883, "state": "open"},
    "why_not_written": "",
}
TEXT: Final = '[sites.lab]\ntime_zone = "Asia/Shanghai"\n'
TRIED: Final = {"text": TEXT, "changes": [], "remarks": [], "why_not_written": ""}
BEGUN: Final = {
    **DONE,
    "file": "cryogate.toml",
    "kept": "cryogate.toml.2026-01-05T120005Z.before",
    "changes": [],
    "starts_anew": True,
}


class FirstAccount(BaseModel):
    """Of an administrator; `operator`: who works with alarms, too."""

    link: LinkText
    account: Annotated[str, Field(max_length=60, examples=["li.na"])]
    name_en: Annotated[str, Field(max_length=200)] = ""
    name_zh: Annotated[str, Field(max_length=200)] = ""
    language: Literal["en", "zh"] = "en"
    time_zone: Annotated[str, Field(max_length=60)] = "UTC"
    operator: bool = True


class Beginning(Said):
    """The site, and a source of it: the broker of this machine, or a driver at a serial port."""

    site: Name
    site_name: Name = ""
    time_zone: Annotated[str, Field(max_length=60)] = "UTC"
    kind: Literal["mqtt", "serial", "none"] = "none"
    source: Name = ""
    port: Annotated[str, Field(max_length=500)] = ""
    driver: Name = ""
    asset: Name = ""
    asset_kind: Name | None = None


@router.post("/first-start", **told(OPEN, FIRST))
def first(request: Request, world: Asked, given: FirstAccount) -> Response:
    """The first account, with the link that `cryogate pages` prints while there is none; its set-up link."""
    cookies.check_origin(request)
    names = (given.name_en.strip(), given.name_zh.strip())
    person = Person(given.account.strip(), *names, (given.language,), given.time_zone, (), ())
    roles = ("operator",) if given.operator else ()
    with room(), office(world.configuration) as (desk, accounts):
        done = first_account(desk, accounts, given.link.strip(), person, roles, ORIGIN)
    return secret_answer({"id": done.stated.id, "account": person.id, "link": done.link})


@router.get("/found-sources", **told("configuration.read", FOUND))
def found(request: Request, world: Asked) -> Response:
    """What could be a source: serial ports of the machine, and a broker at its usual port."""
    answer = {
        "ports": [one.plain() for one in found_ports()],
        "drivers": plugins.names(DRIVERS, "Options"),
        "broker": {"host": HERE, "port": 1883, "state": found_broker().value},
        "why_not_written": why_not_written(world.configuration),
    }
    return json_answer(request, answer)


@router.post("/beginning/preview", **told("configuration.write", TRIED))
def tried(request: Request, world: Asked, who: Who, said: Beginning) -> Response:
    """The piece of configuration for them, checked as by `cryogate check`; nothing is written."""
    with desk_for(world, who) as (desk, author):
        answer = preview(desk, author, *_meant(said))
    return json_answer(request, answer)


@router.post("/beginning", **told("configuration.write", BEGUN))
def begun(request: Request, world: Asked, who: Who, said: Beginning, key: Key = "") -> Response:
    """Write that piece into the configuration; the gateway starts anew with it."""

    def act(desk: Desk, author: Author) -> tuple[Stated, Mapping[str, Any]]:
        done = begin(desk, author, *_meant(said))
        return done.stated, start_anew(world, done)

    return state(request, world, who, key, writing.KIND, [], act)


def _meant(said: Beginning) -> tuple[FirstPlace, FirstSource]:
    source = FirstSource(said.kind, said.source, said.port, said.driver, said.asset, said.asset_kind)
    return FirstPlace(said.site, said.site_name, said.time_zone), source
