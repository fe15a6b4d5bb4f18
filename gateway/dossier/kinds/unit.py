"""A unit: its passport as far as it was stated where it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dossier.words import W
from gateway.text import first_words

ORDER: Final = (
    "passport",
    "unknowns",
    "stays",
    "exposures",
    "decisions",
    "statements",
    "basis",
    "evidence",
    "attachments",
)
PRELIMINARY: Final = W(
    "初步报告：产品仍在容器中，或超限仍在持续",
    "PRELIMINARY: the unit is still inside, or an excursion goes on",
)
LONGEST: Final = 60  # characters of a code in the title; the first section has all


def title(facts: Mapping[str, Any]) -> W:
    code = facts["unit"]["code"][:LONGEST]
    return W(f"产品报告 {code}", f"Report of unit {code}")


def foot(facts: Mapping[str, Any]) -> str:
    return first_words(f"{facts['unit']['code']}", LONGEST)
