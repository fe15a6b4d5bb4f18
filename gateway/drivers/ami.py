"""American Magnetics level meters for liquid nitrogen: 185, 186 (plain commands), 187, 286 (SCPI).

9600 8N1, CR LF back. A level is a number in the unit last chosen over the interface, by whoever was there;
so the unit is asked each time, and a meter that speaks another one than `unit` gives no readings. Setting
the unit would cure that, and is left to people: CM, INCH and PERCENT change the instrument, LEVEL and UNIT
only read.

No level says what it answers. The unit is asked again after anything that was not a level: a reply that
comes late meets that question, looks like no unit, and ends the poll.

Sources: AMI 185/186 manual p. 38-40, 187 manual p. 44, 286 manual p. 57, 71, 75, 80. The letter before
LEVel? on a 286 is that of its sensor, as in its other commands (p. 80); the page of LEVel? itself does not
show an example.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Literal

from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import number, refuse
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600)
LONGEST_REPLY: Final = 82  # bytes: "return strings may be up to 80 characters in length"
PLAIN: Final = ("185", "186")
SENSORS: Final = ("A", "B", "C", "D")
UNIT_REPLIES: Final[dict[str, tuple[bytes, bytes]]] = {  # unit -> plain reply, number of the SCPI reply
    "percent": (b"%", b"0"),
    "inch": (b"I", b"1"),
    "cm": (b"C", b"2"),
}
SCPI_UNIT: Final = re.compile(rb'([012]), ?"[A-Z]+"')
ERROR: Final = re.compile(rb"-\d{1,3}(,.*)?")  # -8; -101,"Unrecognized command"
BEYOND: Final = 0.05  # of the sensor's length: more below empty or above full is no level


@dataclass(frozen=True, slots=True)
class Options:
    """`unit` is the one the meter must be set to; `active_length` of the sensor, in that unit."""

    model: Literal["185", "186", "187", "286"] = "186"
    unit: Literal["percent", "cm", "inch"] = "percent"
    sensors: tuple[str, ...] = ("A",)
    active_length: float | None = None

    def __post_init__(self) -> None:
        if not self.sensors or not set(self.sensors) <= set(SENSORS) or _repeated(self.sensors):
            raise ValueError(f"sensors must be of {', '.join(SENSORS)}, each once, got {list(self.sensors)}")
        if self.model != "286" and self.sensors != ("A",):
            raise ValueError(f"a {self.model} has one sensor; only a 286 has A to D")
        if self.active_length is not None and not 0.0 < self.active_length < 1e4:
            raise ValueError("active_length must be positive, in the meter's unit")
        if self.unit == "percent" and self.active_length is not None:
            raise ValueError("active_length means nothing in percent; leave it out")


def addresses(options: Options) -> tuple[str, ...]:
    """level; on a 286 A/level and so on."""
    if options.model != "286":
        return ("level",)
    return tuple(f"{sensor}/level" for sensor in options.sensors)


def poll(options: Options) -> Poll:
    """Who it is, the unit, then the level of each sensor."""
    rows: list[Row] = []
    refused: list[Refused] = []
    if not (yield from _identified(options, refused)):
        return Readings.of(rows, refused)
    ready = False
    for sensor, address in zip(options.sensors, addresses(options), strict=True):
        if not ready and not (yield from _unit_is_right(options, refused)):
            break
        request = _request(_level_query(options.model, sensor))
        reply = yield request
        level = _level(reply.frame)
        ready = level is not None
        if level is None:
            refused += refuse(request, reply, "an error code, or no number")
        else:
            rows.append(_row(address, reply.time_ns, level, options))
    return Readings.of(rows, refused)


def _identified(options: Options, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    """A 185 or 186 has no identification; its unit is a sign of its own."""
    if options.model in PLAIN:
        return True
    request = _request("*IDN?")
    reply = yield request
    if re.search(rb"\b" + options.model.encode("ascii") + rb"\b", reply.frame):
        return True
    refused += refuse(request, reply, f"not the identification of an AMI {options.model}")
    return False


def _unit_is_right(options: Options, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    plain, code = UNIT_REPLIES[options.unit]
    request = _request("UNIT" if options.model in PLAIN else "UNITS?")
    reply = yield request
    match = SCPI_UNIT.fullmatch(reply.frame)
    if (reply.frame == plain) if options.model in PLAIN else (match is not None and match[1] == code):
        return True
    refused += refuse(request, reply, f"the meter is not set to {options.unit}")
    return False


def _level(frame: bytes) -> float | None:
    return None if ERROR.fullmatch(frame) else number(frame)


def _row(address: str, time_ns: int, level: float, options: Options) -> Row:
    """Far below empty or above full stands for a broken or disconnected sensor."""
    full = 100.0 if options.unit == "percent" else options.active_length or 1e4
    if -BEYOND * full <= level <= (1 + BEYOND) * full:
        return address, time_ns, level, Quality.GOOD
    return address, time_ns, math.nan, Quality.BAD


def _level_query(model: str, sensor: str) -> str:
    if model in PLAIN:
        return "LEVEL"
    return f"{sensor}:LEVEL?" if model == "286" else "LEVEL?"


def _request(command: str) -> Request:
    return Request(f"{command}\r\n".encode("ascii"), b"\r\n", LONGEST_REPLY)


def _repeated(names: tuple[str, ...]) -> bool:
    return len(set(names)) != len(names)
