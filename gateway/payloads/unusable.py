"""Why a message or a value in it cannot be taken; raised and caught inside a decoder."""

from __future__ import annotations

from typing import Final

from gateway.model import Refusal, Refused
from gateway.payloads import Message

NO_NUMBERS: Final = {b"NaN": b"1e9991", b"Infinity": b"1e9992", b"-Infinity": b"-1e9992"}
"""Words that are no JSON, and the numbers beyond every float that stand for them in a document."""
_WORDS: Final = {number: word for word, number in NO_NUMBERS.items()}


class Unusable(Exception):
    """Never leaves `decode`: a device's mistake is data, a Refused, to everybody else."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason

    def of(self, message: Message) -> Refused:
        """The refusal of `message`, or of one value inside it."""
        return Refused(self.reason, str(self), message.topic, message.payload, message.received_ns)


def shown(value: object) -> str:
    """`value` for a refusal's detail: short, whatever a device sent."""
    if isinstance(value, bool):
        return "true" if value else "false"  # as JSON has it
    value = _WORDS.get(value, value) if isinstance(value, bytes) else value
    text = value.decode(errors="replace") if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
