"""Addresses that come with a payload, but that no channel has."""

from __future__ import annotations

from typing import Literal

from gateway.model import Refusal, Refused
from gateway.payloads import Message
from gateway.payloads.rows import Found
from gateway.payloads.unusable import shown

Unlisted = Literal["refuse", "ignore"]
LISTED = 5  # addresses that a refusal names


def refuse_unknown(addresses: list[str], unlisted: Unlisted, message: Message, found: Found) -> None:
    """One refusal for all of them: a pack of a hundred values must not be a hundred refusals."""
    if addresses and unlisted == "refuse":
        named = ", ".join(shown(address) for address in addresses[:LISTED])
        more = f" and {len(addresses) - LISTED} more" if len(addresses) > LISTED else ""
        found.alone.append(
            Refused(
                Refusal.UNKNOWN_CHANNEL,
                f"no channel has the address {named}{more}",
                message.topic,
                message.payload,
                message.received_ns,
            )
        )
