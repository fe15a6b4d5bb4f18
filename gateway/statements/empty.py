"""Empty: a person says that nothing is inside an asset from a moment on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.statements.fields import Fields

KIND: Final = "empty"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing is in `asset` from the statement's `at_ns` on, until something is stated to be."""

    asset: str


def to_body(said: Empty) -> dict[str, Any]:
    body = {"schema": SCHEMA, "asset": said.asset}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Empty:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Empty(fields.name("asset"))
    fields.end()
    return said


def words(said: Empty) -> str:
    return f"found {said.asset} empty"


def about(said: Empty) -> frozenset[str]:
    return frozenset({said.asset})
