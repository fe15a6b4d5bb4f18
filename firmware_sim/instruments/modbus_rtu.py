"""Modbus RTU temperature transmitters on one RS-485 line: PTA8C04, PTA8D08, PM6RTD, TB-260.

A request is eight bytes whose CRC fits; after 50 ms of silence what was held is forgotten, as a pause ends
a frame on a real line. Function 3 reads, 6 writes one register; what does not exist is answered with
exception 2, another function with exception 1, another slave's request and a wrong CRC not at all. Sources:
Modbus over Serial Line V1.02; lamaplc.com (PTA8C04), modmux.com (PM6RTD burnout codes), controlbox.eu
(TB-260). Not in them, and assumed here: the PM6RTD's first register is 1, an open probe on a PTA8 shows
0x7FFF, on a TB-260 NaN.
"""

from __future__ import annotations

import math
import struct
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Measure
from firmware_sim.sensors import platinum_ohm

FRAME: Final = 8  # bytes of a request with function 3 or 6
PAUSE_S: Final = 0.05  # far more than 3.5 characters: a pty does not know the baud rate
UNSET: Final = 0xFFFF
PTA8_OPEN: Final = 0x7FFF
UPSCALE, DOWNSCALE = 0x8000, 0x8001  # 32768 and -32767


class Unit(BaseModel):
    """One transmitter: its slave address and its probes in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slave: int = Field(default=1, ge=1, le=247)
    model: Literal["pta8c04", "pta8d08", "pm6rtd", "tb260"] = "pta8c04"
    probes: tuple[str | None, ...] = Field(min_length=1, max_length=8)
    downscale_burnout: bool = False  # DIP switch 9 of a PM6RTD


class Options(BaseModel):
    """The transmitters on one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: tuple[Unit, ...] = Field(min_length=1, max_length=247)


def probes(options: Options) -> list[str]:
    return [probe for unit in options.units for probe in unit.probes if probe is not None]


def build(options: Options, measure: Measure, _fill: Fill) -> ModbusRtu:
    return ModbusRtu(options, measure)


class ModbusRtu:
    """Transmitters on one line; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0
        self._units = {unit.slave: unit for unit in options.units}
        self._written: dict[tuple[int, int], int] = {}
        self._measure = measure
        self._held = b""
        self._heard_s = -math.inf

    def receive(self, data: bytes, time_s: float) -> bytes:
        held = b"" if time_s - self._heard_s > PAUSE_S else self._held
        held, self._heard_s = held + data, time_s
        reply = b""
        while len(held) >= FRAME:
            if _crc(held[: FRAME - 2]) == held[FRAME - 2 : FRAME]:
                reply += self._obey(held[:FRAME])
                held = held[FRAME:]
            else:
                held = held[1:]
        self._held = held
        return reply

    def _obey(self, frame: bytes) -> bytes:
        slave, function, first, number = struct.unpack(">BBHH", frame[: FRAME - 2])
        unit = self._units.get(slave)
        if unit is None:
            return b""
        if function == 3:
            body = self._read(unit, first, number)
        elif function == 6:
            body = self._write(unit, first, number)
        else:
            body = None
        answer = struct.pack("BBB", slave, function | 0x80, 1) if body is None else bytes((slave,)) + body
        return answer + _crc(answer)

    def _read(self, unit: Unit, first: int, count: int) -> bytes:
        if not 1 <= count <= 125:
            return b"\x83\x03"
        known = self._registers(unit)
        wanted = range(first, first + count)
        if not all(register in known for register in wanted):
            return b"\x83\x02"
        values = [self._written.get((unit.slave, r), known[r]) for r in wanted]
        return struct.pack(f">BB{count}H", 3, 2 * count, *values)

    def _write(self, unit: Unit, register: int, value: int) -> bytes:
        if not unit.model.startswith("pta8") or register < 64 or register not in self._registers(unit):
            return b"\x86\x02"
        self.writes += 1
        self._written[unit.slave, register] = value
        return struct.pack(">BHH", 6, register, value)

    def _registers(self, unit: Unit) -> dict[int, int]:
        """Every register that can be read, as unsigned words."""
        celsius = [math.nan if probe is None else self._measure(probe) for probe in unit.probes]
        match unit.model:
            case "pta8c04" | "pta8d08":
                return _pta8(celsius, 4 if unit.model == "pta8c04" else 8)
            case "pm6rtd":
                broken = DOWNSCALE if unit.downscale_burnout else UPSCALE
                padded = (celsius + [math.nan] * 6)[:6]
                return {1 + i: _tenths(value, broken) for i, value in enumerate(padded)}
        high, low = struct.unpack(">HH", struct.pack(">f", celsius[0]))
        return {0: high, 1: low, 2: 0, 3: 0, 4: 0}


def _pta8(celsius: list[float], channels: int) -> dict[int, int]:
    registers = dict.fromkeys((250, 251, 252, 253, 254, 255), 0) | {253: UNSET, 254: 3}
    for i, value in enumerate((celsius + [math.nan] * channels)[:channels]):
        registers[i] = _tenths(value, PTA8_OPEN)
        registers[32 + i] = _tenths(platinum_ohm(value), PTA8_OPEN)
        registers[64 + i] = registers[96 + i] = UNSET
    return registers


def _tenths(value: float, broken: int) -> int:
    return round(10 * value) & 0xFFFF if math.isfinite(value) else broken


def _crc(data: bytes) -> bytes:
    """CRC-16 of Modbus, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return struct.pack("<H", crc)
