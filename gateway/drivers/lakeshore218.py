"""Lake Shore 218 temperature monitor: eight inputs, RS-232, 9600 7O1, CR LF both ways.

One query per communication, 50 ms of silence after each reply, at most 20 a second. There is no error
reply: what the instrument does not understand it passes over in silence, and an input without a valid
measurement goes on answering with a number. So the status of every input is asked for before and after all
values, and both count: a contact that was open for longer than a poll takes, about 1.5 s, shows in one of
them. The identification is asked for before anything else.

No status says which input it belongs to, but replies keep their order, and an identification looks like no
status. So after anything that was not a status the instrument identifies itself again, or the poll ends.

Source: Lake Shore 218 User's Manual, chapter 6 (remote operation): *IDN?, CRDG? p. 6-22, RDGST? p. 6-29.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Generator
from typing import Final

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import measured, refuse
from gateway.drivers.steady import Said, serial_number
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600, data_bits=7, parity="O", stop_bits=1, pause_s=0.05)
INPUTS: Final = 8
LONGEST_REPLY: Final = 80  # bytes; 8 fields of 8, 7 commas, and some
IDENTITY: Final = b"LSCI,MODEL218"
STATUS: Final = re.compile(rb"\d{3,4}")  # p. 6-29 prints nnnn; the 211 and 340 send three digits
STATUS_OK: Final = 0
"""RDGST?: 16 temperature under range, 32 over, 64 units under, 128 over; other bits are not of a 218."""
COLDEST_DEGC, WARMEST_DEGC = -271.75, 527.0  # the instrument measures from 1.4 K to 800 K; 0 K is no reading


@dataclass(frozen=True, slots=True)
class Options:
    """`inputs`: those that are connected. `serial`: the number that the instrument must have."""

    inputs: tuple[int, ...] = tuple(range(1, INPUTS + 1))
    serial: str = ""

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) != len(self.inputs):
            raise ValueError("inputs must name at least one input, each once")
        if not all(1 <= i <= INPUTS for i in self.inputs):
            raise ValueError(f"inputs must lie between 1 and {INPUTS}, got {list(self.inputs)}")


def addresses(options: Options) -> tuple[str, ...]:
    """The numbers of the inputs, as text."""
    return tuple(str(i) for i in options.inputs)


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """Always degC."""
    return "degC"


def says(options: Options, frame: bytes) -> tuple[Said, ...]:
    """The serial number of the identification."""
    if not frame.startswith(IDENTITY):
        return ()
    return serial_number(frame, options.serial, addresses(options))


def poll(options: Options) -> Poll:
    """Identification, the status of each input, all values at once in degC, each status once more."""
    rows: list[Row] = []
    refused: list[Refused] = []
    if (yield from _identify(refused)) and (before := (yield from _statuses(options.inputs, refused))):
        request = _measuring("CRDG? 0", lambda frame: _values(frame) is not None)
        reply = yield request
        values = _values(reply.frame)
        if values is None:
            refused += refuse(request, reply, f"not {INPUTS} numbers of the same length")
        else:
            after = yield from _statuses(tuple(before), refused)
            rows = [
                _row(str(i), reply.time_ns, values[i - 1], before[i] | status) for i, status in after.items()
            ]
    return Readings.of(rows, refused)


def _statuses(inputs: tuple[int, ...], refused: list[Refused]) -> Generator[Request, Reply, dict[int, int]]:
    """The status of each input that told it."""
    found: dict[int, int] = {}
    identified = True
    for i in inputs:
        if not identified and not (yield from _identify(refused)):
            break
        request = _measuring(f"RDGST? {i}", _is_status)
        reply = yield request
        identified = _is_status(reply.frame)
        if identified:
            found[i] = int(reply.frame)
        else:
            refused += refuse(request, reply, "not a status of three or four digits")
    return found


def _identify(refused: list[Refused]) -> Generator[Request, Reply, bool]:
    reply = yield IDENTIFICATION
    if _is_identity(reply.frame):
        return True
    refused += refuse(IDENTIFICATION, reply, "not the identification of a Lake Shore 218")
    return False


def _values(frame: bytes) -> list[float] | None:
    """The eight values; every field has a sign and as many characters, so one that is shorter lost some."""
    fields = frame.split(b",")
    numbers = [n for n in map(measured, fields) if n is not None]
    whole = len(fields) == len(numbers) == INPUTS and len({len(field) for field in fields}) == 1
    return numbers if whole else None


def _row(address: str, time_ns: int, value: float, status: int) -> Row:
    if status == STATUS_OK and COLDEST_DEGC <= value <= WARMEST_DEGC:
        return address, time_ns, value, Quality.GOOD
    return address, time_ns, math.nan, Quality.BAD


def _is_identity(frame: bytes) -> bool:
    return frame.startswith(IDENTITY)


def _is_status(frame: bytes) -> bool:
    return STATUS.fullmatch(frame) is not None


def _measuring(query: str, fits: Callable[[bytes], bool]) -> Request:
    payload = f"{query}\r\n".encode("ascii")
    return Request(payload, b"\r\n", LONGEST_REPLY, fits=fits, proofs=(IDENTIFICATION,))


IDENTIFICATION: Final = Request(b"*IDN?\r\n", b"\r\n", LONGEST_REPLY, fits=_is_identity)
