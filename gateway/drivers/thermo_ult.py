"""Thermo Scientific ULT freezers TSX, TDE and Isotemp -86: Modbus ASCII on RS-485, 7E1, function 3 only.

    request := ":" address 03 register(4) count(4) LRC CR LF        two hexadecimal digits a byte
    reply   := ":" address 03 bytes data LRC CR LF

Registers are numbered as if by bytes, four for each 32-bit value. `bytes` is the number of data bytes on an
Isotemp; the TSX and TDE count the characters, twice as many. Both are taken. The LRC is checked over what
came: the replies of 4 bytes printed in the TSX and TDE manuals carry the LRC of the other count and would
be refused.

A reply does not say which register it answers. The status comes first in each turn, its reply is shorter
than all others, and after anything unexpected the freezer is asked nothing more in that poll.

Sources: TDE Series manual, appendix B p. 30-36; TSX Series manual, appendix D p. 63-67; Isotemp -86 manual
p. 28-31.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Generator
from dataclasses import replace
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import refuse
from gateway.model import Quality, Refused
from gateway.units import shortest_of

PORT: Final = PortSettings(baud=9600, data_bits=7, parity="E")
MOST_FREEZERS: Final = 32  # unit loads of an RS-485 bus
LONGEST_REPLY: Final = 32  # bytes; 15 or 17 are the most a value takes
FRAME: Final = re.compile(rb":((?:[0-9A-F]{2}){4,12})")
NOT_FITTED: Final = struct.pack(">f", -127.0)  # C2FE0000
COLDEST_DEGC, WARMEST_DEGC = -126.0, 150.0  # the evaporator is no colder, the compressor no hotter

Kind = Literal["degC", "tenths_degC", "bit"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of 32 bits at `register`; of a word of bits, number `bit`."""

    register: int
    kind: Kind
    bit: int = 0


PARAMETERS: Final[dict[str, Parameter]] = {
    "SETPOINT": Parameter(0x530, "tenths_degC"),
    "WARM_ALARM": Parameter(0x538, "tenths_degC"),
    "COLD_ALARM": Parameter(0x53C, "tenths_degC"),
    "TC2": Parameter(0x4CC, "degC"),
    "TC3": Parameter(0x4D0, "degC"),
    "TC4": Parameter(0x4D4, "degC"),
    "TC5": Parameter(0x4D8, "degC"),
    "TC7": Parameter(0x4E0, "degC"),
    "TC8": Parameter(0x4E4, "degC"),
    "TC9": Parameter(0x4E8, "degC"),
    "TC10": Parameter(0x4EC, "degC"),
    "DOOR1": Parameter(0x670, "bit", 9),
    "DOOR2": Parameter(0x670, "bit", 10),
}
CONTROL_MODEL: Final = 0x59C  # one byte
STATUS: Final = 0x66F  # one byte of bits
STATUS_BITS: Final = {"POWER_FAILURE": 1, "SERVICE": 3, "SHUTDOWN": 4}
MAIN_FAILURE: Final = 1 << 2  # main board and display no longer talk: what comes may be old
BUS_FAILURE: Final = 1 << 7  # nothing new comes from the freezer


@dataclass(frozen=True, slots=True)
class Options:
    """`status`: whether the freezer has the status register; an Isotemp may not."""

    bus_ids: tuple[int, ...] = (1,)
    parameters: tuple[str, ...] = ("TC2", "TC3", "TC4", "TC5")
    status: bool = True

    def __post_init__(self) -> None:
        if not all(0 <= bus_id <= 0xFF for bus_id in self.bus_ids):
            raise ValueError(f"bus_ids must lie between 0 and 255, got {list(self.bus_ids)}")
        if len(set(self.bus_ids)) != len(self.bus_ids) or not 1 <= len(self.bus_ids) <= MOST_FREEZERS:
            raise ValueError(f"bus_ids must name 1 to {MOST_FREEZERS} freezers, each once")
        known = (*PARAMETERS, *(STATUS_BITS if self.status else ()))
        if not set(self.parameters) <= set(known):
            raise ValueError(f"parameters must be of {', '.join(known)}, got {list(self.parameters)}")
        if not self.parameters or len(set(self.parameters)) != len(self.parameters):
            raise ValueError("parameters must name at least one, each once")


def addresses(options: Options) -> tuple[str, ...]:
    """Bus id and parameter: 25/TC3, 25/DOOR1."""
    return tuple(f"{bus_id}/{name}" for bus_id in options.bus_ids for name in options.parameters)


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """degC, and of a bit none."""
    parameter = PARAMETERS.get(address.rpartition("/")[2])
    return None if parameter is None or parameter.kind == "bit" else "degC"


def poll(options: Options) -> Poll:
    """The status of each freezer, then its parameters."""
    rows: list[Row] = []
    refused: list[Refused] = []
    for bus_id in options.bus_ids:
        rows += yield from _visit(bus_id, options, refused)
    return Readings.of(rows, refused)


