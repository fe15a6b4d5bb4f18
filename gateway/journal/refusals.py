"""What was refused: every one counted, the newest of each source kept for inspection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.journal.database import Connection, all_rows
from gateway.model import Refusal, Refused

KEPT_PER_SOURCE: Final = 1000  # enough to see a pattern; a chattering device must not fill the disk
LONGEST_PAYLOAD: Final = 4096  # bytes; shows the beginning of anything
LONGEST_TEXT: Final = 1024  # characters of a detail or a topic


def add(connection: Connection, refused: Mapping[str, Sequence[Refused]]) -> None:
    """Count all of `refused` (by source) and keep the newest. Inside the caller's transaction."""
    for source, some in refused.items():
        _count(connection, source, some)
        _keep(connection, source, some[-KEPT_PER_SOURCE:])  # none of these is left out in between


def newest(connection: Connection, source: str | None, most: int) -> list[tuple[str, Refused]]:
    """At most `most` kept refusals with their source, the newest first; of all sources when it is None."""
    select = """SELECT source, reason, CAST(detail AS BLOB), CAST(topic AS BLOB), payload, received_ns
        FROM refused WHERE ?1 IS NULL OR source = ?1 ORDER BY id DESC LIMIT ?2"""
    return [
        (name, Refused(Refusal(reason), _text(detail), _text(topic), payload, received_ns))
        for name, reason, detail, topic, payload, received_ns in all_rows(connection, select, (source, most))
    ]


def is_whole(one: Refused) -> bool:
    """Whether all of the message was kept, so that it can be sent through again."""
    return one.reason is not Refusal.OVERSIZED and len(one.payload) < LONGEST_PAYLOAD


def counts(connection: Connection) -> dict[str, dict[Refusal, int]]:
    """How many were ever refused, by source and reason."""
    result: dict[str, dict[Refusal, int]] = {}
    for source, reason, count in all_rows(
        connection, "SELECT source, reason, count FROM refusal ORDER BY 1, 2"
    ):
        result.setdefault(source, {})[Refusal(reason)] = count
    return result


def _count(connection: Connection, source: str, refused: Sequence[Refused]) -> None:
    upsert = """INSERT INTO refusal (source, reason, count) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count"""
    counted = Counter(one.reason.value for one in refused)
    connection.executemany(upsert, [(source, reason, count) for reason, count in counted.items()])


def _keep(connection: Connection, source: str, refused: Sequence[Refused]) -> None:
    insert = """INSERT INTO refused (source, reason, detail, topic, payload, received_ns)
        VALUES (?, ?, ?, ?, ?, ?)"""
    connection.executemany(
        insert,
        [
            (
                source,
                one.reason.value,
                _storable(one.detail),
                _storable(one.topic),
                one.payload[:LONGEST_PAYLOAD],
                one.received_ns,
            )
            for one in refused
        ],
    )
    oldest_kept = "SELECT id FROM refused WHERE source = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2"
    delete = f"DELETE FROM refused WHERE source = ?1 AND id <= ({oldest_kept})"
    connection.execute(delete, (source, KEPT_PER_SOURCE))


def _text(stored: bytes) -> str:
    """Damaged text is shown all the same."""
    return stored.decode("utf-8", "replace")


def _storable(text: str) -> str:
    """Cut, and without the lone surrogates that a device can put into JSON but SQLite cannot store."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
