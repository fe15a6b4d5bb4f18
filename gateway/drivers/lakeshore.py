"""Lake Shore thermometers 211, 224, 240, 335, 336, 340 and 350: one query at a time, CR LF back.

An input without a valid measurement goes on answering with a number; only its status tells, and what a bit
of the status means differs from model to model. So each value is followed by its status, and both count
together.

No reply says which input it belongs to. The instrument identifies itself first, and again after anything that
was not what it had to be: a reply that comes late meets the identification and ends the poll.

`PORT` is that of the 33x, 350 and 224 (USB); a 240 wants 115200 8N1, 211 and 340 have 9600 7O1.

Sources: manuals of the 350 (USB, CRDG?, RDGST?), 211 p. 60, 340 p. 9-34 and 9-40; for 224, 240, 335 and 336
the maker's own Python package.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Generator
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import NO_NUMBER, refuse
from gateway.drivers.steady import Said, serial_number
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=57_600, data_bits=7, parity="O", stop_bits=1, pause_s=0.05)
LONGEST_REPLY: Final = 80  # bytes; the identification is the longest
VALUE: Final = re.compile(
    rb"[+-]\d{1,6}\.\d{0,6}(E[+-]\d{1,2})?"
)  # a sign and a point, always: a status has none
STATUS: Final = re.compile(rb"\d{3}")
COLDEST_DEGC, WARMEST_DEGC = -273.149, 1232.0  # 0 K is no reading; thermocouples of a 336 reach 1505 K


@dataclass(frozen=True, slots=True)
class Model:
    """Inputs, and bits of RDGST? that do not spoil the value; all other bits do."""

    inputs: tuple[str, ...]
    harmless: int = 0
    doubtful: int = 0


_ABCD: Final = ("A", "B", "C", "D")
_D1_TO_D5: Final = ("D1", "D2", "D3", "D4", "D5")
MODELS: Final[dict[str, Model]] = {
    "211": Model(("1",), harmless=4 | 8),  # alarm low, alarm high; faults: 2 A/D, 16, 32 range, 64, 128 units
    "224": Model(("A", "B", "C1", "C2", "C3", "C4", "C5", *_D1_TO_D5)),  # faults: 1 invalid, 16, 32, 64, 128
    "240": Model(tuple("12345678")),  # faults: 1, 16, 32, 64 units over, 128 units under
    "335": Model(("A", "B")),  # faults: 1, 16, 32, 64 units zero, 128 units over
    "336": Model((*_ABCD, *_D1_TO_D5)),  # the same
    "340": Model((*_ABCD, *_D1_TO_D5), doubtful=2),  # old reading; faults: 1, 16, 32, 64, 128
    "350": Model((*_ABCD, *_D1_TO_D5)),  # as the 336
}


@dataclass(frozen=True, slots=True)
class Options:
    """`inputs`: those that are connected. `serial`: the number that the instrument must have."""

    model: Literal["211", "224", "240", "335", "336", "340", "350"] = "336"
    inputs: tuple[str, ...] = ()
    serial: str = ""

    def __post_init__(self) -> None:
        known = MODELS[self.model].inputs
        if len(set(self.inputs)) != len(self.inputs) or not set(self.inputs) <= set(known):
            raise ValueError(f"inputs must be of {', '.join(known)}, each once, got {list(self.inputs)}")


def addresses(options: Options) -> tuple[str, ...]:
    """The inputs by their names; left out, those every unit of the model has."""
    return options.inputs or _built_in(options.model)


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """Always degC."""
    return "degC"


def says(options: Options, frame: bytes) -> tuple[Said, ...]:
    """The serial number of the identification."""
    if not frame.startswith(b"LSCI,"):
        return ()
    return serial_number(frame, options.serial, addresses(options))


def poll(options: Options) -> Poll:
    """Identification, then value in degC and status of each input."""
    rows: list[Row] = []
    refused: list[Refused] = []
    identified = False
    for name in addresses(options):
        if not identified and not (yield from _identify(options.model, refused)):
            break
        row = yield from _read(options.model, name, refused)
        identified = row is not None
        rows += [] if row is None else [row]
    return Readings.of(rows, refused)


def _read(model: str, name: str, refused: list[Refused]) -> Generator[Request, Reply, Row | None]:
    argument = "" if model == "211" else f" {name}"  # it has one input and no argument
    asked = _measuring(model, f"CRDG?{argument}", _is_value)
    reply = yield asked
    if not _is_value(reply.frame):
        refused += refuse(asked, reply, "not a number with a decimal point")
        return None
    asked = _measuring(model, f"RDGST?{argument}", _is_status)
    status = yield asked
    if not _is_status(status.frame):
        refused += refuse(asked, status, "not a status of three digits")
        return None
    value, quality = _judged(float(reply.frame), int(status.frame), MODELS[model])
    return name, reply.time_ns, value, quality


def _judged(value_degC: float, status: int, model: Model) -> tuple[float, Quality]:
    if status & ~(model.harmless | model.doubtful) or not COLDEST_DEGC <= value_degC <= WARMEST_DEGC:
        return math.nan, Quality.BAD
    return value_degC, Quality.UNCERTAIN if status & model.doubtful else Quality.GOOD


def _identify(model: str, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    request = _identification(model)
    reply = yield request
    if request.is_answered_by(reply.frame):
        return True
    refused += refuse(request, reply, f"not the identification of a Lake Shore {model}")
    return False


def _built_in(model: str) -> tuple[str, ...]:
    inputs = MODELS[model].inputs
    return inputs if model == "224" else tuple(name for name in inputs if name not in _D1_TO_D5)


def _is_value(frame: bytes) -> bool:
    return (VALUE.fullmatch(frame) or NO_NUMBER.fullmatch(frame)) is not None


def _is_status(frame: bytes) -> bool:
    return STATUS.fullmatch(frame) is not None


def _identification(model: str) -> Request:
    beginning = f"LSCI,MODEL{model}".encode("ascii")
    return Request(b"*IDN?\r\n", b"\r\n", LONGEST_REPLY, fits=lambda frame: frame.startswith(beginning))


def _measuring(model: str, query: str, fits: Callable[[bytes], bool]) -> Request:
    payload, proofs = f"{query}\r\n".encode("ascii"), (_identification(model),)
    return Request(payload, b"\r\n", LONGEST_REPLY, fits=fits, proofs=proofs)
