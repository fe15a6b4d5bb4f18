"""The Things Stack v3 (TTN): uplinks on v3/{application}/devices/{device}/up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.model import Decoded
from gateway.payloads import Message
from gateway.payloads.uplink import Layout, UplinkDecoder
from gateway.payloads.uplink import UplinkOptions as Options
from gateway.payloads.uplink import uplink_needs as needs

__all__ = ["Decoder", "Options", "needs"]

LAYOUT = Layout(
    time="/uplink_message/received_at",
    f_port="/uplink_message/f_port",
    frame="/uplink_message/frm_payload",
    decoded="/uplink_message/decoded_payload",
)


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._uplinks = UplinkDecoder(options, LAYOUT)

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        return self._uplinks.decode(messages, channels)
