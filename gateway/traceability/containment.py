"""Which units were in an asset, from what people have stated, in the order they stated it.

Nothing stated is deleted. A later statement about the same unit, asset, zone and start amends the earlier
one (it gives the end that was open). A unit is in one place: stated elsewhere from t on, a stay that
was open, or would overlap, ends at t. Stated in the same place again, as in a daily count, it is one stay.
What a unit is (product, chain of identity) is what was said about it last: a statement that leaves it out
takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.traceability.model import Containment, Contents, Stay, Unit

Key = tuple[str, str]


class Containments:
    """Every statement so far, by unit, and the stays that follow from them, by asset."""

    def __init__(self) -> None:
        self._stated: dict[Key, list[Containment]] = {}
        self._stays: dict[str, dict[Key, tuple[Stay, ...]]] = {}

    def state(self, containment: Containment) -> set[str]:
        """Take a statement; the assets whose contents it may have changed."""
        key = containment.unit.key
        stated = self._stated.setdefault(key, [])
        stated.append(containment)
        by_asset: dict[str, list[Stay]] = {}
        for asset, stay in _joined(_stays(stated)):
            by_asset.setdefault(asset, []).append(stay)
        touched = {c.asset for c in stated}
        for asset in touched:
            self._stays.setdefault(asset, {})[key] = tuple(by_asset.get(asset, ()))
        return touched

    def inside(self, asset: str, zone: str | None, start_ns: int, end_ns: int) -> Contents:
        """Units in `asset` at any moment of [start, end), or at `start` where the two are the same.

        A stay without a zone is in every zone; a question without a zone is about all of them.
        """
        found = [
            stay
            for stays in self._stays.get(asset, {}).values()
            for stay in stays
            if _overlaps(stay, start_ns, end_ns) and (zone is None or stay.zone in (None, zone))
        ]
        return Contents(bool(found), tuple(sorted(found, key=lambda s: (s.unit, s.from_ns))))


def _overlaps(stay: Stay, start_ns: int, end_ns: int) -> bool:
    return stay.from_ns < max(end_ns, start_ns + 1) and (stay.to_ns is None or stay.to_ns > start_ns)


def _stays(stated: list[Containment]) -> Iterator[tuple[str, Stay]]:
    """Stays of one unit: amended statements in order of their start, each cut where the next one begins."""
    amended: dict[tuple[str, str | None, int], Containment] = {}
    for containment in stated:
        place = (containment.asset, containment.zone, containment.from_ns)
        amended.pop(place, None)
        amended[place] = containment
    unit = _as_said_last(stated)
    ordered = sorted(
        amended.values(), key=lambda c: c.from_ns
    )  # stable: of equal starts the later stated wins
    for i, containment in enumerate(ordered):
        following = ordered[i + 1].from_ns if i + 1 < len(ordered) else None
        to_ns = _earlier(containment.to_ns, following)
        if to_ns is None or to_ns > containment.from_ns:
            yield containment.asset, Stay(unit, containment.zone, containment.from_ns, to_ns)


def _joined(stays: Iterable[tuple[str, Stay]]) -> list[tuple[str, Stay]]:
    """Stays of one unit in order, those that follow each other without a gap in one place made one."""
    joined: list[tuple[str, Stay]] = []
    for asset, stay in stays:
        before = joined[-1] if joined else None
        if before is not None and (before[0], before[1].zone, before[1].to_ns) == (
            asset,
            stay.zone,
            stay.from_ns,
        ):
            joined[-1] = asset, replace(before[1], to_ns=stay.to_ns)
        else:
            joined.append((asset, stay))
    return joined


def _as_said_last(stated: list[Containment]) -> Unit:
    product = next((c.unit.product for c in reversed(stated) if c.unit.product), "")
    chain = next((c.unit.chain_of_identity for c in reversed(stated) if c.unit.chain_of_identity), "")
    return replace(stated[-1].unit, product=product, chain_of_identity=chain)


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
