"""The excursions of a year, by site and asset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dossier.words import W

ORDER: Final = ("annual", "unknowns", "sites", "assets", "excursions", "basis", "evidence", "attachments")
PRELIMINARY: Final = W(
    "初步报告：年度或超限尚未结束", "PRELIMINARY: the year, or an excursion in it, has not ended"
)


def title(facts: Mapping[str, Any]) -> W:
    return W(f"{facts['year']} 年度超限汇总", f"Excursions of {facts['year']}")


def foot(facts: Mapping[str, Any]) -> str:
    return f"{facts['year']}"
