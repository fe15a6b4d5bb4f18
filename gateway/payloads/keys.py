"""One value of a flat JSON object by the name of its key, as presets let people write it."""

from __future__ import annotations

from gateway.dataclass import dataclass
from gateway.payloads import json
from gateway.payloads.address import AddressTemplate
from gateway.payloads.pointer import pointer_to


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and the address of its channel."""

    address: str  # template over the topic's named parts: "{device}/temperature"
    key: str
    fault_values: tuple[float, ...] = ()  # what the device sends when it has no value

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)
        if not self.key:
            raise ValueError("key is empty; expected the name of a value, as in 'temperature'")

    def below(self, *names: str) -> json.Reading:
        """As a reading of the format json, below the keys `names`."""
        return json.Reading(self.address, pointer_to(*names, self.key), self.fault_values)
