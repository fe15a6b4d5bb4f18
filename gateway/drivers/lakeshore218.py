"""Lake Shore 218 temperature monitor: eight inputs, RS-232, 9600 7O1, CR LF both ways.

One query per communication, 50 ms of silence after each reply, at most 20 a second. There is no error
reply: what the instrument does not understand it passes over in silence, and an input without a valid
measurement goes on answering with a number. So the status of every input is asked for each poll, and the
identification before anything else.

Source: Lake Shore 218 User's Manual, chapter 6 (remote operation): *IDN?, CRDG?, RDGST?.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from gateway.drivers import Poll, PortSettings, Readings, Reply, Request
from gateway.drivers.lines import number
from gateway.model import Quality, Refusal, Refused

PORT: Final = PortSettings(baud=9600, data_bits=7, parity="O", stop_bits=1, pause_s=0.05)
INPUTS: Final = 8
LONGEST_REPLY: Final = 80  # bytes; 8 fields of 8, 7 commas, and some
IDENTITY: Final = b"LSCI,MODEL218"
STATUS_OK: Final = 0
"""RDGST?: 16 temperature under range, 32 over, 64 units under, 128 over; other bits are not of a 218."""


@dataclass(frozen=True, slots=True)
class Options:
    """`inputs`: those that are connected."""

    inputs: tuple[int, ...] = tuple(range(1, INPUTS + 1))

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) != len(self.inputs):
            raise ValueError("inputs must name at least one input, each once")
        if not all(1 <= i <= INPUTS for i in self.inputs):
            raise ValueError(f"inputs must lie between 1 and {INPUTS}, got {list(self.inputs)}")


def addresses(options: Options) -> tuple[str, ...]:
    """The numbers of the inputs, as text."""
    return tuple(str(i) for i in options.inputs)


def poll(options: Options) -> Poll:
    """Identification, all values at once in degC, then the status of each input."""
    refused: list[Refused] = []
    identity = yield _request("*IDN?")
    if not identity.frame.startswith(IDENTITY):
        return Readings.of(
            [], _refuse(refused, identity, "*IDN?", "not the identification of a Lake Shore 218")
        )
    reply = yield _request("CRDG? 0")
    values = [number(field) for field in reply.frame.split(b",")]
    if len(values) != INPUTS or None in values:
        return Readings.of([], _refuse(refused, reply, "CRDG? 0", f"expected {INPUTS} numbers"))
    rows: list[tuple[str, int, float, int]] = []
    for i in options.inputs:
        status = yield _request(f"RDGST? {i}")
        state = number(status.frame)
        if state is None:
            _refuse(refused, status, f"RDGST? {i}", "not a status")
            continue
        good = state == STATUS_OK
        quality = Quality.GOOD if good else Quality.BAD
        rows.append((str(i), reply.time_ns, _value(values[i - 1], good), quality))
    return Readings.of(rows, refused)


def _refuse(refused: list[Refused], reply: Reply, query: str, detail: str) -> list[Refused]:
    if reply.frame:  # silence is the port's story, not a refusal
        refused.append(Refused(Refusal.MALFORMED, detail, query, reply.frame, reply.time_ns))
    return refused


def _request(query: str) -> Request:
    return Request(f"{query}\r\n".encode("ascii"), b"\r\n", LONGEST_REPLY)


def _value(value: float | None, good: bool) -> float:
    return value if good and value is not None else math.nan
