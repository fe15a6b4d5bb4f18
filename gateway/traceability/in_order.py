"""The stays in one asset by unit and start: asked for again and again, while few of them change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

from gateway.dataclass import dataclass
from gateway.traceability.model import Stay

Key = tuple[str, str]
FEW: Final = 1000  # units that are put in their places one by one; of more all are sorted anew
MOST_KEPT: Final = 8  # answers, with 8 bytes a stay: an alarm that goes on asks for two again and again
FOREVER: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class _Kept:
    """The answer to every question that ends from `end` to `until`."""

    stays: tuple[Stay, ...]
    end_ns: int
    until_ns: int


class InOrder:
    """What changes is put in its place when somebody asks."""

    def __init__(self, stays: Iterable[Stay]) -> None:
        self._stays = sorted(stays, key=_order)
        self._changed: dict[Key, tuple[Stay, ...]] = {}
        self._kept: dict[tuple[str | None, int], _Kept] = {}

    def change(self, key: Key, stays: tuple[Stay, ...]) -> None:
        """These are the stays of that unit now."""
        self._changed[key] = stays

    def inside(self, zone: str | None, start_ns: int, end_ns: int) -> tuple[Stay, ...]:
        """Those with a moment in [start, end); the very same tuple as long as they are the same.

        A stay without a zone is in every zone; a question without a zone is about all of them.
        """
        self._settle()
        kept = self._kept.get((zone, start_ns))
        if kept is None or not kept.end_ns <= end_ns <= kept.until_ns:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[zone, start_ns] = self._find(zone, start_ns, end_ns)
        return kept.stays

    def _find(self, zone: str | None, start_ns: int, end_ns: int) -> _Kept:
        found = tuple(
            [
                stay
                for stay in self._stays
                if stay.from_ns < end_ns
                and (stay.to_ns is None or stay.to_ns > start_ns)
                and (zone is None or stay.zone is None or stay.zone == zone)
            ]
        )
        later = (stay.from_ns for stay in self._stays if stay.from_ns >= end_ns)
        return _Kept(found, end_ns, min(later, default=FOREVER))

    def _settle(self) -> None:
        if not self._changed:
            return
        if len(self._changed) > FEW:
            every = [stay for stay in self._stays if stay.unit.key not in self._changed]
            every += [stay for stays in self._changed.values() for stay in stays]
            self._stays = sorted(every, key=_order)
        else:
            for key, stays in self._changed.items():
                here = slice(
                    bisect_left(self._stays, key, key=_unit), bisect_right(self._stays, key, key=_unit)
                )
                self._stays[here] = sorted(stays, key=_order)
        self._changed.clear()
        self._kept.clear()


def _order(stay: Stay) -> tuple[str, str, int]:
    return stay.unit.scheme, stay.unit.code, stay.from_ns


def _unit(stay: Stay) -> Key:
    return stay.unit.key
