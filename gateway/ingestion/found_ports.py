"""Serial ports of this machine, as somebody who configures the first source looks for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.text import first_words

BY_ID: Final = Path("/dev/serial/by-id")  # names that stay when adapters are exchanged
MOST: Final = 50
LONGEST: Final = 120  # characters of what an adapter says of itself


@dataclass(frozen=True, slots=True)
class FoundPort:
    """`port`: the name that stays, where there is one. `usable`: whether this user may open it."""

    port: str
    device: str
    says: str
    usable: bool

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


def found_ports() -> list[FoundPort]:
    """By name; ports of a board that lead nowhere are left out."""
    from serial.tools.list_ports import comports  # and with it pyserial: nobody else needs it here

    stays = {str(one.resolve()): str(one) for one in sorted(BY_ID.glob("*"))} if BY_ID.exists() else {}
    there = [one for one in sorted(comports()) if one.hwid != "n/a" or one.device in stays]
    return [
        FoundPort(
            stays.get(one.device, one.device),
            one.device,
            first_words(one.description or "", LONGEST),
            os.access(one.device, os.R_OK | os.W_OK),
        )
        for one in there[:MOST]
    ]
