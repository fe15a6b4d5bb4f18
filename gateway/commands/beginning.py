"""The first site and the first source of a gateway are written into its configuration, as one change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from gateway.commands.author import Author
from gateway.commands.configuring import Change, WrittenNow, try_out, why_not_written, write
from gateway.commands.desk import Desk
from gateway.config import pieces
from gateway.config.load import plain
from gateway.config.tables import Problems, build
from gateway.config.toml import read_toml
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import ConfigurationError, InputError
from gateway.ingestion.sources import serial
from gateway.mqtt.found_broker import HERE
from gateway.text import one_line

SERIAL_DEVICE: Final = re.compile(r"/dev/(tty[A-Za-z0-9]+|rfcomm[0-9]+|serial/by-(id|path)/[^/\s]+)")
EVERY_TOPIC: Final = "{topic...}"  # until topics have channels: what comes is shown as refused, to point at
Tables = dict[tuple[str, str], Mapping[str, Any]]
Header = tuple[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FirstPlace:
    """The site, unless there is one already."""

    site: str
    name: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class FirstSource:
    """`kind` mqtt: the broker of this machine. serial: `driver` at `port`, with a channel for each of its
    addresses in `asset`."""

    kind: Literal["mqtt", "serial", "none"]
    name: str = ""
    port: str = ""
    driver: str = ""
    asset: str = ""
    asset_kind: str | None = None


def preview(desk: Desk, author: Author, place: FirstPlace, source: FirstSource) -> dict[str, Any]:
    """The text, checked, and what follows with the start. Raises InputError or ConfigurationError."""
    tables = _tables(desk.configuration, place, source)
    new, start = try_out(desk, _change(desk.configuration, author, tables))
    return {
        "text": _text(tables),
        "changes": list(start.changes),
        "remarks": list(new.remarks),
        "why_not_written": why_not_written(desk.configuration),
    }


def begin(desk: Desk, author: Author, place: FirstPlace, source: FirstSource) -> WrittenNow:
    """Raises InputError or ConfigurationError, and nothing has changed."""

    def make() -> Change:
        return _change(desk.configuration, author, _tables(desk.configuration, place, source))

    return write(desk, author, make)


def _tables(configuration: Configuration, place: FirstPlace, source: FirstSource) -> Tables:
    """What comes into the file, by the names of its headers."""
    made: Tables = {}
    if place.site not in configuration.sites:
        made["sites", place.site] = {"name": place.name or None, "time_zone": place.time_zone}
    if source.kind != "none" and source.name in configuration.sources:
        raise InputError(f"there is a source {source.name!r} already: give another name")
    if source.kind == "mqtt":
        made["sources", source.name] = _broker(configuration)
    elif source.kind == "serial":
        made |= dict(_line(configuration, place, source))
    if not made:
        raise InputError("there is a site already, and no source is chosen: nothing would be written")
    return made


def _broker(configuration: Configuration) -> dict[str, Any]:
    reading = {"address": "{topic}", "value_pointer": ""}
    topic = {"pattern": EVERY_TOPIC, "payload": "json", "options": {"readings": [reading]}}
    client = f"cryogate-{configuration.gateway.name}"
    return {"kind": "mqtt", "host": HERE, "client_id": client, "topics": [topic]}


def _line(configuration: Configuration, place: FirstPlace, source: FirstSource) -> Iterator[Header]:
    if not SERIAL_DEVICE.fullmatch(source.port):
        raise InputError(
            "choose a port, or type the path of a serial device, like /dev/ttyUSB0 or /dev/serial/by-id/...; "
            "a serial server is added by hand: docs/drivers.md"
        )
    given = {"driver": source.driver, "port": source.port}
    problems = Problems(configuration.path.parent)
    options = build(serial.Options, given, f"sources.{source.name}", problems)
    if options is None or problems:
        raise ConfigurationError(list(problems))
    yield ("sources", source.name), {"kind": "serial", **given}
    if source.asset not in configuration.assets:
        yield ("assets", source.asset), {"site": place.site, "kind": source.asset_kind}
    for address in options.addresses():
        unit = options.unit_of(address) or "degC"
        content = {"asset": source.asset, "source": source.name, "address": address}
        name = "-".join(filter(None, (source.asset, "-".join(address.split("/")).lower())))
        yield ("channels", name), content | ({} if unit == "degC" else {"unit": unit})


def _text(tables: Tables) -> str:
    return "\n".join(text for names, content in tables.items() for text in _piece(names, content))


def _piece(names: tuple[str, str], content: Mapping[str, Any]) -> Iterator[str]:
    """A table, and behind it the topics of a source in the form that people read and add to."""
    topics = content.get("topics", [])
    yield pieces.table(f"[{pieces.path(*names)}]", {k: v for k, v in content.items() if k != "topics"})
    for topic in topics:
        where = pieces.path(*names, "topics")
        yield pieces.table(f"[[{where}]]", {k: v for k, v in topic.items() if k != "options"})
        for reading in topic["options"]["readings"]:
            yield pieces.table(f"[[{where}.options.readings]]", reading)


def _change(configuration: Configuration, author: Author, tables: Tables) -> Change:
    def after(before: bytes, now: str) -> bytes:
        text = before.decode()
        told = f"# First site and source: added by {one_line(author.name)} in the control room, {now}.\n"
        end = "\r\n" if "\r\n" in text else "\n"
        return pieces.at_end(text, (told + _text(tables)).replace("\n", end)).encode()

    def check_only(_: object, new: Configuration) -> None:
        meant = read_toml(configuration.path)
        for (section, name), content in tables.items():
            there = meant.setdefault(section, {})
            there[name] = {key: value for key, value in content.items() if value is not None}
        meant = json.loads(json.dumps(meant, default=plain))
        if json.loads(new.document) | {"files": {}} != meant | {"files": {}}:
            raise InputError("this cannot be added without a change of more: add it by hand")

    return Change("first site and source", after, check_only)
