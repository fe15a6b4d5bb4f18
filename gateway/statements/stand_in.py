"""Stand-in: one person is on duty in another's place for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown

KIND: Final = "stand_in"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class StandIn:
    """`person` takes the turns of `instead_of` over [from, to), in these rosters; empty: in all."""

    person: str
    instead_of: str
    rosters: tuple[str, ...]
    from_ns: int
    to_ns: int


def to_body(said: StandIn) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "person": said.person,
        "instead_of": said.instead_of,
        "rosters": list(said.rosters),
        "from": moment(said.from_ns),
        "to": moment(said.to_ns),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> StandIn:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    person, instead_of = fields.name("person"), fields.name("instead_of")
    rosters, from_ns, to_ns = fields.names("rosters"), fields.moment("from"), fields.moment("to")
    fields.end()
    if person == instead_of:
        raise fields.wrong("person", "stands in for herself or himself")
    if to_ns <= from_ns:
        raise fields.wrong("to", "is not after from")
    return StandIn(person, instead_of, rosters, from_ns, to_ns)


def words(said: StandIn) -> str:
    where = f" in {', '.join(said.rosters)}" if said.rosters else ""
    span = f"from {shown(said.from_ns)} to {shown(said.to_ns)}"
    return f"let {said.person} stand in for {said.instead_of}{where} {span}"


def about(said: StandIn) -> frozenset[str]:
    return frozenset({said.person, said.instead_of, *said.rosters})
