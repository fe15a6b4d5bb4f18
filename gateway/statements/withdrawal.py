"""Withdrawal: a person takes a statement back; the envelope says which one and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "withdrawal"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Everything stands in the envelope: `withdraws` and `reason`."""


def to_body(_: Withdrawal) -> dict[str, Any]:
    return {"schema": SCHEMA}


def of(body: Mapping[str, Any]) -> Withdrawal:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    fields.end()
    return Withdrawal()


def words(_: Withdrawal) -> str:
    return "withdrew a statement"


def about(_: Withdrawal) -> frozenset[str]:
    return frozenset()
