"""What earlier configurations told a broker to keep for us: subscriptions, and the topics of retained alarms.

A configuration document is plain data as its file had it, perhaps that of an earlier version of the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.mqtt.topics import TopicPattern

Document = Mapping[str, Any]


def former_filters(documents: Iterable[Document], client_id: str) -> tuple[str, ...]:
    """Every filter that was ever subscribed to under `client_id`, at whatever address the broker had then."""
    return tuple(
        dict.fromkeys(
            topic_filter
            for document in documents
            for table in tables(document, "sources")
            if table.get("client_id") == client_id
            for topic_filter in _filters(table)
        )
    )


def tables(document: Document, section: str) -> Iterator[Document]:
    """Those of kind `mqtt` in a section."""
    named = document.get(section)
    for table in named.values() if isinstance(named, Mapping) else ():
        if isinstance(table, Mapping) and table.get("kind") == "mqtt":
            yield table


def _filters(table: Document) -> Iterator[str]:
    topics = table.get("topics")
    for topic in topics if isinstance(topics, list) else ():
        pattern = topic.get("pattern") if isinstance(topic, Mapping) else None
        try:
            yield TopicPattern.parse(str(pattern)).filter
        except ValueError:  # another program's; the broker never had it from us
            continue
