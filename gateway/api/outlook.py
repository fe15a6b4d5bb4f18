"""What would follow from a statement about contents: units that move, alarms that would name other units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from gateway.api.kept_alarms import Kept
from gateway.api.scope import Scope
from gateway.commands.contents import Foreseen, UnitMoves
from gateway.config.names import Names
from gateway.times import parse_rfc3339
from gateway.traceability.model import Stay

SCHEMA: Final = 1
NOT_MEASURED: Final = ("fault", "drill")
Covers = Callable[[Stay], bool]


def outlook(found: Foreseen, names: Names, scope: Scope, alarms: Iterable[Kept]) -> dict[str, Any]:
    """As who asks may see it: other vessels are left out."""
    units = [_unit(one, names, scope) for one in found.units]
    assets = {stay.asset for one in found.units for stay in (*one.before, *one.after)}
    seen = {names.latest("assets", asset): asset for asset in assets}
    told = [one for kept in alarms if (one := _alarm(kept.alarm, found.units, seen, scope)) is not None]
    return {
        "schema": SCHEMA,
        "rows": found.rows,
        "new": found.new,
        "units": units,
        "alarms": told,
        "remarks": list(found.remarks),
    }


def _unit(one: UnitMoves, names: Names, scope: Scope) -> dict[str, Any]:
    before, after = ([s.asset for s in stays if s.to_ns is None] for stays in (one.before, one.after))

    def shown(assets: Iterable[str]) -> list[str]:
        named = (names.latest("assets", asset) for asset in dict.fromkeys(assets))
        return [name for name in named if scope.asset(name)]

    return {
        "scheme": one.scheme,
        "code": one.code,
        "spoken_of": bool(one.before),
        "out_of": shown(asset for asset in before if asset not in after),
        "into": shown(asset for asset in after if asset not in before),
        "changes": one.before != one.after,
    }


def _alarm(
    alarm: Mapping[str, Any], units: Iterable[UnitMoves], seen: Mapping[str, str], scope: Scope
) -> dict[str, Any] | None:
    """None where it would name the same units as it does, or is none of theirs."""
    if alarm["kind"] in NOT_MEASURED or alarm["withdrawn"] or alarm["asset"] not in seen:
        return None
    if scope.alarm(alarm) is None:
        return None
    covers = _covering(alarm, seen[alarm["asset"]])
    changes = list(_changes(units, covers))
    if not changes:
        return None
    told = {name: alarm[name] for name in ("id", "asset", "rule", "severity", "state", "start", "end")}
    return {**told, "joins": changes.count(True), "leaves": changes.count(False)}


def _changes(units: Iterable[UnitMoves], covers: Covers) -> Iterator[bool]:
    for one in units:
        before, after = (any(map(covers, stays)) for stays in (one.before, one.after))
        if before != after:
            yield after


def _covering(alarm: Mapping[str, Any], asset: str) -> Covers:
    """Whether a unit that stays somewhere is inside what the alarm is about, at any of its time."""
    start_ns, zone = parse_rfc3339(alarm["start"]), alarm["zone"]
    end_ns = None if alarm["end"] is None else parse_rfc3339(alarm["end"])

    def covers(stay: Stay) -> bool:
        is_there = stay.asset == asset and (zone is None or stay.zone in (None, zone))
        begins = end_ns is None or stay.from_ns < end_ns
        return is_there and begins and (stay.to_ns is None or stay.to_ns > start_ns)

    return covers
