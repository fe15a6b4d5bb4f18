"""What is inside, where a unit was and what contradicts itself, as plain JSON data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gateway.times import format_rfc3339
from gateway.traceability.history import Mention
from gateway.traceability.model import Conflict, Containment, Emptied, Stay, Unit

SCHEMA: Final = 1
Said = Containment | Emptied


def unit(of: Unit) -> dict[str, Any]:
    return {
        "scheme": of.scheme,
        "code": of.code,
        "product": of.product,
        "chain_of_identity": of.chain_of_identity,
    }


def stay(of: Stay, asset: str, said: Iterable[Said], conflicts: Iterable[Conflict]) -> dict[str, Any]:
    """`asset`: its name; `said`: the statements it rests on; `conflicts`: those that make it uncertain."""
    return {**unit(of.unit), **where(of, asset, conflicts), **rests_on(said, of.ended_by)}


def where(of: Stay, asset: str, conflicts: Iterable[Conflict]) -> dict[str, Any]:
    """The place and time of a stay."""
    return {
        "asset": asset,
        "zone": of.zone,
        "from": format_rfc3339(of.from_ns),
        "to": _time(of.to_ns),
        "certain": of.certain,
        "conflicts": [c.words() for c in conflicts],
    }


def rests_on(said: Iterable[Said], ended_by: str) -> dict[str, Any]:
    """Who stated a stay, and what ended it."""
    return {"stated": [_source(s) for s in said], "ended_by": ended_by or None}


def emptied(of: Emptied) -> dict[str, Any]:
    return {**_source(of), **_place(of), "from": format_rfc3339(of.at_ns)}


def conflict(of: Conflict) -> dict[str, Any]:
    return {
        **unit(of.unit),
        "what": of.what,
        "from": format_rfc3339(of.from_ns),
        "to": _time(of.to_ns),
        "statements": [_statement(of.one), _statement(of.other)],
        "words": of.words(),
    }


def mention(of: Mention) -> dict[str, Any]:
    """A statement about a unit, and what became of it."""
    return {**_statement(of.said), **unit(of.said.unit), "counts": of.counts, "fate": of.fate or None}


def _statement(said: Said) -> dict[str, Any]:
    if isinstance(said, Emptied):
        return {**emptied(said), "to": None, "empty": True}
    times = {"from": format_rfc3339(said.from_ns), "to": _time(said.to_ns)}
    return {**_source(said), **_place(said), **times, "empty": False}


def _source(said: Said) -> dict[str, Any]:
    return {
        "id": said.id,
        "by": said.by,
        "at": format_rfc3339(said.stated_ns),
        "reason": said.reason or None,
        "corrects": said.corrects or None,
    }


def _place(said: Said) -> dict[str, Any]:
    return {"asset": said.asset_name or said.asset, "zone": said.zone}


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else format_rfc3339(time_ns)
