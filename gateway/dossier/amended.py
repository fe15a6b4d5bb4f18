"""What late readings and later statements changed of what was known of an excursion before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.published.alarm import of_known
from gateway.published.units import units_of_stored

NUMBERS: Final = (
    "start", "end", "extreme", "beyond_s", "degree_seconds", "readings", "unproven_s", "ended_by", "severity",
)  # fmt: skip
MOST_NAMED: Final = 20  # units; the report has all of them below
Difference = dict[str, Any]
"""`what`, `before`, `after`; of units `came` and `left`: their codes, and how many."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Between two changes of an alarm. Numbers of an excursion that still goes on only grow, and are none."""
    return [*_of_numbers(before, after), *_of_units(before["units"], after["units"])]


def _of_numbers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    was, now = (of_known({**known, "units": None}) for known in (before, after))
    if was["end"] is None:
        return
    for what in NUMBERS:
        if was[what] != now[what]:
            yield {"what": what, "before": was[what], "after": now[what]}


def _of_units(before: Any, after: Any) -> Iterator[Difference]:
    if before is None and after is None:
        return
    if before is None or after is None:
        many = len(units_of_stored(before if after is None else after))
        told = (None, many) if before is None else (many, None)
        yield {"what": "units", "before": told[0], "after": told[1]}
        return
    was, now = ({(u["scheme"], u["code"]): u for u in units_of_stored(known)} for known in (before, after))
    came, left = [key[1] for key in now if key not in was], [key[1] for key in was if key not in now]
    if came or left:
        named = {"came": came[:MOST_NAMED], "left": left[:MOST_NAMED]}
        yield {"what": "units", "before": len(was), "after": len(now), **named}
