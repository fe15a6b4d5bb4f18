"""What came in and could not be taken, the newest first."""

from __future__ import annotations

from typing import Any

from gateway.journal.journal import Journal
from gateway.times import format_rfc3339


def refused_rows(journal: Journal, source: str | None, most: int) -> list[dict[str, Any]]:
    """Of a source, or of all; `payload` as Latin-1, so that every byte is a character."""
    return [
        {
            "source": name,
            "received": format_rfc3339(kept.received_ns),
            "reason": kept.reason.value,
            "detail": kept.detail,
            "topic": kept.topic,
            "payload": kept.payload.decode("latin-1"),
        }
        for name, kept in journal.refused(source, most)
    ]
