"""Assessment: a person judges an excursion, and says why it came, and under which numbers that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_TEXT, Fields

KIND: Final = "assessment"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Assessment:
    """Of the alarm with this id. `deviation`, `capa`: numbers in the quality system.

    All but `assessment` may be empty: they are often known later, and then this statement is corrected.
    """

    alarm: str
    assessment: str
    root_cause: str = ""
    deviation: str = ""
    capa: str = ""


def to_body(said: Assessment) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "alarm": said.alarm,
        "assessment": said.assessment,
        "root_cause": said.root_cause,
        "deviation": said.deviation,
        "capa": said.capa,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Assessment:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    alarm, text = fields.name("alarm"), fields.comment("assessment")
    root_cause = fields.line("root_cause", longest=LONGEST_TEXT)
    said = Assessment(alarm, text, root_cause, fields.line("deviation"), fields.line("capa"))
    fields.end()
    return said


def words(said: Assessment) -> str:
    cause = f"; root cause: {said.root_cause}" if said.root_cause else ""
    numbers = [f"{what} {n}" for what, n in (("deviation", said.deviation), ("CAPA", said.capa)) if n]
    named = f" ({', '.join(numbers)})" if numbers else ""
    return f"assessed {said.alarm}{named}: {said.assessment}{cause}"


def about(said: Assessment) -> frozenset[str]:
    return frozenset({said.alarm, said.deviation, said.capa} - {""})
