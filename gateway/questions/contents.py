"""What is inside an asset at a moment, where a unit was, what contradicts itself: from the journal alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from gateway.alarms.priority import Priorities, risk_of
from gateway.config import plugins
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import CODES
from gateway.dataclass import dataclass
from gateway.errors import CodeError, InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.published import contents as published
from gateway.published.stays import StaysInParts
from gateway.text import LONG
from gateway.times import format_rfc3339
from gateway.traceability.containment import Containments, concerns
from gateway.traceability.heard import KINDS, contents
from gateway.traceability.history import history_of
from gateway.traceability.model import Conflict, Containment, Stay

MOST_PRODUCTS: Final = 5  # named of each asset


@dataclass(frozen=True, slots=True)
class StatedContents:
    """Everything that people have stated about contents, and what assets are called now."""

    containments: Containments
    timeline: Timeline

    def identity(self, name: str) -> str:
        """Of an asset, by any name it ever had."""
        return self.timeline.asset_identity(name)

    def name(self, identity: str) -> str:
        return self.timeline.names.latest("assets", identity)


def stated(journal: Journal, timeline: Timeline | None = None) -> StatedContents:
    """`timeline`: of the journal, by whoever has it."""
    timeline = timeline or timeline_of(journal)
    return StatedContents(contents(said(journal, *KINDS), timeline.asset_identity), timeline)


def of_assets(
    known: StatedContents, assets: Iterable[str], at_ns: int, *, in_parts: bool = False
) -> dict[str, Any]:
    """What is inside each of these (identities). `in_parts`: many units are made as they are written."""
    return {
        "schema": published.SCHEMA,
        "at": format_rfc3339(at_ns),
        "assets": [_of_asset(known, asset, at_ns, in_parts) for asset in assets],
    }


def counted(known: StatedContents, assets: Iterable[str], at_ns: int, by: Priorities) -> list[dict[str, Any]]:
    """How much is inside each of these (identities), and what its loss would mean."""
    return [_count_of(known, asset, at_ns, by) for asset in assets]


def of_units(known: StatedContents, code: str, at_ns: int) -> dict[str, Any]:
    """Where the units with this code were, and everything that was said about them.

    Raises InputError where nobody has said anything.
    """
    keys = units_with(known.containments, code)
    if not keys:
        raise InputError(
            f"nobody has stated anything about a unit {code[:80]!r}; `cryogate contents` lists all"
        )
    units = [_of_unit(known, key, at_ns) for key in keys]
    return {"schema": published.SCHEMA, "at": format_rfc3339(at_ns), "units": units}


def units_with(containments: Containments, code: str) -> list[tuple[str, str]]:
    """Those whose code this is, as it stands, or in the normal form that its scheme gives or once gave it."""
    return units_among(containments.units, code)


def units_among(units: Collection[tuple[str, str]], code: str) -> list[tuple[str, str]]:
    """The same of some units, each by scheme and code."""
    wanted = {scheme: {code, *_normal_forms(scheme, code)} for scheme in {scheme for scheme, _ in units}}
    return [(scheme, known) for scheme, known in units if known in wanted[scheme]]


def conflicts(known: StatedContents, asset: str | None) -> dict[str, Any]:
    """Every contradiction, or those that an asset (its identity) is part of."""
    found = [c for c in known.containments.conflicts() if asset is None or asset in c.assets]
    return {"schema": published.SCHEMA, "conflicts": [published.conflict(c) for c in found]}


def _of_asset(known: StatedContents, asset: str, at_ns: int, in_parts: bool) -> dict[str, Any]:
    inside = known.containments.inside(asset, None, at_ns, at_ns)
    emptied = None if inside.stays else known.containments.emptied(asset, None, at_ns, at_ns + 1)
    why = partial(_why, known.containments, _by_unit(inside.conflicts))
    units = StaysInParts(inside.stays, known.name(asset), why)
    return {
        "asset": known.name(asset),
        "known": inside.known,
        "empty": None if emptied is None else published.emptied(emptied),
        "units": units if in_parts and len(units) > LONG else list(units),
    }


def _count_of(known: StatedContents, asset: str, at_ns: int, by: Priorities) -> dict[str, Any]:
    inside = known.containments.inside(asset, None, at_ns, at_ns)
    products = {stay.unit.product for stay in inside.stays}
    return {
        "asset": known.name(asset),
        "known": inside.known,
        "units": len({stay.unit.key for stay in inside.stays}) if inside.known else None,
        "products": sorted(products)[:MOST_PRODUCTS],
        "risk": risk_of(products, by).word if inside.known else "unknown",
        "uncertain": bool(inside.conflicts),
    }


def _of_unit(known: StatedContents, key: tuple[str, str], at_ns: int) -> dict[str, Any]:
    stays = known.containments.where_was(*key)
    about = [c for c in known.containments.conflicts() if c.unit.key == key]
    mentions = history_of(known.containments, *key)
    unit = stays[-1].unit if stays else mentions[-1].said.unit
    now = [s for s in stays if s.from_ns <= at_ns and (s.to_ns is None or at_ns < s.to_ns)]
    return {
        **published.unit(unit),
        "inside": [known.name(s.asset) for s in now],
        "stays": [
            published.stay(stay, known.name(stay.asset), *_why(known.containments, {key: about}, stay))
            for stay in stays
        ],
        "statements": [published.mention(m) for m in mentions],
        "conflicts": [published.conflict(c) for c in about],
    }


def _by_unit(conflicts: Iterable[Conflict]) -> dict[tuple[str, str], list[Conflict]]:
    found: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in conflicts:
        found.setdefault(conflict.unit.key, []).append(conflict)
    return found


def _why(
    containments: Containments, about: Mapping[tuple[str, str], list[Conflict]], stay: Stay
) -> tuple[list[Containment], list[Conflict]]:
    """The statements that a stay rests on, and the conflicts that make it uncertain."""
    of_stay = [c for c in about.get(stay.unit.key, ()) if concerns(c, stay)] if about else []
    return list(_resting_on(containments, stay)), of_stay


def _resting_on(containments: Containments, stay: Stay) -> Iterator[Containment]:
    seen: set[str] = set()
    for row in containments.said_of(stay.unit.scheme, stay.unit.code):
        if row.id in stay.statements and row.id not in seen:
            seen.add(row.id)
            yield row


def _normal_forms(scheme: str, code: str) -> Iterator[str]:
    module = plugins.find(CODES, scheme, "parse")
    for name in ("parse", "former"):
        if hasattr(module, name):
            with suppress(CodeError):
                yield str(getattr(module, name)(code))
