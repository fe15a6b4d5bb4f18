"""MVE / Chart TEC 3000 controller of LN2 freezers, also sold as Thermo CryoExtra CE8100.

ASCII: `[id SP] mnemonic?` CR LF, reply `value` CR LF, 9600 8N1. The id is the controller's address on an
RS-485 bus; a single controller on RS-232 has none. Anybody on the line may fill, calibrate or silence a
freezer, there is no authentication: this driver sends queries and nothing else.

Source: Chart MVE manual p. 155, Thermo CryoExtra CE8100 manual p. 71 "Controller ASCII Command List".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from gateway.drivers import Poll, PortSettings, Readings, Reply, Request
from gateway.drivers.lines import number
from gateway.model import Quality, Refusal, Refused

PORT: Final = PortSettings(baud=9600)
LONGEST_REPLY: Final = 64  # bytes; the identification is the longest
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
        for bus_id in self.bus_ids:
            if not 1 <= bus_id <= 247:
                raise ValueError(f"bus_ids must lie between 1 and 247, got {bus_id}")
        for query in self.queries:
            if not QUERY.fullmatch(query) or query == SECRET:
                raise ValueError(
                    f"{query!r} is no query that may be sent; a query is capitals and a question mark"
                )


def addresses(options: Options) -> tuple[str, ...]:
    """TEMPA, TEMPB; on a bus 001/TEMPA and so on."""
    return tuple(_address(bus_id, query) for bus_id in _ids(options) for query in options.queries)


def poll(options: Options) -> Poll:
    """Each controller is asked who it is, then for each value; one that is not a TEC 3000 gives none."""
    rows: list[tuple[str, int, float, int]] = []
    refused: list[Refused] = []
    for bus_id in _ids(options):
        identity = yield _request(bus_id, "*IDN?")
        if not identity.frame.strip().startswith(IDENTITY):
            _refuse(refused, identity, "*IDN?", "not the identification of a TEC 3000")
            continue
        for query in options.queries:
            reply = yield _request(bus_id, query)
            value = number(reply.frame)
            if value is None:
                _refuse(refused, reply, query, "not a number")
                continue
            rows.append(_row(_address(bus_id, query), reply.time_ns, value))
    return Readings.of(rows, refused)


def _row(address: str, time_ns: int, value: float) -> tuple[str, int, float, int]:
    if "TEMP" in address and not COLDEST_DEGC <= value <= WARMEST_DEGC:
        return address, time_ns, math.nan, Quality.BAD  # an open or shorted probe reads out of all bounds
    return address, time_ns, value, Quality.GOOD


def _refuse(refused: list[Refused], reply: Reply, query: str, detail: str) -> None:
    if reply.frame:  # silence is the port's story, not a refusal
        refused.append(Refused(Refusal.MALFORMED, detail, query, reply.frame, reply.time_ns))


def _request(bus_id: int | None, query: str) -> Request:
    prefix = "" if bus_id is None else f"{bus_id:03d} "
    return Request(f"{prefix}{query}\r\n".encode("ascii"), b"\r\n", LONGEST_REPLY)


def _address(bus_id: int | None, query: str) -> str:
    name = query.removesuffix("?")
    return name if bus_id is None else f"{bus_id:03d}/{name}"


def _ids(options: Options) -> tuple[int | None, ...]:
    return options.bus_ids or (None,)
