"""Recorded exchanges of serial drivers, and a line to run a driver on that does what a test tells it.

A case is a folder tests/cases/drivers/DRIVER/NAME: exchange.json has the driver's options and, in order,
every request with the bytes that came before the next one; expected.json has the readings ("reply" is the
number of the exchange that delivered the value, from 1) and the reason and request of every refusal.
"""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import gateway.drivers
from gateway.drivers import Readings, Reply, Request
from gateway.drivers.hearing import Hearing
from gateway.model import Quality

CASES = Path(__file__).parents[1] / "cases" / "drivers"
T0_NS = 1_767_610_000_000_000_000
MOST_REQUESTS = 2000  # of one poll: a driver that asks forever is found out

Respond = Callable[[int, Request], bytes]  # number of the request, request -> bytes on the line


def drivers() -> list[str]:
    """Every file in gateway/drivers that provides `poll`."""
    files = (module.name for module in pkgutil.iter_modules(gateway.drivers.__path__))
    return sorted(name for name in files if hasattr(load(name), "poll"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"gateway.drivers.{name}")


@dataclass(frozen=True)
class Case:
    driver: str
    name: str
    options: Any
    exchange: list[tuple[bytes, bytes]]
    expected: dict[str, Any]

    def poll(self, respond: Respond) -> Readings:
        return converse(load(self.driver).poll(self.options), respond)

    def recorded(self, number: int, request: Request) -> bytes:
        """What came in the recording; silence once the driver leaves it."""
        if number < len(self.exchange) and self.exchange[number][0] == request.payload:
            return self.exchange[number][1]
        return b""


def cases(driver: str) -> list[Case]:
    return [_case(folder) for folder in sorted((CASES / driver).glob("*/"))]


def converse(poll: Any, respond: Respond, first: int = 0) -> Readings:
    """Run one poll on a line where `respond` says what arrives after each request, as a port would.

    The reply to request `number`, counted from `first`, has the time T0_NS + number + 1.
    """
    try:
        request = next(poll)
        for number in range(first, first + MOST_REQUESTS):
            hearing = Hearing(request)
            frame = hearing.hear(respond(number, request))
            request = poll.send(Reply(hearing.give_up() if frame is None else frame, T0_NS + number + 1))
    except StopIteration as ended:
        assert isinstance(ended.value, Readings)
        return ended.value
    raise AssertionError(f"more than {MOST_REQUESTS} requests in one poll")


def as_expected(readings: Readings) -> dict[str, Any]:
    """Readings in the words of expected.json."""
    columns = zip(readings.address, readings.time, readings.value, readings.quality, strict=True)
    return {
        "readings": [
            {
                "address": address,
                "reply": int(time_ns) - T0_NS,
                "value": None if math.isnan(value) else float(value),
                "quality": Quality(quality).name,
            }
            for address, time_ns, value, quality in columns
        ],
        "refused": [[refused.reason.value, refused.topic] for refused in readings.refused],
    }


def _case(folder: Path) -> Case:
    record = json.loads((folder / "exchange.json").read_text())
    expected = json.loads((folder / "expected.json").read_text())
    given = {key: tuple(v) if isinstance(v, list) else v for key, v in record["options"].items()}
    driver = folder.parent.name
    exchange = [(asked.encode("latin-1"), came.encode("latin-1")) for asked, came in record["exchange"]]
    return Case(driver, folder.name, load(driver).Options(**given), exchange, expected)
