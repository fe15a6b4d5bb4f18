"""What units went through in several excursions, each by what its alarm knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.dossier.case import Case
from gateway.published.units import units_of_stored
from gateway.published.values import moment
from gateway.traceability.model import Stay

Key = tuple[str, str]
PART: Final = ("from", "to", "beyond_s", "unproven_s", "extreme", "certain")


class Exposed:
    """Of excursions that were; those that were withdrawn expose nothing."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._of: dict[Key, list[dict[str, Any]]] = {}
        for case in cases:
            if case.found.withdrawn or case.known["units"] is None:
                continue
            place = case.known["place"]
            named = {"alarm": case.alarm, "channel": place.get("channel", ""), "rule": case.found.rule}
            named |= {"unit": place.get("unit", ""), "goes_on": case.is_open}
            named["has_limit"] = case.limit is not None
            for unit in units_of_stored(case.known["units"]):
                parts = {name: unit[name] for name in PART}
                self._of.setdefault((unit["scheme"], unit["code"]), []).append({**named, **parts})

    def parts(self, key: Key) -> list[dict[str, Any]]:
        """Each part of an excursion in which the unit was inside."""
        return self._of.get(key, [])

    def of(self, key: Key, stay: Stay) -> dict[str, Any]:
        """Over one stay: which excursions, and the longest time beyond any one limit; null: not known."""
        begin, end = str(moment(stay.from_ns)), moment(stay.to_ns)
        mine = [
            part
            for part in self.parts(key)
            if (end is None or part["from"] < end) and (part["to"] is None or begin < part["to"])
        ]
        return {"excursions": list(dict.fromkeys(part["alarm"] for part in mine)), "beyond_s": longest(mine)}


def longest(parts: Sequence[dict[str, Any]]) -> float | None:
    """Seconds beyond the limit that was passed longest: those of one probe and rule are added up, of several
    the most counts. None where a part cannot be read, or where all are of rules without a limit."""
    sums: dict[tuple[str, str], float] = {}
    with_limit = [part for part in parts if part["has_limit"]]
    if parts and not with_limit:
        return None
    for part in with_limit:
        if part["beyond_s"] is None:
            return None
        key = (part["channel"], part["rule"])
        sums[key] = sums.get(key, 0.0) + part["beyond_s"]
    return max(sums.values(), default=0.0)
