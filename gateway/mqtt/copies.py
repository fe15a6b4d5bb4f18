"""Copies of one publication, which a broker sends once for each subscription that matches it.

Mosquitto does so with MQTT 5, one right behind the other, in any order. A copy has topic and content of a
message that came for another filter shortly before; what a device says again comes for the same filter again.
Nothing else is taken for a copy: rather twice than never.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final, NamedTuple

from gateway.dataclass import dataclass
from gateway.mqtt.marks import code_of

KEPT: Final = 4096  # contents that are remembered, 2 MB: copies come a few messages apart
WITHIN_NS: Final = 60_000_000_000  # of the first one; only a full intake holds copies up


class _Content(NamedTuple):
    digest: bytes  # of topic and payload
    size: int
    retained: bool


@dataclass(slots=True)
class _Publication:
    first_ns: int
    came_for: frozenset[int]  # codes of filters


class Copies:
    """Remembers what came; belongs to one thread."""

    def __init__(self) -> None:
        self._newest: OrderedDict[_Content, _Publication] = OrderedDict()

    def is_copy(
        self, topic: str, payload: bytes, size: int, retained: bool, marks: tuple[int, ...], received_ns: int
    ) -> bool:
        """Whether this message, the next one that came, counted before; without marks nobody can tell."""
        if not marks:
            return False
        told = hashlib.blake2b(topic.encode(), digest_size=16)
        told.update(b"\0" + payload)  # which no topic has
        content = _Content(told.digest(), size, retained)
        came_for = frozenset(map(code_of, marks))
        before = self._newest.get(content)
        if (
            before is not None
            and came_for.isdisjoint(before.came_for)
            and received_ns - before.first_ns <= WITHIN_NS
        ):
            before.came_for |= came_for
            return True
        self._newest[content] = _Publication(received_ns, came_for)
        self._newest.move_to_end(content)
        if len(self._newest) > KEPT:
            self._newest.popitem(last=False)
        return False
