"""A serial port with the instruments on it, polled on a fixed schedule that does not drift."""

from __future__ import annotations

import functools
import importlib
import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import numpy as np

from gateway.dataclass import dataclass
from gateway.drivers import PortSettings, Readings, Request
from gateway.drivers.in_step import Account, in_step
from gateway.drivers.steady import Sayings, Says, steady
from gateway.errors import LinkDown
from gateway.hosts import is_machine
from gateway.ingestion.intake import Intake
from gateway.ingestion.line_noise import LineNoise, stray
from gateway.ingestion.link import Link, LinkState
from gateway.model import Arrivals, Decoded, Refusal, Refused, Samples

if TYPE_CHECKING:
    from gateway.ingestion.port import Answer, Port

DRIVERS: Final = "gateway.drivers"
BYTES_PER_READING: Final = 64  # what a queued reading weighs, roughly
NAMED_SILENT: Final = 5  # unanswered requests that the link's detail names
SETTLE: Final = 2  # reply timeouts after a poll with silence: what comes late must not reach the next poll
SHORTEST_INTERVAL_S: Final = 0.05  # 20 requests a second is what such instruments can do
SCHEMES: Final = ("socket", "rfc2217")  # of serial servers
PORTS: Final = "a device path, socket://host:port or rfc2217://host:port"


@dataclass(frozen=True, slots=True)
class Poll:
    """One more poll on the same line, at its own pace: slow values, or another instrument of the bus."""

    driver: str
    poll_interval_s: float
    options: Any = field(default=None, metadata={"plug_in": DRIVERS, "named_by": "driver"})

    def __post_init__(self) -> None:
        _check_interval(self.poll_interval_s)


@dataclass(frozen=True, slots=True)
class Options:
    """`port` is a device path, or a serial server: socket://host:port for raw TCP, rfc2217://host:port."""

    driver: str
    port: str = field(metadata={"path": True})
    poll_interval_s: float = 10.0
    reply_timeout_s: float = 1.0
    baud: int | None = None
    data_bits: int | None = None
    parity: str | None = None
    stop_bits: int | None = None
    options: Any = field(default=None, metadata={"plug_in": DRIVERS, "named_by": "driver"})
    more: tuple[Poll, ...] = ()

    def __post_init__(self) -> None:
        _check_port(self.port)
        _check_interval(self.poll_interval_s)
        addresses = self.addresses()
        if len(set(addresses)) < len(addresses):
            raise ValueError("two polls of this line deliver the same address; each value is asked for once")
        if not 0.01 <= self.reply_timeout_s <= 60:
            raise ValueError("reply_timeout_s must lie between 0.01 and 60")
        if self.baud is not None and not 50 <= self.baud <= 4_000_000:
            raise ValueError("baud must lie between 50 and 4000000")
        if self.data_bits not in (None, 7, 8):
            raise ValueError("data_bits must be 7 or 8")
        if self.parity not in (None, "N", "E", "O"):
            raise ValueError("parity must be 'N', 'E' or 'O'")
        if self.stop_bits not in (None, 1, 2):
            raise ValueError("stop_bits must be 1 or 2")

    def polls(self) -> tuple[Poll, ...]:
        """The first one and all more."""
        return (Poll(self.driver, self.poll_interval_s, self.options), *self.more)

    def addresses(self) -> tuple[str, ...]:
        """Every address that the line can deliver."""
        return tuple(a for poll in self.polls() for a in _driver(poll).addresses(_options(poll)))

    def unit_of(self, address: str) -> str | None:
        """What the values of one of `addresses` come in; None where only people know."""
        polls = (poll for poll in self.polls() if address in _driver(poll).addresses(_options(poll)))
        unit: str | None = next((_driver(poll).unit_of(_options(poll), address) for poll in polls), None)
        return unit


