"""What came in and could not be taken, the newest first."""

from __future__ import annotations

from typing import Any

from gateway.journal.journal import Journal
from gateway.journal.refusals import is_whole
from gateway.journal.standing import Standing
from gateway.model import Refused
from gateway.statements import retry
from gateway.times import format_rfc3339


def refused_rows(journal: Journal, source: str | None, most: int) -> list[dict[str, Any]]:
    """Of a source, or of all; `payload` as Latin-1, so that every byte is a character.

    `sent_again`: when somebody had it sent through again last, and did not take that back; what could be
    taken then is in the journal.
    """
    standing = Standing(journal)
    counting = [said for _, said in journal.statements(retry.KIND) if standing.counts(said)]
    sent_ns = {retry.of(said.body).source: said.at_ns for said in counting}
    return [
        {
            "source": name,
            "received": format_rfc3339(kept.received_ns),
            "reason": kept.reason.value,
            "detail": kept.detail,
            "topic": kept.topic,
            "payload": kept.payload.decode("latin-1"),
            "sent_again": _sent_again(kept, sent_ns.get(name, -1)),
        }
        for name, kept in journal.refused(source, most)
    ]


def _sent_again(kept: Refused, sent_ns: int) -> str | None:
    return format_rfc3339(sent_ns) if is_whole(kept) and sent_ns >= kept.received_ns else None
