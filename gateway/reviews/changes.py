"""What changed of an excursion and its units between two bases, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.reviews.model import Basis, Key

MOST_NAMED: Final = 20  # units of each kind of change; the bases have all
Change = dict[str, Any]
"""`what`, `before`, `after`; of units also `came`, `left`, `changed`: codes, the first ones."""


def changes(before: Basis, after: Basis) -> list[Change]:
    """Empty: what was known is the same again."""
    return [*_of_excursion(before["excursion"], after["excursion"]), *_of_units(before, after)]


def _of_excursion(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for what in sorted(before.keys() | after.keys()):
        if before.get(what) != after.get(what):
            yield {"what": what, "before": before.get(what), "after": after.get(what)}


def _of_units(before: Basis, after: Basis) -> Iterator[Change]:
    was, now = _by_key(before), _by_key(after)
    if was == now:
        return
    counted = {"what": "units", "before": _many(was), "after": _many(now)}
    was, now = was or {}, now or {}
    groups = {
        "came": [code for scheme, code in now if (scheme, code) not in was],
        "left": [code for scheme, code in was if (scheme, code) not in now],
        "changed": [key[1] for key in now if key in was and was[key] != now[key]],
    }
    yield counted | {name: codes[:MOST_NAMED] for name, codes in groups.items()}


def _by_key(basis: Basis) -> dict[Key, list[Mapping[str, Any]]] | None:
    """Each with all of its parts."""
    if basis["units"] is None:
        return None
    found: dict[Key, list[Mapping[str, Any]]] = {}
    for unit in basis["units"]:
        found.setdefault((unit["scheme"], unit["code"]), []).append(unit)
    return found


def _many(units: Mapping[Key, Any] | None) -> int | None:
    return None if units is None else len(units)