class Source:
    """See the contract in gateway.ingestion.sources."""

    def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None:
        self.name = name
        self.link = Link(name)
        self._options = options
        self._channels = channels
        self._verdicts: dict[int, tuple[LinkState, str]] = {}  # by position of the poll
        self._noise = LineNoise()
        self._account = Account(unsure=_is_server(options.port))
        self._sayings = [Sayings() for _ in options.polls()]  # they outlive a connection

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Poll until `stop` is set, which takes about one reply timeout. Raises LinkDown."""
        from gateway.ingestion.port import Port  # and with it pyserial: who reads Options needs neither

        self.link.change(LinkState.CONNECTING, self._options.port)
        self._verdicts.clear()
        if self._account.is_stuck or not _is_server(self._options.port):
            self._account = Account()  # opened anew it owes nothing, or nothing that could ever be proved
        now_ns = intake.clock.now_ns
        port = Port(self._options.port, self._settings(), self._options.reply_timeout_s, now_ns)
        try:
            polls = self._options.polls()
            free_s = time.monotonic()
            due_s = [free_s] * len(polls)
            while not stop.wait(max(0.0, max(free_s, min(due_s)) - time.monotonic())):
                turn = due_s.index(min(due_s))
                timeout_s = self._options.reply_timeout_s
                silent = intake.wait_for_room(timeout_s) and self._poll(turn, port, intake, stop)
                free_s = time.monotonic() + SETTLE * timeout_s * silent
                due_s[turn] = next_beat(due_s[turn], polls[turn].poll_interval_s, free_s)
        finally:
            port.close()

    def decode(self, items: Sequence[Readings]) -> Decoded:
        """Readings of configured channels; an instrument may have probes that nobody configured."""
        parts = [self._arrivals(readings) for readings in items]
        refused = tuple(r for readings in items for r in readings.refused)
        return Decoded(Arrivals.concatenate(parts), refused)

    def acknowledge(self, items: Sequence[Readings]) -> None:
        """An instrument that is asked for its present value needs no answer."""

    def _poll(self, turn: int, port: Port, intake: Intake, stop: threading.Event) -> bool:
        """Whether some request got no reply."""
        heard, poll = _Heard(), self._options.polls()[turn]
        heeded = steady(_driver(poll).poll(_narrowed(poll, self._channels)), _says(poll), self._sayings[turn])
        asking = in_step(heeded, self._account)
        try:
            request = next(asking)
            while not stop.is_set():
                answer = port.ask(request)
                heard.note(request, answer)
                self._noise.note(time.monotonic(), answer.echoed, stray(request, answer))
                request = asking.send(answer.reply)
        except StopIteration as ended:
            self._verdicts[turn] = heard.verdict(self._options.port, self._options.reply_timeout_s)
            self.link.change(*_of_the_line(self._options.port, self._verdicts.values()))
            self.link.strangers = tuple(words for heard_of in self._sayings for words in heard_of.words)
            self.link.remarks = self._noise.words(time.monotonic())
            self._deliver(ended.value, heard, intake)
            self._check_step()
        finally:
            asking.close()
        return len(heard.silent) > 0

    def _check_step(self) -> None:
        if self._account.is_stuck:
            raise LinkDown(
                f"{self._options.port}: after a silence an instrument answers, but not to what would prove "
                "that its replies are not late; the line is opened again"
            ) from None

    def _deliver(self, readings: Readings, heard: _Heard, intake: Intake) -> None:
        refused = (*readings.refused, *heard.noise)  # at most two for each request of the driver
        if readings.address or refused:
            size = BYTES_PER_READING * len(readings.address) + sum(len(r.payload) for r in refused)
            intake.put(self.name, replace(readings, refused=refused), size)

    def _arrivals(self, readings: Readings) -> Arrivals:
        known = [i for i, address in enumerate(readings.address) if address in self._channels]
        channel = np.array([self._channels[readings.address[i]] for i in known], np.int32)
        time_ns = readings.time[known]
        return Arrivals(Samples(time_ns, channel, readings.value[known], readings.quality[known]), time_ns)

    def _settings(self) -> PortSettings:
        given = {k: getattr(self._options, k) for k in ("baud", "data_bits", "parity", "stop_bits")}
        default: PortSettings = _driver(self._options.polls()[0]).PORT
        return replace(default, **{k: v for k, v in given.items() if v is not None})


class _Heard:
    """What a poll heard on the line, apart from readings."""

    def __init__(self) -> None:
        self.noise: list[Refused] = []
        self.silent: list[str] = []  # requests without a reply
        self._answered = self._echoed = False

    def note(self, request: Request, answer: Answer) -> None:
        if answer.reply.frame:
            self._answered = True
        else:
            self.silent.append(request.name)
        self._echoed = self._echoed or answer.echoed
        if answer.noise:
            self.noise.append(
                Refused(Refusal.NOISE, "bytes of no frame", request.name, answer.noise, answer.reply.time_ns)
            )

    def verdict(self, port: str, timeout_s: float) -> tuple[LinkState, str]:
        """State of the link and its detail."""
        unanswered = f"no answer to {', '.join(self.silent[:NAMED_SILENT])} within {timeout_s:g} s"
        if self._answered:
            return LinkState.UP, f"{port}: {unanswered}" if self.silent else port
        advice = "baud rate, data bits and parity" if self.noise else "cable, power, baud rate and bus id"
        came = ", only noise" if self.noise else ", only the echo of the request" if self._echoed else ""
        return LinkState.SILENT, f"{port}: {unanswered}{came}; check {advice}"


def _of_the_line(port: str, verdicts: Iterable[tuple[LinkState, str]]) -> tuple[LinkState, str]:
    """Up while one of its polls is answered: one silent instrument of a bus does not make it flap."""
    states, details = zip(*verdicts, strict=True)
    if LinkState.UP not in states:
        return LinkState.SILENT, details[0]
    return LinkState.UP, "; ".join(dict.fromkeys(d for d in details if d != port)) or port


def next_beat(due_s: float, interval_s: float, now_s: float) -> float:
    """The beat after `due_s`, or the first one after `now_s` where a poll took longer than its interval."""
    missed = max(0, int((now_s - due_s) // interval_s))
    return due_s + (missed + 1) * interval_s


def _driver(poll: Poll) -> ModuleType:
    return importlib.import_module(f"{DRIVERS}.{poll.driver}")


def _options(poll: Poll) -> Any:
    return _driver(poll).Options() if poll.options is None else poll.options


def _narrowed(poll: Poll, wanted: Collection[str]) -> Any:
    """What is asked for: an instrument may have values that nobody configured."""
    driver, options = _driver(poll), _options(poll)
    return driver.narrowed(options, wanted) if hasattr(driver, "narrowed") else options


def _says(poll: Poll) -> Says | None:
    says = getattr(_driver(poll), "says", None)
    return None if says is None else functools.partial(says, _options(poll))


def _check_interval(interval_s: float) -> None:
    if not SHORTEST_INTERVAL_S <= interval_s <= 86_400:
        raise ValueError(f"poll_interval_s must lie between {SHORTEST_INTERVAL_S} and 86400")


def _is_server(port: str) -> bool:
    """Whether the line lives on while no connection to it is there."""
    return "://" in port


def _check_port(port: str) -> None:
    if not _is_server(port):
        if not port:
            raise ValueError(f"port is empty; expected {PORTS}")
        return
    parts = urlsplit(port)  # its port raises ValueError beyond 65535
    if parts.scheme not in SCHEMES or not is_machine(parts.hostname) or not parts.port:
        raise ValueError(f"port {port!r}: expected {PORTS}")
