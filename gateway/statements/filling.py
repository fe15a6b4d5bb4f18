"""Filling: a person says that an asset is being filled, and how long that takes at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown

KIND: Final = "filling"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Filling:
    """From the statement's `at_ns` until `until_ns`; the latest word about an asset counts.

    One that ends when it begins says that the filling is over.
    """

    asset: str
    until_ns: int


def to_body(said: Filling) -> dict[str, Any]:
    body = {"schema": SCHEMA, "asset": said.asset, "until": moment(said.until_ns)}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Filling:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Filling(fields.name("asset"), fields.moment("until"))
    fields.end()
    return said


def words(said: Filling) -> str:
    return f"said that {said.asset} is being filled until {shown(said.until_ns)}"


def about(said: Filling) -> frozenset[str]:
    return frozenset({said.asset})
