"""Messages per second from a real mosquitto to durable and screened, beside general-purpose gateways.

    python -m benchmarks.endtoend                       ours alone
    python -m benchmarks.endtoend --peers FOLDER        with thingsboard-gateway and Node-RED, which are
                                                        installed there if they are not yet (pip, npm)
    python -m benchmarks.endtoend --rate 15000          only the latency of ours, at so many messages a second
    python -m benchmarks.endtoend --json

One run, one machine: publisher, broker and the program share its cores, so trust the ratios. QoS 1, a
persistent session, JSON of 70 bytes, the same publisher for all. Sustained: the highest rate at which
everything that was published in some seconds is through two seconds later; ours is durable and screened then,
a peer has handed it on. Latency: at half that rate, from sending to the alarm. Node-RED judges in a function
of its flow; thingsboard-gateway has no alarms, so the time is that to its server, which we play.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.peers.install import Installed, install
from benchmarks.peers.node_red import NodeRed
from benchmarks.peers.thingsboard import ThingsBoard
from benchmarks.rig import Unavailable
from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import wait_for
from benchmarks.rig.publisher import Publisher
from benchmarks.rig.victoria import Victoria
from benchmarks.rig.world import World
from benchmarks.subjects import Make, Ours, Subject, Theirs

DEVICES = 300  # more than go out in a millisecond, or a device would have two values at one time
STEP = 1.2  # from one rate of the ladder to the next
GRACE_S = 2.0
WARM_S = 5.0  # in which each device sends for the first time
SLOWEST = {"Cryogate": 5000.0, "thingsboard-gateway": 100.0, "Node-RED": 500.0}  # first rung, messages/s
FEW_DEVICES = 50  # of thingsboard-gateway, which takes a second or so to introduce each one
LADDER = 12  # rungs at most
FALLS = 2  # rungs that may fail before the ladder ends: the machine is noisy
CHANNELS = 10_000
EACH = 3  # readings of each of them
UNIT_NS = 1_000_000
SINK_READINGS = 300_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """One program; None where it was not asked for."""

    name: str
    sustained_per_s: float
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    alarms: int
    memory_mb: float  # at CHANNELS channels
    rows_per_s_to_sink: float | None = None
    bytes_per_reading_hot: float | None = None
    cpu_us_per_message: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """From sending to the alarm at one rate, ascending."""

    name: str
    seconds: list[float]
    cpu_us: float | None  # a message
    bytes_per_reading: float | None

    def quantile_ms(self, share: float) -> float | None:
        return 1000 * self.seconds[int(len(self.seconds) * share)] if self.seconds else None


def main() -> None:
    """Print one table, or JSON."""
    given = _arguments()
    if given.rate is not None:
        _print_latency(_latency(Ours, given.rate, given.seconds), given.rate)
        return
    out = Console(stderr=True)
    makes: dict[str, Make] = {"Cryogate": Ours}
    if given.peers is not None:
        makes |= _peers(install(given.peers))
    with out.status("") as status:
        found = [_measure(name, make, given.seconds, status.update) for name, make in makes.items()]
    if given.json:
        json.dump([asdict(one) for one in found], sys.stdout, indent=2)
    else:
        Console().print(_table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.endtoend",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where the peers are, or are installed")
    parser.add_argument("--rate", type=float, metavar="R", help="only our latency at so many messages/s")
    parser.add_argument("--seconds", type=float, default=8.0, help="of publishing at each rate")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _peers(installed: Installed) -> dict[str, Make]:
    return {
        "thingsboard-gateway": lambda broker, folder, _: Theirs(
            ThingsBoard(installed, folder, broker.port), broker
        ),
        "Node-RED": lambda broker, folder, _: Theirs(NodeRed(installed, folder, broker.port), broker),
    }


def _measure(name: str, make: Make, seconds: float, update: Tell) -> Measured:
    def tell(said: str) -> None:
        update(f"{name}: {said}")

    sustained = _sustained(make, SLOWEST[name], seconds, tell)
    tell(f"latency at {sustained / 2:.0f} messages/s")
    at_half = _latency(make, sustained / 2, seconds)
    tell(f"memory at {CHANNELS} channels")
    memory_mb = _memory_mb(make, sustained / 2)
    tell("rows to the sink")
    rows = _rows_to_sink() if make is Ours else None
    return Measured(
        at_half.name,
        sustained,
        at_half.quantile_ms(0.5),
        at_half.quantile_ms(0.99),
        len(at_half.seconds),
        memory_mb,
        rows,
        at_half.bytes_per_reading,
        at_half.cpu_us,
    )


def _latency(make: Make, rate: float, seconds: float) -> Latency:
    cpu_us = size = None
    with tempfile.TemporaryDirectory() as folder:
        broker, subject = _started(make, Path(folder), DEVICES)
        try:
            publisher = _devices_that_are_known(broker, subject)
            publisher.go_on_at(rate)
            time.sleep(2 * seconds)
            publisher.finish()
            time.sleep(GRACE_S)
            latencies = sorted(subject.latencies_s(publisher.sent_s))
            if isinstance(subject, Ours):
                cpu_us = subject.gateway.cpu_s() / len(publisher.times) * 1e6
                subject.gateway.stop()
                size = (subject.data / "journal.sqlite").stat().st_size / len(publisher.times)
        finally:
            subject.close()
            broker.stop()
    return Latency(subject.name, latencies, cpu_us, size)


def _sustained(make: Make, slowest: float, seconds: float, tell: Tell) -> float:
    """The highest rate of the ladder that is through in time."""
    best, falls = 0.0, 0
    for rung in range(LADDER):
        rate = slowest * STEP**rung
        tell(f"{rate:.0f} messages/s; so far {best:.0f} are through")
        with tempfile.TemporaryDirectory() as folder:
            broker, subject = _started(make, Path(folder), DEVICES)
            try:
                through = _goes_through(broker, subject, rate, seconds)
            finally:
                subject.close()
                broker.stop()
        best = through or best
        falls = 0 if through else falls + 1
        if falls == FALLS:
            break
    return best


def _goes_through(broker: Broker, subject: Subject, rate: float, seconds: float) -> float:
    """The rate that was really published, 0 where not everything came through in time."""
    publisher = _devices_that_are_known(broker, subject)
    began, before = time.monotonic(), len(publisher.times)
    publisher.go_on_at(rate)
    time.sleep(seconds)
    publisher.finish()
    taken = time.monotonic() - began
    wanted = len(publisher.times)
    try:
        wait_for(lambda: subject.done() >= wanted, "everything is through", GRACE_S)
    except TimeoutError:
        return 0.0
    return (wanted - before) / taken


def _devices_that_are_known(broker: Broker, subject: Subject) -> Publisher:
    """Each has sent something: a peer introduces every new one to its server, which is not to be measured."""
    devices = FEW_DEVICES if subject.name.startswith("thingsboard") else DEVICES
    publisher = Publisher(broker.port, devices, devices / WARM_S, unit_ns=UNIT_NS)
    publisher.start()
    time.sleep(WARM_S + GRACE_S)
    return publisher


def _started(make: Make, folder: Path, devices: int) -> tuple[Broker, Subject]:
    broker = Broker(folder / "mosquitto")
    broker.start()
    subject = make(broker, folder / "subject", devices)
    subject.start()
    return broker, subject


def _memory_mb(make: Make, rate: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        broker, subject = _started(make, Path(folder), CHANNELS)
        try:
            publisher = Publisher(broker.port, CHANNELS, rate, most=EACH * CHANNELS, unit_ns=UNIT_NS)
            publisher.start()
            publisher.join()
            time.sleep(GRACE_S)
            return subject.resident_mb()
        finally:
            subject.close()
            broker.stop()


def _rows_to_sink() -> float | None:
    """A backlog to victoria-metrics; the follower says when it is through."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            server = Victoria(folder / "victoria")
        except Unavailable:
            return None
        with World(folder, 0, delays="", more=server.sink(folder), most=SINK_READINGS) as world:
            world.publisher.start()
            world.publisher.join()
            wait_for(lambda: world.gateway.counts().get("readings", 0) >= SINK_READINGS, "all stored", 300)
            server.start()
            wait_for(lambda: server.points() > 0, "the first batch arrives")
            began, first = time.monotonic(), server.points()
            wait_for(lambda: _behind(world) == 0, "the sink catches up", 300)
            taken = time.monotonic() - began
            server.stop()
    return (SINK_READINGS - first) / taken


