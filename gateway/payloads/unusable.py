"""Why a message or a value in it cannot be taken; raised and caught inside a decoder."""

from __future__ import annotations

from gateway.model import Refusal, Refused
from gateway.payloads import Message


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
    text = value.decode(errors="replace") if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
