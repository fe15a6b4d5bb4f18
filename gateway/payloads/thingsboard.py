"""ThingsBoard's telemetry, as its devices and its gateways publish it.

    api "device"    {"temp": -78.1}, {"ts": 1767610000123, "values": {"temp": -78.1}}, or an array of either
    api "gateway"   {"Freezer 1": [{"ts": 1767610000123, "values": {"temp": -78.1}}]}

`ts` is in ms; without it the time is that of receipt. In api "gateway" the payload says which device it is
about: {device} in an address stands for that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from gateway.dataclass import dataclass
from gateway.model import Decoded, Refusal
from gateway.payloads import Message, json
from gateway.payloads.json_values import parse
from gateway.payloads.keys import Key as Key
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unusable import Unusable, shown

FROM_PAYLOAD = frozenset({"device"})  # names that api "gateway" finds in the payload


@dataclass(frozen=True, slots=True)
class Options:
    """Which keys are read."""

    keys: tuple[Key, ...]
    api: Literal["device", "gateway"] = "device"
    numbers_as_text: bool = False  # take "21.5" for 21.5
    others_expected: bool = False  # messages without any of the keys are not refused

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("keys: expected at least one { address, key }")


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    names = json.needs(_plain(options))
    return names - FROM_PAYLOAD if options.api == "gateway" else names


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._plain = json.ObjectReader(_plain(options))
        self._timed = json.ObjectReader(_timed(options))
        self._wanted = ", ".join(shown(key.key) for key in options.keys[:5])

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            document = parse(message.payload)
            for names, item in self._items(document):
                timed = isinstance(item, dict) and isinstance(item.get("values"), dict)
                reader = self._timed if timed else self._plain
                reader.read(item, message, channels, found, names)
            if not found and not (self._options.others_expected and isinstance(document, dict | list)):
                raise json.nothing_in(document, self._wanted)

        return decode_each(messages, read)

    def _items(self, document: Any) -> Iterator[tuple[Mapping[str, str] | None, object]]:
        if self._options.api == "device":
            yield from ((None, item) for item in (document if isinstance(document, list) else [document]))
            return
        if not isinstance(document, dict):
            raise Unusable(Refusal.WRONG_TYPE, f"{shown(document)} is no object of devices; is api right?")
        for device, items in document.items():
            if not isinstance(items, list):
                raise Unusable(
                    Refusal.WRONG_TYPE, f"{shown(device)} has {shown(items)}, no array; is api right?"
                )
            yield from (({"device": device}, item) for item in items)


def _plain(options: Options) -> json.Options:
    keys = tuple(key.below() for key in options.keys)
    return json.Options(keys, numbers_as_text=options.numbers_as_text)


def _timed(options: Options) -> json.Options:
    keys = tuple(key.below("values") for key in options.keys)
    return json.Options(keys, "/ts", "unix_ms", numbers_as_text=options.numbers_as_text)
