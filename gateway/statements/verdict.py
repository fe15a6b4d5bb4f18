"""What a logger itself judged of its readings, kept beside them and compared with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, optional_moment

AGREES: Final = "agrees"
CONTRADICTS: Final = "contradicts"
NOT_COMPARED: Final = "not compared"  # there is no usable reading to compare with


@dataclass(frozen=True, slots=True)
class Verdict:
    """For `beyond_s` in [first_ns, last_ns) its value was above (or below) `limit`, says the device.

    `above`: None where the file does not tell which side the limit is on. `alarm_ns`: when it raised its
    alarm. `compared`: with the readings of the same file.
    """

    series: str
    above: bool | None
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
        fields.optional_flag("above"),
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
    return f"{side(said.above)} {said.limit:g} {said.unit} for {said.beyond_s // 60} min"


def side(above: bool | None) -> str:
    """Of a limit, as it stands before its value."""
    return "alarm limit" if above is None else "above" if above else "below"
