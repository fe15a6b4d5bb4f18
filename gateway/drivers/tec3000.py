"""MVE / Chart TEC 3000 controller of LN2 freezers, also sold as Thermo CryoExtra CE8100.

ASCII: `[id SP] mnemonic?` CR LF, reply `value` CR LF, 9600 8N1. The id is the controller's address on an
RS-485 bus; a single controller on RS-232 has none. Anybody on the line may fill, calibrate or silence a
freezer, there is no authentication: this driver sends queries and nothing else.

No reply says what it answers, but replies keep their order, and an identification looks like no value. So
each controller identifies itself first, and again after anything that was not a value: that finds out what
comes late. Where it cannot, because identifications are missing too, the poll ends.

There is no checksum. Temperatures begin with their sign, so that any stray byte before one is refused. Every
other value counts only when it comes twice: the byte before it may look like a digit of it, or like its sign.

Source: Chart MVE manual p. 155, Thermo CryoExtra CE8100 manual p. 71 "Controller ASCII Command List".
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from typing import Final

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.lines import measured, refuse
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600)
LONGEST_REPLY: Final = 64  # bytes; the identification is the longest
MOST_CONTROLLERS: Final = 32  # unit loads of an RS-485 bus
MOST_QUERIES: Final = 16  # more than the manual has values
QUERY: Final = re.compile(r"[A-Z]{2,8}\?")
SECRET: Final = "CODE?"  # answers with the controller's password in clear text
IDENTITY: Final = b"Controller, Software ver."
COLDEST_DEGC, WARMEST_DEGC = -210.0, 100.0  # nitrogen freezes; no freezer is hotter


@dataclass(frozen=True, slots=True)
class Options:
    """`bus_ids`: addresses on an RS-485 bus, empty for one controller on RS-232."""

    bus_ids: tuple[int, ...] = ()
    queries: tuple[str, ...] = ("TEMPA?", "TEMPB?")

    def __post_init__(self) -> None:
        if not all(1 <= bus_id <= 247 for bus_id in self.bus_ids):
            raise ValueError(f"bus_ids must lie between 1 and 247, got {list(self.bus_ids)}")
        if len(set(self.bus_ids)) != len(self.bus_ids) or len(self.bus_ids) > MOST_CONTROLLERS:
            raise ValueError(f"bus_ids must name each controller once, at most {MOST_CONTROLLERS}")
        for query in self.queries:
            if not QUERY.fullmatch(query) or query == SECRET:
                raise ValueError(
                    f"{query!r} is no query that may be sent; a query is capitals and a question mark"
                )
        if len(set(self.queries)) != len(self.queries) or not 1 <= len(self.queries) <= MOST_QUERIES:
            raise ValueError(f"queries must name 1 to {MOST_QUERIES} queries, each once")


def addresses(options: Options) -> tuple[str, ...]:
    """TEMPA, TEMPB; on a bus 001/TEMPA and so on."""
    return tuple(_address(bus_id, query) for bus_id in _ids(options) for query in options.queries)


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """Temperatures are degC; what else a controller shows depends on its settings."""
    return "degC" if address.rpartition("/")[2].startswith("TEMP") else None


def poll(options: Options) -> Poll:
    """Each controller is asked who it is, then for each value; one that is not a TEC 3000 gives none."""
    rows: list[Row] = []
    refused: list[Refused] = []
    astray = False  # an identification may still be on its way
    for bus_id in _ids(options):
        if not (yield from _identify(bus_id, refused)):
            astray = True
            continue
        for query in options.queries:
            if (yield from _measure(bus_id, query, rows, refused)):
                astray = False
            elif astray or not (yield from _identify(bus_id, refused)):
                return Readings.of(rows, refused)
    return Readings.of(rows, refused)


def _measure(
    bus_id: int | None, query: str, rows: list[Row], refused: list[Refused]
) -> Generator[Request, Reply, bool]:
    request = _request(bus_id, query)
    reply = yield request
    value = measured(reply.frame)
    if value is None:
        refused += refuse(request, reply, "not a number")
        return False
    if not (query.startswith("TEMP") and reply.frame.lstrip().startswith((b"+", b"-"))):
        again = yield request
        if again.frame != reply.frame:
            refused += refuse(request, again, f"asked twice, the first answer was {reply.frame!r}")
            return False
    rows.append(_row(bus_id, query, reply.time_ns, value))
    return True


def _identify(bus_id: int | None, refused: list[Refused]) -> Generator[Request, Reply, bool]:
    request = _request(bus_id, "*IDN?")
    reply = yield request
    if _is_identity(reply.frame):
        return True
    refused += refuse(request, reply, "not the identification of a TEC 3000")
    return False


def _row(bus_id: int | None, query: str, time_ns: int, value: float) -> Row:
    address = _address(bus_id, query)
    is_beyond = query.startswith("TEMP") and not COLDEST_DEGC <= value <= WARMEST_DEGC
    if is_beyond or math.isnan(value):
        return address, time_ns, math.nan, Quality.BAD  # an open or shorted probe reads out of all bounds
    return address, time_ns, value, Quality.GOOD


def _request(bus_id: int | None, query: str) -> Request:
    prefix = "" if bus_id is None else f"{bus_id:03d} "
    payload = f"{prefix}{query}\r\n".encode("ascii")
    if query == "*IDN?":
        return Request(payload, b"\r\n", LONGEST_REPLY, fits=_is_identity)
    proofs = (_request(bus_id, "*IDN?"),)
    return Request(
        payload, b"\r\n", LONGEST_REPLY, fits=lambda frame: measured(frame) is not None, proofs=proofs
    )


def _is_identity(frame: bytes) -> bool:
    return frame.strip().startswith(IDENTITY)


def _address(bus_id: int | None, query: str) -> str:
    name = query.removesuffix("?")
    return name if bus_id is None else f"{bus_id:03d}/{name}"


def _ids(options: Options) -> tuple[int | None, ...]:
    return options.bus_ids or (None,)
