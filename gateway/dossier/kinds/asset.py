"""An asset over a time: a leg, a shipment, a month of a freezer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dossier.words import W

ORDER: Final = (
    "summary", "course", "unknowns", "excursions", "clocks", "contents", "measurement", "basis", "evidence",
    "attachments",
)  # fmt: skip
PRELIMINARY: Final = W(
    "初步报告：时段或超限尚未结束", "PRELIMINARY: the time, or an excursion in it, has not ended"
)


def title(facts: Mapping[str, Any]) -> W:
    asset, days = facts["place"]["asset"], [facts["shown"][end][:10] for end in ("from", "to")]
    zh, en = (
        (days[0], days[0]) if days[0] == days[1] else (f"{days[0]} 至 {days[1]}", f"{days[0]} to {days[1]}")
    )
    return W(f"时段报告 {asset}，{zh}", f"Report of {asset}, {en}")


def foot(facts: Mapping[str, Any]) -> str:
    return f"{facts['place']['asset']} · {facts['shown']['from'][:16]}Z – {facts['shown']['to'][:16]}Z"
