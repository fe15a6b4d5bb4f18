"""A line that stalls for any length at any request and then delivers everything, in its order.

Every driver on its simulated instrument, over several polls. What an instrument shows changes with each
request, and is far from that of every other channel: so a reading tells which request it answers. It has to
be the request during which it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware_sim import instruments
from gateway.drivers import Readings, Request
from gateway.drivers.in_step import Account, in_step
from gateway.drivers.registers import Registers
from gateway.model import Quality
from tests.conformance.exchanges import T0_NS, converse, drivers, load

APART = 50.0  # between the values of two channels
STEP = 0.2  # of every value, from one request to the next
CLOSE = 0.06  # the instruments round to 0.1 at most
POLLS = 6  # on a line that stalls
SOUND_POLLS = 2  # after them: the last has every reading
NUMBERS = st.integers(0, 30)  # of requests


@dataclass(frozen=True)
class Line:
    """A driver's options and the simulated instruments that it reads; probe n is the n-th address."""

    driver: str
    options: dict[str, Any]
    table: dict[str, Any]
    lowest: float = -200.0


class Broken(Exception):
    pass


@dataclass
class Stalls:
    """When replies come. A position is twice the number of a request; those between are before a request."""

    at: dict[int, int] = field(default_factory=dict)  # request -> positions for which the line stands still
    lost: frozenset[int] = frozenset()
    breaks: frozenset[int] = frozenset()  # requests at which the connection breaks; the line lives on
    echoes: bool = False
    _until: int = 0
    _held: list[tuple[int, bytes]] = field(default_factory=list)

    def answer(self, number: int, payload: bytes, came: bytes) -> bytes:
        """What arrives while request `number` waits for its reply; the port drops what came before it."""
        self._until = max(self._until, 2 * number + self.at.get(number, 0))
        if number not in self.lost:
            self._held.append((self._until, payload * self.echoes + came))
        if number in self.breaks:
            raise Broken
        now = [data for position, data in self._held if position == 2 * number]
        self._held = [(position, data) for position, data in self._held if position > 2 * number]
        return b"".join(now)

    def go_on_at(self, number: int) -> bool:
        """Whether the line stands still even when it is asked this."""
        return self._until > 2 * number

    def reconnect(self) -> None:
        self._held.clear()


def ult(dialect: str) -> dict[str, Any]:
    return {
        "freezers": [
            {"bus_id": 1, "dialect": dialect, "sensors": {"TC2": "0", "TC3": "1"}},
            {"bus_id": 2, "dialect": dialect, "sensors": {"TC2": "2", "TC3": "3"}},
        ]
    }


def modules(checksum: bool) -> dict[str, Any]:
    return {
        "modules": [
            {"address": 1, "inputs": {0: "0", 1: "1"}, "channels": 2, "checksum": checksum},
            {"address": 2, "inputs": {0: "2", 1: "3"}, "channels": 2, "checksum": checksum},
        ]
    }


SINGLE = (Registers("top", 0, scale=0.1), Registers("bottom", 1, scale=0.1))
BLOCKS = (Registers("top", 0, 2, scale=0.1), Registers("bottom", 2, 2, scale=0.1))
TWO = {"units": [{"slave": 1, "probes": ["0", "1", "2", "3"]}, {"slave": 2, "probes": ["4", "5", "6", "7"]}]}
LINES = {
    "tec3000": Line("tec3000", {}, {"units": [{"TEMPA": "0", "TEMPB": "1"}]}),
    "tec3000-bus": Line(
        "tec3000",
        {"bus_ids": (1, 2)},
        {"units": [{"bus_id": 1, "TEMPA": "0", "TEMPB": "1"}, {"bus_id": 2, "TEMPA": "2", "TEMPB": "3"}]},
    ),
    "lakeshore218": Line("lakeshore218", {"inputs": (1, 2, 5)}, {"inputs": {"1": "0", "2": "1", "5": "2"}}),
    "lakeshore": Line("lakeshore", {"inputs": ("A", "B", "C")}, {"inputs": {"A": "0", "B": "1", "C": "2"}}),
    "dcon": Line("dcon", {"modules": (1, 2), "channels": 2}, modules(False)),
    "dcon-checksum": Line("dcon", {"modules": (1, 2), "channels": 2, "checksum": True}, modules(True)),
    "dcon-diagnose": Line("dcon", {"modules": (1, 2), "channels": 2, "diagnose": True}, modules(False)),
    "modbus_rtu-single": Line("modbus_rtu", {"registers": SINGLE}, {"units": [{"probes": ["0", "1"]}]}),
    "modbus_rtu-blocks": Line("modbus_rtu", {"slaves": (1, 2), "registers": BLOCKS}, TWO),
    "thermo_ult": Line("thermo_ult", {"bus_ids": (1, 2), "parameters": ("TC2", "TC3")}, ult("bytes"), -120.0),
    "thermo_ult-no-status": Line(
        "thermo_ult",
        {"bus_ids": (1, 2), "parameters": ("TC2", "TC3"), "status": False},
        ult("characters"),
        -120.0,
    ),
    "ami-186": Line("ami", {}, {"sensors": {"A": "0"}, "length_mm": 100.0, "unit": "percent"}, 10.0),
    "ami-187": Line(
        "ami",
        {"model": "187", "unit": "percent"},
        {"model": "187", "sensors": {"A": "0"}, "length_mm": 100.0, "unit": "percent"},
        10.0,
    ),
    "ami-286": Line(
        "ami",
        {"model": "286", "channels": ("CH1", "CH2")},
        {"model": "286", "sensors": {"A": "0", "B": "1"}, "length_mm": 100.0, "unit": "percent"},
        12.0,
    ),
    "ami-1700": Line(
        "ami",
        {"model": "1700"},
        {"model": "1700", "sensors": {"A": "0"}, "length_mm": 100.0, "unit": "percent"},
        10.0,
    ),
    "cryocon": Line("cryocon", {"inputs": ("A", "B")}, {"inputs": {"A": "0", "B": "1"}, "unit": "C"}),
}
EVERY_LINE = pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in LINES.items()])


