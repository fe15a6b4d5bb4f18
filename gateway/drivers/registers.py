"""Modbus registers as numbers: 16 and 32 bits, any order of bytes, fault codes, plausible range.

A 32-bit value takes two registers. Orders are named as people name them: A is the most significant byte,
and each register comes high byte first, so that ABCD is the order of the standard, CDAB the one with the low
word first. Of a 16-bit value only the last two letters count: DCBA and BADC mean low byte first.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import LARGEST_VALUE, Floats
from gateway.units import shortest

Number = Literal["int16", "uint16", "int32", "uint32", "float32"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

LARGEST_FLOAT32: Final = float(np.finfo(np.float32).max)
MOST_REGISTERS: Final = 125  # of one request, Modbus Application Protocol V1.1b3, 6.3
DTYPES: Final[dict[str, str]] = {
    "int16": ">i2",
    "uint16": ">u2",
    "int32": ">i4",
    "uint32": ">u4",
    "float32": ">f4",
}


@dataclass(frozen=True, slots=True)
class Registers:
    """Successive values of one kind: `count` of them from register `first` (0-based) on.

    value = number * scale + offset. `faults` are numbers, or bit patterns of them, that say there is no
    value: 32768 and -32768 are the same 16 bits, 0xC2FE0000 and -127.0 the same float32. Outside `lowest` to
    `highest` a value is not believed.
    """

    name: str
    first: int
    count: int = 1
    function: Literal[3, 4] = 3
    type: Number = "int16"
    order: Order = "ABCD"
    scale: float = 1.0
    offset: float = 0.0
    faults: tuple[float, ...] = ()
    lowest: float = -LARGEST_VALUE
    highest: float = LARGEST_VALUE
    slaves: tuple[int, ...] = ()  # those that have them; empty: every slave of the line

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable() or "/" in self.name:
            raise ValueError(f"name must be text without a slash, got {self.name!r}")
        if self.count < 1 or self.size > MOST_REGISTERS:
            raise ValueError(f"{self.name}: 1 to {MOST_REGISTERS} registers can be read at once")
        if not 0 <= self.first <= 0x10000 - self.size:
            raise ValueError(f"{self.name}: registers are numbered 0 to 65535")
        if not math.isfinite(self.scale) or self.scale == 0.0 or not math.isfinite(self.offset):
            raise ValueError(f"{self.name}: scale must be a number other than 0, offset a number")
        if not self.lowest < self.highest:
            raise ValueError(f"{self.name}: lowest must be below highest")
        for fault in self.faults:
            self._pattern(fault)

    @property
    def size(self) -> int:
        """Registers they take."""
        return self.count * self._dtype.itemsize // 2

    def numbers(self, data: bytes) -> list[float]:
        """The values in `data`, 2 * `size` bytes as they came; NaN for a fault or what is not believed."""
        wire = np.frombuffer(data, np.uint8).reshape(self.count, self._dtype.itemsize)
        raw = np.ascontiguousarray(wire[:, self._positions()]).view(self._dtype).reshape(self.count)
        is_short = self.type == "float32"
        numbers: Floats = shortest(raw.astype(np.float32)) if is_short else raw.astype(np.float64)
        return [
            self._value(number)
            for number in np.where(self._is_fault(raw.tobytes()), np.nan, numbers).tolist()
        ]

    @property
    def _dtype(self) -> np.dtype[np.generic]:
        return np.dtype(DTYPES[self.type])

    def _positions(self) -> list[int]:
        """Where the most significant byte is, then the next."""
        if self._dtype.itemsize == 2:
            return [0, 1] if self.order in ("ABCD", "CDAB") else [1, 0]
        return [self.order.index(letter) for letter in "ABCD"]

    def _is_fault(self, data: bytes) -> list[bool]:
        width = self._dtype.itemsize
        patterns = {self._pattern(fault) for fault in self.faults}
        return [data[i : i + width] in patterns for i in range(0, len(data), width)]

    def _pattern(self, fault: float) -> bytes:
        """The bytes of a fault code, most significant first. Raises ValueError when it does not fit."""
        if self.type == "float32":
            if LARGEST_VALUE < fault < 1 << 32 and fault == int(fault):  # as a number it is BAD anyway
                return int(fault).to_bytes(4, "big")
            if LARGEST_FLOAT32 < abs(fault) < math.inf:
                raise ValueError(f"{self.name}: fault {fault:g} is no float32")
            return bytes(np.array(fault, ">f4").tobytes())
        bits = 8 * self._dtype.itemsize
        if not math.isfinite(fault) or fault != int(fault) or not -(1 << (bits - 1)) <= fault < 1 << bits:
            raise ValueError(f"{self.name}: fault {fault:g} is no number of {bits} bits")
        return (int(fault) % (1 << bits)).to_bytes(bits // 8, "big")

    def _value(self, number: float) -> float:
        value = _scaled(number, self.scale, self.offset)
        return value if self.lowest <= value <= self.highest else math.nan


def _scaled(number: float, scale: float, offset: float) -> float:
    """The number whose decimals are those of number * scale + offset: 2731 * 0.1 - 273.1 is 0, all digits."""
    return float(Decimal(repr(number)) * Decimal(repr(scale)) + Decimal(repr(offset)))
