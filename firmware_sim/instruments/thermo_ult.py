"""Thermo Scientific ULT freezers (TSX, TDE, Isotemp -86) on one RS-485 line: Modbus ASCII, 7E1, function 3.

Registers are numbered by bytes, four for 32 bits. Two dialects: `bytes` counts the data bytes (Isotemp
manual), `characters` counts the hexadecimal digits, twice as many (TSX and TDE: their printed one-byte
replies have it, and the LRC of their four-byte replies fits it). A sensor that is not fitted shows -127.0.
Sources: TDE Series manual, appendix B; TSX Series manual, appendix D; Isotemp -86 manual p. 28. Not in
them, and assumed here: exception 2 for a register that does not exist, 1 for another function, an open
sensor is "not fitted".
"""

from __future__ import annotations

import math
import struct
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure

LONGEST_LINE: Final = 18  # bytes; ":", 7 bytes in hexadecimal, CR and some
NOT_FITTED_DEGC: Final = -127.0
SENSORS: Final = {
    "TC2": 0x4CC,
    "TC3": 0x4D0,
    "TC4": 0x4D4,
    "TC5": 0x4D8,
    "TC7": 0x4E0,
    "TC8": 0x4E4,
    "TC9": 0x4E8,
    "TC10": 0x4EC,
}
Sensor = Literal["TC2", "TC3", "TC4", "TC5", "TC7", "TC8", "TC9", "TC10"]


class Freezer(BaseModel):
    """One freezer: its bus id, dialect, and where its sensors are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bus_id: int = Field(default=1, ge=0, le=255)
    dialect: Literal["bytes", "characters"] = "characters"
    sensors: dict[Sensor, str] = {}
    door: str | None = None  # 1 while open
    set_point_degC: float = -80.0
    warm_alarm_degC: float = -70.0
    cold_alarm_degC: float = -90.0
    status: int = Field(default=1, ge=0, le=255)  # bit 0: pulled down


class Options(BaseModel):
    """The freezers on one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    freezers: tuple[Freezer, ...] = Field(min_length=1, max_length=247)


def probes(options: Options) -> list[str]:
    sensors = [probe for freezer in options.freezers for probe in freezer.sensors.values()]
    return sensors + [freezer.door for freezer in options.freezers if freezer.door is not None]


def build(options: Options, measure: Measure, _fill: Fill) -> ThermoUlt:
    return ThermoUlt(options, measure)


class ThermoUlt:
    """Freezers on one line; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0  # it knows no function that writes
        self._freezers = {freezer.bus_id: freezer for freezer in options.freezers}
        self._measure = measure
        self._lines = Lines(LONGEST_LINE)

    def receive(self, data: bytes, time_s: float) -> bytes:  # noqa: ARG002  # it answers at any pace
        plain = bytes(byte & 0x7F for byte in data)
        return b"".join(self._obey(line) for line in self._lines.feed(plain))

    def _obey(self, line: bytes) -> bytes:
        if not line.startswith(b":") or not line.endswith(b"\r"):
            return b""
        try:
            message = bytes.fromhex(line[1:-1].decode("ascii"))
        except ValueError:
            return b""
        if len(message) != 7 or sum(message) % 256 != 0 or message[0] not in self._freezers:
            return b""
        return self._answer(self._freezers[message[0]], *struct.unpack(">BHH", message[1:6]))

    def _answer(self, freezer: Freezer, function: int, register: int, words: int) -> bytes:
        if function != 3:
            return _frame(bytes((freezer.bus_id, function | 0x80, 1)))
        data = self._value(freezer, register)
        if data is None or words != (len(data) + 1) // 2:
            return _frame(bytes((freezer.bus_id, 0x83, 2)))
        count = len(data) * (2 if freezer.dialect == "characters" else 1)
        return _frame(bytes((freezer.bus_id, 3, count)) + data)

    def _value(self, freezer: Freezer, register: int) -> bytes | None:
        for name, at in SENSORS.items():
            if at == register:
                return struct.pack(">f", self._celsius(freezer.sensors.get(name)))  # type: ignore[call-overload]
        match register:
            case 0x530:
                return struct.pack(">i", round(10 * freezer.set_point_degC))
            case 0x538:
                return struct.pack(">i", round(10 * freezer.warm_alarm_degC))
            case 0x53C:
                return struct.pack(">i", round(10 * freezer.cold_alarm_degC))
            case 0x570:
                return b"155DR0A01R".ljust(20)
            case 0x598:
                return struct.pack(">I", 123456)
            case 0x59C:
                return b"\x04"
            case 0x66F:
                return bytes((freezer.status,))
            case 0x670:
                is_open = freezer.door is not None and self._measure(freezer.door) > 0.5
                return struct.pack(">I", is_open << 9)
        return None

    def _celsius(self, probe: str | None) -> float:
        shown = math.nan if probe is None else self._measure(probe)
        return NOT_FITTED_DEGC if math.isnan(shown) else shown


def _frame(message: bytes) -> bytes:
    lrc = (256 - sum(message) % 256) % 256
    return b":" + (message + bytes([lrc])).hex().upper().encode("ascii") + b"\r\n"
