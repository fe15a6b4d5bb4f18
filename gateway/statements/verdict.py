"""What a logger itself judged of its readings, kept beside them and compared with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.statements.fields import Fields, moment, optional_moment

AGREES: Final = "agrees"
CONTRADICTS: Final = "contradicts"
NOT_COMPARED: Final = "not compared"  # there is no usable reading to compare with


@dataclass(frozen=True, slots=True)
class Verdict:
    """For `beyond_s` in [first_ns, last_ns) its value was above (or below) `limit`, says the device.

    `alarm_ns`: when it raised its alarm. `compared`: with the readings of the same file.
    """

    series: str
    above: bool
    limit: float
    unit: str
    first_ns: int
    last_ns: int
    beyond_s: int
    alarm_ns: int | None
    compared: str


def to_plain(said: Verdict) -> dict[str, Any]:
    return {
        "series": said.series,
        "above": said.above,
        "limit": said.limit,
        "unit": said.unit,
        "first": moment(said.first_ns),
        "last": moment(said.last_ns),
        "beyond_s": said.beyond_s,
        "alarm": optional_moment(said.alarm_ns),
        "compared": said.compared,
    }


def of_plain(kind: str, newest: int, body: Mapping[str, Any], schema: int) -> Verdict:
    """Raises StatementError."""
    fields = Fields(kind, newest, body, schema)
    said = Verdict(
        fields.name("series"),
        fields.flag("above"),
        fields.number("limit"),
        fields.name("unit"),
        fields.moment("first"),
        fields.moment("last"),
        fields.integer("beyond_s", least=0),
        fields.optional_moment("alarm"),
        fields.name("compared"),
    )
    fields.end()
    return said


def in_words(said: Verdict) -> str:
    """ "above 8 degC for 974 min" """
    side = "above" if said.above else "below"
    return f"{side} {said.limit:g} {said.unit} for {said.beyond_s // 60} min"
