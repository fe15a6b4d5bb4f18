"""Modbus RTU transmitters: any map of holding or input registers, with presets for common devices.

9600 8N1 unless set otherwise. Only functions 3 and 4 are ever sent; both only read. A reply says which slave
and which function it answers, but not which registers: after anything that was not a sound reply a slave is
asked nothing more in that poll, and what may be late is proved (gateway.drivers.in_step).

Sources: PTA8C04 and PTA8D08: lamaplc.com register table; PM6RTD: modmux.com; TB-260: controlbox.eu; MW100:
Yokogawa IM MW100-17E, appendix 2.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Generator
from dataclasses import replace
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import refuse
from gateway.drivers.registers import Registers
from gateway.drivers.rtu import EXCEPTIONS, opened, read_request
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600, pause_s=0.005)  # 3.5 characters of silence end a frame
MOST_SLAVES: Final = 32  # unit loads of an RS-485 bus
MOST_BLOCKS: Final = 32  # requests per slave and poll

_TENTHS: Final = Registers(
    "temperature", 0, scale=0.1, lowest=-210.0, highest=850.0
)  # nitrogen freezes at -210
_OHMS: Final = Registers("resistance", 32, scale=0.1, lowest=0.0, highest=400.0)  # Pt100 at 850 degC: 390.5
_MW100_FAULTS: Final = (0x7FFF, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006)  # over, skip, none, error ...

Preset = Literal["pta8c04", "pta8d08", "tb260", "pm6rtd", "mw100", "fp0_rtd", "tenths"]
PRESETS: Final[dict[str, tuple[Registers, ...]]] = {
    "pta8c04": (replace(_TENTHS, count=4), replace(_OHMS, count=4)),
    "pta8d08": (replace(_TENTHS, count=8), replace(_OHMS, count=8)),
    "tb260": (replace(_TENTHS, type="float32", scale=1.0),),
    "pm6rtd": (replace(_TENTHS, count=6, faults=(0x8000, -32767)),),  # upscale, downscale burnout
    "mw100": (replace(_TENTHS, function=4, count=10, faults=_MW100_FAULTS),),
    "fp0_rtd": (replace(_TENTHS, count=6, faults=(8191,)),),  # broken wire
    "tenths": (_TENTHS,),  # int16 in tenths of a degC, as most others have it
}
FIRST_UNKNOWN: Final = ("pm6rtd", "mw100", "fp0_rtd", "tenths")
"""The pages read do not say where their registers begin: `first_register` has to."""


@dataclass(frozen=True, slots=True)
class Options:
    """`registers` is the map; without it that of `preset`, moved by `first_register`."""

    slaves: tuple[int, ...] = (1,)
    preset: Preset = "pta8c04"
    first_register: int | None = None
    registers: tuple[Registers, ...] = ()

    def __post_init__(self) -> None:
        if not all(1 <= slave <= 247 for slave in self.slaves):
            raise ValueError(f"slaves must lie between 1 and 247, got {list(self.slaves)}")
        if len(set(self.slaves)) != len(self.slaves) or not 1 <= len(self.slaves) <= MOST_SLAVES:
            raise ValueError(f"slaves must name 1 to {MOST_SLAVES} slaves, each once")
        for slave in self.slaves:
            names = [block.name for block in _of(slave, self.registers)]
            if len(set(names)) != len(names) or len(names) > MOST_BLOCKS:
                raise ValueError(
                    f"registers of a slave must be at most {MOST_BLOCKS} blocks, each with a name"
                )
        if not {slave for block in self.registers for slave in block.slaves} <= set(self.slaves):
            raise ValueError("registers name a slave that is not among slaves")
        if not self.registers and self.first_register is None and self.preset in FIRST_UNKNOWN:
            raise ValueError(
                f"preset {self.preset!r} needs first_register, 0-based, from the device's manual"
            )
        if self.registers and self.first_register is not None:
            raise ValueError("first_register moves a preset; registers say themselves where they are")
        blocks(self)  # raises ValueError when they are moved beyond the last register


def blocks(options: Options) -> tuple[Registers, ...]:
    """What is read, one request each and slave."""
    if options.registers:
        return options.registers
    moved = options.first_register or 0
    return tuple(replace(block, first=block.first + moved) for block in PRESETS[options.preset])


def addresses(options: Options) -> tuple[str, ...]:
    """Slave, name and number from 1: 1/temperature/1, 1/temperature/2 and so on."""
    return tuple(
        address
        for slave in options.slaves
        for block in _of(slave, blocks(options))
        for address in _names(slave, block)
    )


def narrowed(options: Options, wanted: Collection[str]) -> Options:
    """Only blocks of which somebody wants a value; all of them where nobody wants any."""
    kept = [
        replace(block, slaves=(slave,))
        for slave in options.slaves
        for block in _of(slave, blocks(options))
        if any(address in wanted for address in _names(slave, block))
    ]
    slaves = tuple(dict.fromkeys(slave for block in kept for slave in block.slaves))
    return Options(slaves, registers=tuple(kept)) if kept else options


def unit_of(options: Options, address: str) -> str | None:
    """Presets are degC and ohm; of a map of one's own nobody else knows."""
    if options.registers:
        return None
    return {"temperature": "degC", "resistance": "ohm"}[address.split("/")[1]]


def poll(options: Options) -> Poll:
    """Every block of every slave."""
    rows: list[Row] = []
    refused: list[Refused] = []
    for slave in options.slaves:
        rows += yield from _visit(slave, _of(slave, blocks(options)), refused)
    return Readings.of(rows, refused)


def _visit(
    slave: int, wanted: tuple[Registers, ...], refused: list[Refused]
) -> Generator[Request, Reply, list[Row]]:
    rows: list[Row] = []
    for block in wanted:
        request = _request(slave, block)
        reply = yield request
        match opened(reply.frame, slave, block.function, block.size):
            case bytes() as data:
                values = zip(_names(slave, block), block.numbers(data), strict=True)
                rows += [_row(address, reply.time_ns, value) for address, value in values]
            case int() as code:
                meaning = EXCEPTIONS.get(code, "unknown to the standard")
                refused += refuse(request, reply, f"exception {code}: {meaning}")
            case None:
                wanted_reply = f"{block.size} registers of slave {slave} with the right checksum"
                refused += refuse(request, reply, f"not {wanted_reply}")
                break
    return rows


def _request(slave: int, block: Registers) -> Request:
    """A read of fewer or more registers proves which request is answered; so does the other function, where
    the slave refuses those: also a refusal names the function."""
    size = block.size - 1 if block.size > 1 else 2
    first = min(block.first, 0x10000 - size)
    length = read_request(slave, block.function, first, size)
    function = read_request(slave, 4 if block.function == 3 else 3, block.first, 1)
    request = read_request(slave, block.function, block.first, block.size)
    return replace(request, proofs=(length, function) if block.size > 1 else (function, length))


def _row(address: str, time_ns: int, value: float) -> Row:
    return address, time_ns, value, Quality.BAD if math.isnan(value) else Quality.GOOD


def _of(slave: int, wanted: tuple[Registers, ...]) -> tuple[Registers, ...]:
    return tuple(block for block in wanted if not block.slaves or slave in block.slaves)


def _names(slave: int, block: Registers) -> list[str]:
    return [f"{slave}/{block.name}/{i + 1}" for i in range(block.count)]
