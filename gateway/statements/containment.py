"""Containment: a person says which unit was in which asset, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.statements.fields import LARGEST_INTEGER, LONGEST_NAME, Fields, moment, optional_moment, shown
from gateway.times import exactly

KIND: Final = "containment"
SCHEMA: Final = 1
BY_PEOPLE: Final = True

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
_Line = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """One traceable product package; `code` is the normal form of its scheme (gateway/codes)."""

    scheme: str
    code: str
    product: str = ""
    chain_of_identity: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two statements be about the same unit."""
        return self.scheme, self.code


@dataclass(frozen=True, slots=True)
class UnitStay:
    """The unit was in that asset (and zone, if one is named) over [from, to); to None: it still is."""

    unit: Unit
    asset: str
    zone: str | None
    from_ns: int
    to_ns: int | None


@dataclass(frozen=True, slots=True)
class Containment:
    """One stay, so that each can be corrected and withdrawn by itself; in version 0.1.0 those of one file."""

    stays: tuple[UnitStay, ...]


def to_body(said: Containment) -> dict[str, Any]:
    body = {"schema": SCHEMA, "units": [stay_body(stay) for stay in said.stays]}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Containment:
    sound = _sound(body)  # a site may have 100 000
    return by_field(body) if sound is None else Containment((sound,))


def by_field(body: Mapping[str, Any]) -> Containment:
    """The same, and what is wrong is said in words."""
    fields = Fields(KIND, SCHEMA, body)
    items = fields.items("units")
    fields.end()
    if fields.schema and len(items) != 1:
        raise fields.wrong("units", f"are {len(items)}, expected one")
    return Containment(tuple(stay_of(item, fields.schema) for item in items))


def words(said: Containment) -> str:
    first = said.stays[0] if said.stays else None
    if first is None:
        return "loaded a file without units"
    more = f" and {len(said.stays) - 1} more" if len(said.stays) > 1 else ""
    zone = f" ({first.zone})" if first.zone is not None else ""
    until = "on" if first.to_ns is None else f"to {shown(first.to_ns)}"
    return f"put {first.unit.code}{more} in {first.asset}{zone} from {shown(first.from_ns)} {until}"


def about(said: Containment) -> frozenset[str]:
    return frozenset(name for stay in said.stays for name in (stay.unit.code, stay.asset))


def stay_body(stay: UnitStay) -> dict[str, Any]:
    """One of the objects under "units"."""
    return {
        "scheme": stay.unit.scheme,
        "code": stay.unit.code,
        "product": stay.unit.product,
        "chain_of_identity": stay.unit.chain_of_identity,
        "asset": stay.asset,
        "zone": stay.zone,
        "from": moment(stay.from_ns),
        "to": optional_moment(stay.to_ns),
    }


def stay_of(item: object, schema: int = SCHEMA) -> UnitStay:
    """What `stay_body` gave. Raises StatementError."""
    fields = Fields(KIND, SCHEMA, item, schema)
    unit = Unit(
        fields.name("scheme"), fields.name("code"), fields.line("product"), fields.line("chain_of_identity")
    )
    asset, zone = fields.name("asset"), fields.optional_name("zone")
    from_ns, to_ns = fields.moment("from"), fields.optional_moment("to")
    fields.end()
    if schema and to_ns is not None and to_ns <= from_ns:
        raise fields.wrong("to", "is not after from")
    return UnitStay(unit, asset, zone, from_ns, to_ns)


class _Stored(msgspec.Struct, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """A stay as `stay_body` gives it."""

    scheme: _Name
    code: _Name
    product: _Line
    chain_of_identity: _Line
    asset: _Name
    zone: _Name | None
    since: str
    until: str | None


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    units: Annotated[list[_Stored], msgspec.Meta(min_length=1, max_length=1)]


def _sound(body: Mapping[str, Any]) -> UnitStay | None:
    """A stay in a fifth of the time; None where anything about it is odd, which is said by field."""
    try:
        told = msgspec.convert(body, _Body).units[0]
        from_ns = exactly(told.since)
        to_ns = None if told.until is None else exactly(told.until)
    except (msgspec.ValidationError, InputError, UnicodeEncodeError):  # the last: half a character
        return None
    names = (told.scheme, told.code, told.asset, told.zone or "-")
    text = "".join((*names, told.product, told.chain_of_identity))
    latest_ns = from_ns + 1 if to_ns is None else to_ns
    if not (text.isprintable() and all(map(str.strip, names)) and -LARGEST_INTEGER <= from_ns < latest_ns):
        return None
    if latest_ns > LARGEST_INTEGER:
        return None
    unit = Unit(told.scheme, told.code, told.product, told.chain_of_identity)
    return UnitStay(unit, told.asset, told.zone, from_ns, to_ns)


def subject(body: Mapping[str, Any]) -> str:
    """None of a file of version 0.1.0, which set those of many units."""
    return str(body["units"][0]["code"]) if len(body["units"]) == 1 else ""
