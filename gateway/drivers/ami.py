"""American Magnetics level meters for liquid nitrogen: 185, 186 (plain commands), 187, 286, 1700 (SCPI).

9600 8N1, a 1700 115200 8N1 or TCP; CR LF back. A level is a number in the unit last chosen over the
interface, by whoever was there; so the unit is asked each time, and a meter that speaks another one than
`unit` gives no readings. Setting the unit would cure that, and is left to people: CM, INCH and PERCENT
change the instrument, LEVEL and UNIT only read.

No level says what it answers. The unit is asked again after anything that was not a level: a reply that
comes late meets that question, looks like no unit, and ends the poll.

A level has no checksum and no sign, so a stray digit before it would be part of it. Each level is asked
twice, and counts when both have the same number of characters.

Sources: AMI 185/186 manual p. 38-40, 187 manual p. 44, 286 manual p. 57, 71, 75-80 (a level is that of a
channel, CH1 to CH4, to which people assign a sensor, A to D), 1700 manual p. 63-65. The pages of the 1700 at
hand end before its level: that it is MEASure:N2:LEVel?, and N2:UNIT? answers as UNIT of a 186, is what five
public programs of laboratories send and expect.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import replace
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import measured, refuse
from gateway.drivers.steady import Said, serial_number
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600)
LONGEST_REPLY: Final = 82  # bytes: "return strings may be up to 80 characters in length"
CHANNELS: Final = ("CH1", "CH2", "CH3", "CH4")  # of a 286
UNIT_QUERIES: Final = {"185": "UNIT", "186": "UNIT", "187": "UNITS?", "286": "UNITS?", "1700": "N2:UNIT?"}
LEVEL_QUERIES: Final = {"185": "LEVEL", "186": "LEVEL", "187": "LEVEL?", "1700": "MEAS:N2:LEV?"}
NUMBERED_UNITS: Final = ("187", "286")  # answer 2,"CM"; the others C
NAMELESS: Final = ("185", "186")  # have no identification; their unit is a sign of its own
UNIT_REPLIES: Final[dict[str, tuple[bytes, bytes]]] = {  # unit -> its sign, its number
    "percent": (b"%", b"0"),
    "inch": (b"I", b"1"),
    "cm": (b"C", b"2"),
}
SCPI_UNIT: Final = re.compile(rb'([012]), ?"[A-Z]+"')
ERROR: Final = re.compile(rb"-\d{1,3}(,.*)?")  # -8; -101,"Unrecognized command"
MAKER: Final = re.compile(rb"AMERICAN MAGNETICS|AMI\b", re.IGNORECASE)  # begins an identification
BEYOND: Final = 0.05  # of the sensor's length: more below empty or above full is no level


@dataclass(frozen=True, slots=True)
class Options:
    """`unit` is the one the meter must be set to; `active_length` of the sensor, in that unit. `serial`: the
    number that the meter must have, where its identification tells one."""

    model: Literal["185", "186", "187", "286", "1700"] = "186"
    unit: Literal["percent", "cm", "inch"] = "percent"
    channels: tuple[str, ...] = ("CH1",)
    active_length: float | None = None
    serial: str = ""

    def __post_init__(self) -> None:
        known = set(self.channels) <= set(CHANNELS) and len(set(self.channels)) == len(self.channels)
        if not self.channels or not known:
            raise ValueError(
                f"channels must be of {', '.join(CHANNELS)}, each once, got {list(self.channels)}"
            )
        if self.model != "286" and self.channels != ("CH1",):
            raise ValueError(f"a {self.model} has one channel; only a 286 has CH1 to CH4")
        if self.active_length is not None and not 0.0 < self.active_length < 1e4:
            raise ValueError("active_length must be positive, in the meter's unit")
        if self.unit == "percent" and self.active_length is not None:
            raise ValueError("active_length means nothing in percent; leave it out")
        if self.serial and self.model in NAMELESS:
            raise ValueError(f"a {self.model} has no identification, so it tells no serial; leave it out")


def addresses(options: Options) -> tuple[str, ...]:
    """level; on a 286 CH1/level and so on."""
    if options.model != "286":
        return ("level",)
    return tuple(f"{channel}/level" for channel in options.channels)


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """The one that the meter must be set to."""
    return options.unit


def says(options: Options, frame: bytes) -> tuple[Said, ...]:
    """The serial number of the identification, where it has one."""
    if MAKER.match(frame) is None:
        return ()
    return serial_number(frame, options.serial, addresses(options))


def poll(options: Options) -> Poll:
    """Who it is, the unit, then the level of each channel."""
    rows: list[Row] = []
    refused: list[Refused] = []
    if not (yield from _identified(options, refused)):
        return Readings.of(rows, refused)
    ready = False
    for channel, address in zip(options.channels, addresses(options), strict=True):
        if not ready and not (yield from _unit_is_right(options, refused)):
            break
        told = yield from _asked_twice(_level_request(channel, options), refused)
        ready = told is not None
        if told is not None:
            rows.append(_row(address, *told, options))
    return Readings.of(rows, refused)


def _asked_twice(
    request: Request, refused: list[Refused]
) -> Generator[Request, Reply, tuple[int, float] | None]:
    """Time and value of the second of two levels of the same length; None where one is missing, no level, or
    longer.
    """
    first = yield request
    if _level(first.frame) is None:
        refused += refuse(request, first, "an error code, or no number")
        return None
    second = yield request
    level = _level(second.frame)
    if level is None or len(second.frame) != len(first.frame):
        refused += refuse(request, second, f"asked twice, the first answer was {first.frame!r}")
        return None
    return second.time_ns, level


def _identified(options: Options, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    if options.model in NAMELESS:
        return True
    request = Request(b"*IDN?\r\n", b"\r\n", LONGEST_REPLY, fits=lambda frame: _names(frame, options.model))
    reply = yield request
    if _names(reply.frame, options.model):
        return True
    refused += refuse(request, reply, f"not the identification of an AMI {options.model}")
    return False


def _unit_is_right(options: Options, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    sign, digit = UNIT_REPLIES[options.unit]
    request = replace(_unit_request(options), proofs=(_level_request(options.channels[0], options),))
    reply = yield request
    numbered = SCPI_UNIT.fullmatch(reply.frame)
    said = numbered[1] if numbered is not None else None
    if said == digit if options.model in NUMBERED_UNITS else reply.frame == sign:
        return True
    refused += refuse(request, reply, f"the meter is not set to {options.unit}")
    return False


def _level(frame: bytes) -> float | None:
    return None if ERROR.fullmatch(frame) else measured(frame)


def _row(address: str, time_ns: int, level: float, options: Options) -> Row:
    """Far below empty or above full stands for a broken or disconnected sensor."""
    full = 100.0 if options.unit == "percent" else options.active_length or 1e4
    if -BEYOND * full <= level <= (1 + BEYOND) * full:
        return address, time_ns, level, Quality.GOOD
    return address, time_ns, math.nan, Quality.BAD


def _names(frame: bytes, model: str) -> bool:
    """Whether this is the identification of such a meter."""
    named = re.search(rb"\b" + model.encode("ascii") + rb"\b", frame) is not None
    return named and measured(frame) is None


def _unit_request(options: Options) -> Request:
    payload = f"{UNIT_QUERIES[options.model]}\r\n".encode("ascii")
    signs = tuple(sign for sign, _ in UNIT_REPLIES.values())

    def fits(frame: bytes) -> bool:
        return frame in signs or (SCPI_UNIT.fullmatch(frame) or ERROR.fullmatch(frame)) is not None

    return Request(payload, b"\r\n", LONGEST_REPLY, fits=fits)


def _level_request(channel: str, options: Options) -> Request:
    query = LEVEL_QUERIES.get(options.model, f"{channel}:LEVEL?")

    def fits(frame: bytes) -> bool:
        return measured(frame) is not None or ERROR.fullmatch(frame) is not None

    payload = f"{query}\r\n".encode("ascii")
    return Request(payload, b"\r\n", LONGEST_REPLY, fits=fits, proofs=(_unit_request(options),))
