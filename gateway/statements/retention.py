"""Retention: which readings of one archived file were deleted because their time was over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown

KIND: Final = "retention"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Removed:
    """What went (or would go) from one file."""

    file: str
    sha256: str
    readings: int
    kept: int
    first_ns: int
    last_ns: int
    channels: dict[str, int]  # how many of each


def to_body(said: Removed) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "file": said.file,
        "sha256": said.sha256,
        "readings": said.readings,
        "kept": said.kept,
        "first": moment(said.first_ns),
        "last": moment(said.last_ns),
        "channels": said.channels,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Removed:
    fields = Fields(KIND, SCHEMA, body)
    file, sha256 = fields.name("file"), fields.name("sha256")
    readings, kept = fields.integer("readings", least=0), fields.integer("kept", least=0)
    first_ns, last_ns = fields.moment("first"), fields.moment("last")
    said = Removed(file, sha256, readings, kept, first_ns, last_ns, fields.table("channels", int))
    fields.end()
    return said


def words(said: Removed) -> str:
    span = f"from {shown(said.first_ns)} to {shown(said.last_ns)}"
    return f"deleted {said.readings} readings {span} of {said.file}, {said.kept} are kept"


def about(said: Removed) -> frozenset[str]:
    return frozenset(said.channels)
