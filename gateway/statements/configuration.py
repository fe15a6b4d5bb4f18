"""Configuration: what the gateway was configured to do, from its start with it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_DOCUMENT, Fields

KIND: Final = "configuration"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Configured:
    """`document`: all of it as canonical JSON. Retired: in the one before, and no more in this one."""

    fingerprint: str
    document: str
    channels: tuple[str, ...]
    retired_channels: tuple[str, ...] = ()
    retired_assets: tuple[str, ...] = ()


def to_body(said: Configured) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "fingerprint": said.fingerprint,
        "channels": list(said.channels),
        "document": said.document,
        "retired_channels": list(said.retired_channels),
        "retired_assets": list(said.retired_assets),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Configured:
    fields = Fields(KIND, SCHEMA, body)
    fingerprint = fields.name("fingerprint")
    document = fields.message("document", longest=LONGEST_DOCUMENT)
    channels = fields.names("channels")
    retired = (
        (fields.names("retired_channels"), fields.names("retired_assets")) if fields.schema else ((), ())
    )
    fields.end()
    return Configured(fingerprint, document, channels, *retired)


def is_of_0_1(body: Mapping[str, Any]) -> bool:
    """Whether version 0.1.0 stated it, which did not state what happens to alarms."""
    return "schema" not in body


def words(said: Configured) -> str:
    retired = ", ".join([*said.retired_channels, *said.retired_assets])
    without = f", retired: {retired}" if retired else ""
    return f"started with configuration {said.fingerprint}, {len(said.channels)} channels{without}"


def about(said: Configured) -> frozenset[str]:
    return frozenset(said.channels + said.retired_channels + said.retired_assets)
