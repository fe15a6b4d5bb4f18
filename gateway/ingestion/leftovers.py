"""Subscriptions that the broker may still keep in our session although the configuration no longer has them.

Which there may be, earlier configurations say. Where the journal does not know one, restored from a backup
perhaps, the topic that arrives tells: one of the filters that match it brought it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from gateway.mqtt.filters import matching

ATTEMPTS: Final = 3  # connections on which a filter is given up, should the broker never answer
MOST_LEVELS: Final = 6  # of a topic: 191 filters match it
MOST_TOPICS: Final = 20  # that are looked into: a device that invents topics must not keep the broker busy


class Leftovers:
    """What is to be given up; for all connections of one source, and for both threads of it."""

    def __init__(self, wanted: Collection[str], former: Iterable[str] = ()) -> None:
        self._wanted = frozenset(wanted)
        self._attempts = dict.fromkeys(set(former) - self._wanted, 0)
        self._topics: set[str] = set()

    def due(self) -> list[str]:
        """What to give up on a connection that begins."""
        due = sorted(f for f, attempts in self._attempts.items() if attempts < ATTEMPTS)
        self._attempts |= {f: self._attempts[f] + 1 for f in due}
        return due

    def settle(self, filters: Iterable[str]) -> None:
        """The broker has answered about these, or never had them."""
        for topic_filter in filters:
            self._attempts.pop(topic_filter, None)

    def suspects(self, topic: str) -> list[str]:
        """What may have brought a topic that no pattern fits; empty the second time."""
        if topic in self._topics or len(self._topics) >= MOST_TOPICS or topic.count("/") >= MOST_LEVELS:
            return []
        self._topics.add(topic)
        return [f for f in matching(topic) if f not in self._wanted]
