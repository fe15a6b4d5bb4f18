"""One excursion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dossier.words import W

ORDER: Final = (
    "verdict", "course", "unknowns", "numbers", "clocks", "units", "whereabouts", "history", "review",
    "measurement", "basis", "evidence", "attachments",
)  # fmt: skip
PRELIMINARY: Final = W("初步报告：超限仍在持续", "PRELIMINARY: the excursion still goes on")


def title(facts: Mapping[str, Any]) -> W:
    return W(f"超限报告 {facts['alarm']}", f"Excursion report {facts['alarm']}")


def foot(facts: Mapping[str, Any]) -> str:
    return f"{facts['alarm']} · {facts['place']['asset']}"
