"""Who is on a published alarm, and why it does not speak, in words that stand beside its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.published.labels import UNLABELLED, Labels


def handling_words(alarm: Mapping[str, Any]) -> list[str]:
    """Who took it, and whose it is; nothing of alarms of before there was such a thing."""
    taken, assigned = alarm.get("taken"), alarm.get("assigned")
    words = [f"taken by {taken['by']}"] if taken else []
    if assigned and (not taken or taken["by"] != assigned["to"]):
        words.append(f"assigned to {assigned['to']}")
    return words


def overlay_words(alarm: Mapping[str, Any], labels: Labels = UNLABELLED) -> str:
    """ "shelved until 2026-01-05T12:00:00Z by Li Na: lid is open"; empty where it speaks."""
    overlay = alarm.get("overlay")
    if not overlay:
        return ""
    until = labels.beside(overlay["until"], alarm["site"])
    return f"{overlay['kind']} until {until} by {overlay['by']}: {overlay['reason']}"


def is_quiet(alarm: Mapping[str, Any]) -> bool:
    """Whether it does not speak now."""
    return bool(alarm.get("overlay"))