def lrc(data: bytes) -> int:
    """Longitudinal redundancy check: what makes the sum of all bytes 0 modulo 256."""
    return -sum(data) & 0xFF


def read_request(bus_id: int, register: int, words: int) -> Request:
    """Reading `words` 16-bit words; a byte of flags counts as one."""
    body = struct.pack(">BBHH", bus_id, 3, register, words)
    text = (body + bytes((lrc(body),))).hex().upper().encode("ascii")
    return Request(
        b":%s\r\n" % text,
        b"\r\n",
        LONGEST_REPLY,
        sound=lambda frame: _body(frame) != b"",
        fits=lambda frame: _is_exception(_body(frame), bus_id) or _fits(_body(frame), bus_id, words),
        queue=f"{bus_id}",
    )


def _visit(bus_id: int, options: Options, refused: list[Refused]) -> Generator[Request, Reply, list[Row]]:
    rows: list[Row] = []
    best = Quality.GOOD
    if options.status:
        proof = read_request(bus_id, PARAMETERS["SETPOINT"].register, 2)
        answer = yield from _ask(bus_id, STATUS, 1, (proof,), refused)
        if answer is None:
            return rows
        best = _best(answer.data)
        rows += _flags(bus_id, answer, options.parameters)
    for name in (name for name in options.parameters if name in PARAMETERS):
        register = PARAMETERS[name].register
        bytes_only = (STATUS, CONTROL_MODEL) if options.status else (CONTROL_MODEL,)
        proofs = tuple(read_request(bus_id, first, 1) for first in bytes_only)
        answer = yield from _ask(bus_id, register, 2, proofs, refused)
        if answer is None:
            break
        if answer.data:
            rows.append(_row(bus_id, name, answer.time_ns, _value(PARAMETERS[name], answer.data), best))
    return rows


@dataclass(frozen=True, slots=True)
class _Answer:
    data: bytes  # empty: the freezer said that it has no such register
    time_ns: int


def _ask(
    bus_id: int, register: int, words: int, proofs: tuple[Request, ...], refused: list[Refused]
) -> Generator[Request, Reply, _Answer | None]:
    """What the freezer says; None when it did not come as it should."""
    request = replace(read_request(bus_id, register, words), proofs=proofs)
    reply = yield request
    body = _body(reply.frame)
    if _is_exception(body, bus_id):
        refused += refuse(request, reply, f"exception {body[2]}")
        return _Answer(b"", reply.time_ns)
    if not _fits(body, bus_id, words):
        refused += refuse(request, reply, f"not {words} words of freezer {bus_id} with the right LRC")
        return None
    return _Answer(body[3:], reply.time_ns)


def _is_exception(body: bytes, bus_id: int) -> bool:
    return len(body) == 3 and body[:2] == bytes((bus_id, 0x83))


def _fits(body: bytes, bus_id: int, words: int) -> bool:
    size = len(body) - 3  # of the data
    fits = size in ((1, 2) if words == 1 else (4,)) and body[2] in (size, 2 * size)
    return fits and body[:2] == bytes((bus_id, 3))


def _body(frame: bytes) -> bytes:
    """The bytes of a frame without its LRC; empty when it is none, or the LRC is wrong."""
    match = FRAME.fullmatch(frame)
    body = b"" if match is None else bytes.fromhex(match[1].decode("ascii"))
    return b"" if lrc(body) else body[:-1]


def _flags(bus_id: int, answer: _Answer, wanted: tuple[str, ...]) -> list[Row]:
    if not answer.data:
        return []
    bits = {name: answer.data[-1] >> bit & 1 for name, bit in STATUS_BITS.items() if name in wanted}
    return [_row(bus_id, name, answer.time_ns, bit, Quality.GOOD) for name, bit in bits.items()]


def _value(parameter: Parameter, data: bytes) -> float:
    """The value in degC, or 0 or 1; NaN for a sensor that is not fitted or says what none can mean."""
    if parameter.kind == "bit":
        return float(int.from_bytes(data, "big") >> parameter.bit & 1)
    if parameter.kind == "tenths_degC":
        celsius: float = struct.unpack(">i", data)[0] / 10
    else:
        celsius = math.nan if data == NOT_FITTED else shortest_of(*struct.unpack(">f", data))
    return celsius if COLDEST_DEGC <= celsius <= WARMEST_DEGC else math.nan


def _best(status: bytes) -> Quality:
    """What readings are worth at best while the status is this; empty: the freezer does not tell."""
    if status and status[-1] & BUS_FAILURE:
        return Quality.BAD
    return Quality.UNCERTAIN if not status or status[-1] & MAIN_FAILURE else Quality.GOOD


def _row(bus_id: int, name: str, time_ns: int, value: float, quality: Quality) -> Row:
    bad = quality is Quality.BAD or math.isnan(value)
    return f"{bus_id}/{name}", time_ns, math.nan if bad else float(value), Quality.BAD if bad else quality