def _behind(world: World) -> int:
    status = world.gateway.status()
    return -1 if status is None else int(status["followers"][0]["behind"])


def _print_latency(found: Latency, rate: float) -> None:
    p50, p99 = found.quantile_ms(0.5), found.quantile_ms(0.99)
    print(
        f"{rate:,.0f} messages/s: p50 {p50:.0f} ms, p99 {p99:.0f} ms from sending to the alarm "
        f"({len(found.seconds)} alarms), {found.cpu_us:.0f} us CPU a message"
    )


def _table(found: list[Measured]) -> Table:
    table = Table("", *(one.name for one in found))
    better = max((one.sustained_per_s for one in found[1:]), default=0.0)
    rows: list[tuple[str, Callable[[Measured], float | None], str]] = [
        ("sustained, messages/s", lambda m: m.sustained_per_s, ",.0f"),
        ("times the better peer", lambda m: m.sustained_per_s / better if better else None, ".1f"),
        ("latency at half of it, p50 ms", lambda m: m.latency_p50_ms, ".0f"),
        ("latency at half of it, p99 ms", lambda m: m.latency_p99_ms, ".0f"),
        ("alarms or readings measured", lambda m: m.alarms, ",.0f"),
        (f"memory at {CHANNELS} channels, MB", lambda m: m.memory_mb, ",.0f"),
        ("CPU, us a message", lambda m: m.cpu_us_per_message, ".0f"),
        ("rows/s to the sink", lambda m: m.rows_per_s_to_sink, ",.0f"),
        ("bytes a reading, hot", lambda m: m.bytes_per_reading_hot, ".1f"),
    ]
    for title, value, form in rows:
        cells = ["" if value(one) is None else format(value(one), form) for one in found]
        table.add_row(title, *cells)
    return table


if __name__ == "__main__":
    main()