class Site:
    """One line with its instruments, polled again and again."""

    def __init__(self, line: Line, stalls: Stalls) -> None:
        kind = instruments.load(line.driver)
        self._driver = load(line.driver)
        self._options = self._driver.Options(**line.options)
        self._line, self._stalls, self._account = line, stalls, Account()
        self.number = 0  # of the next request
        self._instrument = kind.build(
            kind.Options.model_validate(line.table), lambda probe: self._shown(int(probe), self.number), None
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        known: tuple[str, ...] = self._driver.addresses(self._options)
        return known

    def poll(self) -> Readings:
        poll = in_step(self._driver.poll(self._options), self._account)
        try:
            readings = converse(poll, self._respond, self.number)
        except Broken:
            poll.close()
            readings = Readings.of([], [])
        if self._account.is_stuck:
            self._account = Account()
            self._stalls.reconnect()
        self._check(readings)
        return readings

    def _respond(self, number: int, request: Request) -> bytes:
        self.number = number
        came = self._instrument.receive(request.payload, 10.0 * number)
        self.number += 1
        return self._stalls.answer(number, request.payload, came)

    def _check(self, readings: Readings) -> None:
        columns = zip(readings.address, readings.time.tolist(), readings.value, readings.quality, strict=True)
        for address, time_ns, value, quality in columns:
            assert quality == Quality.GOOD
            expected = self._shown(self.addresses.index(address), time_ns - T0_NS - 1)
            assert value == pytest.approx(expected, abs=CLOSE)

    def _shown(self, probe: int, number: int) -> float:
        return self._line.lowest + APART * probe + STEP * number


def run(line: Line, stalls: Stalls) -> Site:
    """The line stalls, and is sound after that."""
    site = Site(line, stalls)
    for _ in range(POLLS):
        site.poll()
    stalls.at, stalls.lost, stalls.breaks = {}, frozenset(), frozenset()
    while stalls.go_on_at(site.number):
        site.poll()
    for _ in range(SOUND_POLLS):
        last = site.poll()
    assert set(last.address) == set(site.addresses)
    return site


def requests_of(line: Line, polls: int) -> int:
    """How many a sound line is asked."""
    site = Site(line, Stalls())
    for _ in range(polls):
        assert set(site.poll().address) == set(site.addresses)
    return site.number


def single_stalls(line: Line) -> Iterator[dict[int, int]]:
    for at in range(requests_of(line, 2)):
        for length in (1, 2, 3, 4, 6, 9, 14, 25):
            yield {at: length}


def test_every_driver_has_a_line_here() -> None:
    assert {line.driver for line in LINES.values()} == set(drivers())


@EVERY_LINE
def test_a_line_that_answers_is_asked_nothing_more(line: Line) -> None:
    driver = load(line.driver)
    site = Site(line, Stalls())
    sound = requests_of(line, 1)
    assert sound * 3 == requests_of(line, 3)
    plain = converse(driver.poll(driver.Options(**line.options)), site._respond)
    assert site.number == sound and set(plain.address) == set(site.addresses)


@pytest.mark.parametrize("name", ["tec3000-bus", "dcon", "dcon-checksum", "modbus_rtu-blocks", "thermo_ult"])
@pytest.mark.parametrize("off", [0, 1])
def test_an_instrument_that_is_off_costs_no_request_and_no_value_of_another(name: str, off: int) -> None:
    line = LINES[name]
    [(kind, both)] = line.table.items()
    site = Site(replace(line, table={kind: [both[1 - off]]}), Stalls())
    per_poll: set[int] = set()
    for _ in range(20):
        before = site.number
        assert {address.partition("/")[0].lstrip("0") for address in site.poll().address} == {str(2 - off)}
        per_poll.add(site.number - before)
    assert len(per_poll) == 1


@EVERY_LINE
@pytest.mark.parametrize("echoes", [False, True])
def test_one_stall_at_every_request(line: Line, echoes: bool) -> None:
    for at in single_stalls(line):
        run(line, Stalls(at, echoes=echoes))


@EVERY_LINE
@settings(deadline=None, max_examples=60)
@given(
    stalls=st.dictionaries(NUMBERS, st.integers(1, 40), max_size=8),
    lost=st.frozensets(NUMBERS, max_size=8),
    breaks=st.frozensets(NUMBERS, max_size=4),
    echoes=st.booleans(),
)
@example({1: 3, 4: 2, 6: 9}, frozenset({2}), frozenset(), False)
def test_many_stalls_and_lost_replies(
    line: Line, stalls: dict[int, int], lost: frozenset[int], breaks: frozenset[int], echoes: bool
) -> None:
    run(line, Stalls(stalls, lost, breaks, echoes))


@EVERY_LINE
def test_a_connection_that_breaks_at_every_request_of_a_stall(line: Line) -> None:
    for at in single_stalls(line):
        run(line, Stalls(at, breaks=frozenset(at)))
