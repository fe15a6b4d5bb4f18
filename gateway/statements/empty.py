"""Empty: a person says that nothing is inside an asset from a moment on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "empty"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing is in `asset` (or that zone of it) from the statement's `at_ns` on, until something is."""

    asset: str
    zone: str | None


def to_body(said: Empty) -> dict[str, Any]:
    body = {"schema": SCHEMA, "asset": said.asset, "zone": said.zone}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Empty:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Empty(fields.name("asset"), fields.optional_name("zone"))
    fields.end()
    return said


def words(said: Empty) -> str:
    zone = "" if said.zone is None else f" ({said.zone})"
    return f"found {said.asset}{zone} empty"


def about(said: Empty) -> frozenset[str]:
    return frozenset({said.asset})
