"""Disposition: a person decides what becomes of a product unit that an excursion reached, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "disposition"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
USE, QUARANTINE, REJECT, ADD_BACK = "use", "quarantine", "reject", "add-back"
DECISIONS: Final = (USE, QUARANTINE, REJECT, ADD_BACK)
MOST_REFERENCES: Final = 20  # documents that one decision rests on


@dataclass(frozen=True, slots=True)
class Disposition:
    """Of one unit, in the review of the alarm with this id. `references`: documents, as people cite them."""

    alarm: str
    scheme: str
    code: str
    decision: str
    why: str
    references: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Of the unit."""
        return self.scheme, self.code


def to_body(said: Disposition) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "alarm": said.alarm,
        "scheme": said.scheme,
        "code": said.code,
        "decision": said.decision,
        "why": said.why,
        "references": list(said.references),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Disposition:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    alarm, scheme, code = fields.name("alarm"), fields.name("scheme"), fields.name("code")
    said = Disposition(
        alarm, scheme, code, fields.name("decision"), fields.comment("why"), fields.names("references")
    )
    fields.end()
    if said.decision not in DECISIONS:
        raise fields.wrong("decision", f"is {said.decision[:40]!r}, expected one of {', '.join(DECISIONS)}")
    if len(said.references) > MOST_REFERENCES:
        raise fields.wrong("references", f"has {len(said.references)} items, at most {MOST_REFERENCES}")
    return said


def words(said: Disposition) -> str:
    cited = f" ({', '.join(said.references)})" if said.references else ""
    return f"decided of {said.code} in the review of {said.alarm}: {said.decision}: {said.why}{cited}"


def about(said: Disposition) -> frozenset[str]:
    return frozenset({said.alarm, said.code})
