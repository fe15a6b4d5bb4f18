"""zigbee2mqtt: a flat JSON object per device, on zigbee2mqtt/{device}.

`last_seen` is zigbee2mqtt's setting advanced.last_seen: without it messages carry no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from gateway.dataclass import dataclass
from gateway.model import Decoded
from gateway.payloads import Message, json
from gateway.payloads.keys import Key as Key


@dataclass(frozen=True, slots=True)
class Options:
    """Which values of a device are read."""

    keys: tuple[Key, ...]
    last_seen: Literal["disable", "ISO_8601", "epoch"] = "disable"  # also ISO_8601_local: it names its zone
    numbers_as_text: bool = False  # take "21.5" for 21.5
    others_expected: bool = False  # messages without any of the keys are not refused

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("keys: expected at least one { address, key }")


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    return json.needs(_as_json(options))


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._json = json.Decoder(_as_json(options))

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        return self._json.decode(messages, channels)


def _as_json(options: Options) -> json.Options:
    return json.Options(
        readings=tuple(key.below() for key in options.keys),
        time_pointer=None if options.last_seen == "disable" else "/last_seen",
        time_format="unix_ms" if options.last_seen == "epoch" else "rfc3339",
        numbers_as_text=options.numbers_as_text,
        others_expected=options.others_expected,
    )
