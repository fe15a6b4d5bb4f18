"""Import: a person brought a logger's file, whose readings are in the journal beside this statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.statements.fields import Fields, moment, shown

KIND: Final = "import"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "its readings are in the journal, which deletes nothing"


@dataclass(frozen=True, slots=True)
class Import:
    """`logger`: what the file says about it. `channels`: series of the file -> channel."""

    file: str
    sha256: str
    format: str
    logger: Mapping[str, str]
    channels: Mapping[str, str]
    readings: int
    first_ns: int
    last_ns: int


def to_body(said: Import) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "file": said.file,
        "sha256": said.sha256,
        "format": said.format,
        "logger": dict(said.logger),
        "channels": dict(said.channels),
        "readings": said.readings,
        "first": moment(said.first_ns),
        "last": moment(said.last_ns),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Import:
    fields = Fields(KIND, SCHEMA, body)
    file, sha256, format_ = fields.message("file"), fields.name("sha256"), fields.name("format")
    logger, channels = fields.table("logger", str), fields.table("channels", str)
    readings = fields.integer("readings", least=0)
    said = Import(
        file, sha256, format_, logger, channels, readings, fields.moment("first"), fields.moment("last")
    )
    fields.end()
    return said


def words(said: Import) -> str:
    span = f"from {shown(said.first_ns)} to {shown(said.last_ns)}"
    return f"imported {said.file}, {said.readings} readings {span}"


def about(said: Import) -> frozenset[str]:
    return frozenset(said.channels.values())
