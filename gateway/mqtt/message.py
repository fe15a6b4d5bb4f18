"""A message to a broker, for who makes them: without the client that sends it (publisher.py)."""

from __future__ import annotations

from typing import Final, NamedTuple

IN_FLIGHT: Final = 20  # unacknowledged messages; what mosquitto allows a publisher by default


class Message(NamedTuple):
    """`retain`: the broker keeps it for those who come later, and an empty one takes it away."""

    topic: str
    payload: bytes
    retain: bool = False
