"""Units of a stored alarm as they are published, made as they are looked at or written: many 10 000."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, overload

from gateway.alarming.unit_columns import named_columns, values
from gateway.published.values import moment, seconds
from gateway.text import LONG, is_plain, json_items

_NAMES: Final = ("scheme", "code", "product", "chain_of_identity")
Row = tuple[str, str, str, str, int]  # scheme, code, product, chain of identity, number of the part


class StoredUnits(Sequence[dict[str, Any]]):
    """What `units_of_stored` gives, without holding more than a few of them."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        """`known`: what `plain_exposures` gave. Raises ValueError where its columns differ in length."""
        self._known = known
        self._parts = [_part(part) for part in known["parts"]]
        self._length = sum(int(count) for _, count in known["part"])
        named = known["named"]
        lengths = {len(named["code"]), len(named["chain_of_identity"])}
        lengths |= {sum(count for _, count in named[column]) for column in ("scheme", "product")}
        if lengths != {self._length}:
            raise ValueError("columns of units are not of one length")

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (_unit(row[:4], self._parts[row[4]]) for row in self._rows())

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(at, int):
            return next(islice(self, range(self._length)[at], None))
        start, stop, step = at.indices(self._length)
        return list(islice(self, start, stop, step)) if step > 0 else list(self)[at]

    def products(self) -> set[str]:
        """Each name of a product once."""
        return products_of_stored(self._known)

    def codes(self) -> list[str]:
        """Of each unit, in order; of one that is not certain with that word."""
        words = ["" if part["certain"] else " possibly" for part in self._parts]
        numbered = zip(self._known["named"]["code"], values(self._known["part"]), strict=True)
        return [f"{code}{words[number]}" for code, number in numbered]

    def json_parts(self, margin: str) -> Iterator[str]:
        """`gateway.text.InParts`."""
        rows = self._rows()
        tails = [json_items([part], margin)[1:] for part in self._parts]
        while few := list(islice(rows, LONG)):
            if all(map(is_plain, zip(*[row[:4] for row in few], strict=True))):
                yield _written(few, tails, margin)
            else:
                yield json_items([_unit(row[:4], self._parts[row[4]]) for row in few], margin)

    def _rows(self) -> Iterator[Row]:
        return zip(*named_columns(self._known), values(self._known["part"]), strict=True)


def units_in_parts(known: Any) -> Sequence[dict[str, Any]]:
    """Units in their stored form: those that are many are made as they are looked at."""
    if isinstance(known, Mapping) and len(known["named"]["code"]) > LONG:
        return StoredUnits(known)
    return units_of_stored(known)


def units_of_stored(known: Any) -> list[dict[str, Any]]:
    """Each unit that was inside, and what it went through; the same as `published.view.units`."""
    if isinstance(known, list):  # of before they were kept in columns
        return [_unit([one["unit"].get(name, "") for name in _NAMES], _part(one)) for one in known]
    parts = [_part(part) for part in known["parts"]]
    rows = zip(*named_columns(known), values(known["part"]), strict=True)
    return [_unit(row[:4], parts[row[4]]) for row in rows]


def products_of_stored(known: Any) -> set[str]:
    """Each name of a product once, of units in their stored form."""
    if isinstance(known, list):
        return {str(one["unit"].get("product", "")) for one in known}
    return {str(product) for product, _ in known["named"]["product"]}


def _unit(named: Sequence[str], part: Mapping[str, Any]) -> dict[str, Any]:
    scheme, code, product, chain = named
    return {"scheme": scheme, "code": code, "product": product, "chain_of_identity": chain, **part}


def _part(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the units of a part went through."""
    return {
        "from": moment(stored["from_ns"]),
        "to": moment(stored["to_ns"]),
        "beyond_s": seconds(stored["beyond_ns"]),
        "unproven_s": seconds(stored.get("unproven_ns")),
        "extreme": stored["extreme"],
        "certain": stored.get("certain", True),
        "conflict": stored.get("conflict"),
    }


def _written(rows: Sequence[Row], tails: Sequence[str], margin: str) -> str:
    """What `json_items` writes of them. `tails`: of each part all behind the bracket."""
    inner = f"\n{margin}    "
    return f",\n{margin}  ".join(
        [
            f'{{{inner}"scheme": "{scheme}",{inner}"code": "{code}",{inner}"product": "{product}",'
            f'{inner}"chain_of_identity": "{chain}",{tails[part]}'
            for scheme, code, product, chain, part in rows
        ]
    )
