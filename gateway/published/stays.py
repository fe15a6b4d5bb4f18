"""Stays in an asset as they are published, made as they are looked at or written: there may be 100 000."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, overload

from gateway.published import contents
from gateway.published.contents import Said
from gateway.text import LONG, is_plain, json_items
from gateway.times import format_rfc3339
from gateway.traceability.model import Conflict, Stay

Why = Callable[[Stay], tuple[Sequence[Said], Sequence[Conflict]]]
"""The statements that a stay rests on, and the conflicts that make it uncertain."""
_OPEN = "@"  # in place of what differs from statement to statement


class StaysInParts(Sequence[dict[str, Any]]):
    """What `published.contents.stay` gives of each, without holding more than a few of them."""

    def __init__(self, stays: Sequence[Stay], asset: str, why: Why) -> None:
        """`asset`: the name of the one that they are all in."""
        self._stays, self._asset, self._why = stays, asset, why

    def __len__(self) -> int:
        return len(self._stays)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self._made, self._stays)

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(at, int):
            return self._made(self._stays[at])
        return list(map(self._made, self._stays[at]))

    def in_doubt(self) -> Iterator[dict[str, Any]]:
        """Those that statements contradict."""
        return (self._made(stay) for stay in self._stays if self._why(stay)[1])

    def json_parts(self, margin: str) -> Iterator[str]:
        """`gateway.text.InParts`."""
        stays, pieces = iter(self._stays), _Pieces(self._asset, margin)
        while few := list(islice(stays, LONG)):
            reasons = list(map(self._why, few))
            yield pieces.of(few, reasons) or json_items([self._made(stay) for stay in few], margin)

    def _made(self, stay: Stay) -> dict[str, Any]:
        return contents.stay(stay, self._asset, *self._why(stay))


class _Pieces:
    """Text that many stays share: the place and time of a stay, and who stated it when and why."""

    def __init__(self, asset: str, margin: str) -> None:
        self._asset, self._margin = asset, margin
        self._places: dict[tuple[object, ...], str] = {}
        self._sources: dict[tuple[object, ...], tuple[str, str, str]] = {}

    def of(
        self, stays: Sequence[Stay], reasons: Sequence[tuple[Sequence[Said], Sequence[Conflict]]]
    ) -> str | None:
        """What `json_items` writes of them; None where one of them is less simple than nearly all are."""
        if any(len(said) != 1 or conflicts for said, conflicts in reasons):
            return None
        units, ids = [stay.unit for stay in stays], [said[0].id for said, _ in reasons]
        columns = zip(*[(u.scheme, u.code, u.product, u.chain_of_identity) for u in units], strict=True)
        if not all(map(is_plain, (*columns, ids))):
            return None
        inner = f"\n{self._margin}    "
        told = []
        for stay, unit, (said, _) in zip(stays, units, reasons, strict=True):
            before, between, after = self._source(said[0], stay.ended_by)
            at = format_rfc3339(said[0].stated_ns)
            told.append(
                f'{{{inner}"scheme": "{unit.scheme}",{inner}"code": "{unit.code}",'
                f'{inner}"product": "{unit.product}",{inner}"chain_of_identity": "{unit.chain_of_identity}",'
                f"{self._place(stay)},{before}{said[0].id}{between}{at}{after}"
            )
        return f",\n{self._margin}  ".join(told)

    def _place(self, of: Stay) -> str:
        key = (of.zone, of.from_ns, of.to_ns, of.certain)
        if key not in self._places:
            text = json_items([contents.where(of, self._asset, ())], self._margin)
            self._places[key] = text[1 : -len(f"\n{self._margin}  }}")]
        return self._places[key]

    def _source(self, of: Said, ended_by: str) -> tuple[str, str, str]:
        """What stands before its id, between that and when it was stated, and behind it."""
        key = (of.by, of.reason, of.corrects, ended_by)
        if key not in self._sources:
            told = contents.rests_on((of,), ended_by)
            told["stated"][0] |= {"id": _OPEN, "at": _OPEN}
            text = json_items([told], self._margin)[1:]
            before, _, more = text.partition(f'"id": "{_OPEN}"')  # in a text the quotation marks are escaped
            between, _, after = more.partition(f'"at": "{_OPEN}"')
            self._sources[key] = f'{before}"id": "', f'"{between}"at": "', f'"{after}'
        return self._sources[key]
