"""What a stored alarm is about, as far as its table asks: an excursion, a fault, or a drill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

DRILL: Final = "drill"  # where the stored form of a drill has its cause; in the table its kind


def cause_in(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Empty where there is none."""
    return body.get("excursion") or body.get("fault") or body.get(DRILL) or {}


def kind_of(body: Mapping[str, Any]) -> str:
    """Of the rule of an excursion; DRILL; empty of a fault."""
    return DRILL if DRILL in body else str(body.get("excursion", {}).get("kind", ""))


def is_ongoing(body: Mapping[str, Any]) -> bool:
    """Whether what a stored alarm is about has not ended."""
    cause = cause_in(body)
    return cause.get("end_ns") is None and not cause.get("withdrawn", False)
