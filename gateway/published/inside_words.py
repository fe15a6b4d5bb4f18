"""How the units in an alarm changed, in words: all of them where they are few, else who came and who left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.published.units import StoredUnits
from gateway.text import counted, one_line

MOST_TOLD: Final = 100  # codes in a line; the JSON of `cryogate history` has all
Inside = str | tuple[str, ...]
"""The codes, or "unknown"."""


def inside(alarm: Mapping[str, Any]) -> Inside:
    """Of a published alarm, as a screen may show them."""
    units = alarm["units"]
    if isinstance(units, str):
        return units
    codes = units.codes() if isinstance(units, StoredUnits) else map(_code, units)
    return tuple(map(one_line, codes))


def inside_now(now: Inside) -> str:
    """What is inside, as it is known first."""
    return f"inside {_all(now) if _length(now) <= MOST_TOLD else _count(now)}"


def inside_words(before: Inside, now: Inside) -> str:
    """What is inside, and what was."""
    if max(map(_length, (before, now))) <= MOST_TOLD:
        return f"inside {_all(now)}, was {_all(before)}"
    words = f"inside {_count(now)}, was {_count(before)}"
    for what, codes in (("came", _beyond(now, before)), ("gone", _beyond(before, now))):
        words += f"; {what}: {_first(codes)}" if codes else ""
    return words


def _code(unit: Mapping[str, Any]) -> str:
    return str(unit["code"]) if unit.get("certain", True) else f"{unit['code']} possibly"


def _beyond(one: Inside, other: Inside) -> list[str]:
    """Those of one that the other does not have; nothing where one of them is unknown."""
    if isinstance(one, str) or isinstance(other, str):
        return []
    there = set(other)
    return [code for code in one if code not in there]


def _first(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - MOST_TOLD} more" if len(codes) > MOST_TOLD else ""
    return ", ".join(codes[:MOST_TOLD]) + more


def _all(of: Inside) -> str:
    return of if isinstance(of, str) else ", ".join(of) or "nothing"


def _count(of: Inside) -> str:
    return of if isinstance(of, str) else counted(len(of), "unit")


def _length(of: Inside) -> int:
    return 0 if isinstance(of, str) else len(of)
