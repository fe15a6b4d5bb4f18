"""What one logger that sends its memory does to everybody else: their alarms, commits and silences.

    python -m benchmarks.fairness                       10 messages of 7 000 readings at scattered hours
    python -m benchmarks.fairness --hours 8760 --in-order    a year of a logger, the oldest first
    python -m benchmarks.fairness --past-h 8760 --messages 1 --readings 10    a year is screened again
    python -m benchmarks.fairness --messages 0          nobody disturbs: what the machine does by itself

Real broker, real gateway, one run. 20 devices send five times a second each and go warm again and again; an
alarm counts when another process can read it in the journal. Then one more device sends its memory.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt

from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import Gateway, configuration, wait_for
from benchmarks.rig.publisher import Publisher
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples
from gateway.published.alarm import of_known
from gateway.statements import transition
from gateway.times import parse_rfc3339

DEVICES = 20
RATE = 100.0  # messages/s of all devices
PERIOD = 40  # readings of a device from one warm phase to the next
WARM_S = 25.0  # before the logger: longer than the gateway waits after a start until silence counts
POLL_S = 0.005
NO_DATA_S = 5.0  # of the devices: a silence that long would be a false alarm
LOGGER_NO_DATA_S = 172_800.0  # it sends once a day
UNIT_NS = 1_000_000
COMPACT = (",", ":")  # 7 000 readings are 245 kB, less than a message may have
LOGGER = f"dewar-{DEVICES}"
YEAR_H = 8760
PAST_EACH_HOUR = 360  # readings


def main() -> None:
    """Print what the others had to wait before, and while the logger's readings were taken."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended all the same
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        broker = Broker(folder / "mosquitto")
        ends.callback(broker.stop)
        broker.start()
        config = folder / "cryogate.toml"
        config.write_text(_configuration(broker.port, folder / "data", given.no_data_s))
        _write_past(folder / "data", given.past_h)
        gateway = Gateway(config, folder / "data")
        ends.callback(gateway.kill)
        gateway.start()
        gateway.wait_up()
        _measure(gateway, broker, given)


def _configuration(port: int, data: Path, no_data_s: float) -> str:
    text = configuration(port, DEVICES + 1, data, journal=NO_WATCH, delays="", unit="unix_ms")
    devices, logger = text.split(f"[channels.{LOGGER}]")
    devices = devices.replace("no_data_after_s = 8640000.0", f"no_data_after_s = {NO_DATA_S}")
    logger = logger.replace("no_data_after_s = 8640000.0", f"no_data_after_s = {no_data_s}")
    return f"{devices}[channels.{LOGGER}]{logger}"


def _write_past(data: Path, hours: int) -> None:
    """What the logger sent every ten seconds before the gateway starts; a lid was opened now and then."""
    data.mkdir()
    with Journal.open(data / "journal.sqlite") as journal:
        (number,) = journal.channel_numbers([LOGGER]).values()
        now_ns, dice = time.time_ns(), np.random.default_rng(7)
        for hour in range(hours, 0, -1):
            time_ns = (
                now_ns - hour * 3600 * SECOND + np.arange(PAST_EACH_HOUR) * (3600 // PAST_EACH_HOUR) * SECOND
            )
            value = -185.0 + dice.normal(0.0, 0.05, PAST_EACH_HOUR).round(2) + 40.0 * (hour % 100 == 7)
            channel, quality = np.full(len(value), number, np.int32), np.zeros(len(value), np.uint8)
            journal.commit(Arrivals(Samples(time_ns, channel, value, quality), time_ns))


NO_WATCH = "low_space_bytes = 0\nlow_space_h = 0.0"


def _measure(gateway: Gateway, broker: Broker, given: argparse.Namespace) -> None:
    watch = _Watch(gateway)
    publisher = Publisher(broker.port, DEVICES, RATE, period=PERIOD, unit_ns=UNIT_NS)
    publisher.start()
    wait_for(lambda: not gateway.counts().get("screening_behind", 1), "the past is screened", 900)
    watch.start()
    time.sleep(WARM_S)
    began_s, cpu_s, before_mb = time.time(), gateway.cpu_s(), gateway.most_mb()
    payloads = _memory(given.messages, given.readings, given.hours, given.in_order)
    _send(broker.port, payloads)
    wanted = given.messages * given.readings
    taken_s = wait_for(lambda: watch.of_logger() >= wanted, "all of it is in the journal", 900)
    time.sleep(1.0)  # until screening has seen it
    wait_for(lambda: not gateway.counts().get("screening_behind", 1), "all of it is screened", 900)
    screened_s = time.time() - began_s
    time.sleep(2 * POLL_S + 1.0)
    watch.enough.set()
    watch.join()
    cpu_s = gateway.cpu_s() - cpu_s
    publisher.enough.set()
    print(
        f"{given.messages} messages of {given.readings} readings: in the journal after {taken_s:.1f} s, ",
        end="",
    )
    print(f"screened after {screened_s:.1f} s, {cpu_s:.1f} s of processor time")
    print(
        f"  gateway: at most {before_mb:.0f} MB before, {gateway.most_mb():.0f} MB meanwhile, "
        f"{gateway.resident_mb():.0f} MB after it"
    )
    for words, first_s, last_s in (("before", 0.0, began_s), ("meanwhile", began_s, began_s + screened_s)):
        watch.print(words, first_s, last_s)


class _Watch(threading.Thread):
    """Follows the journal like a notifier in another process."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(name="watch", daemon=True)
        self.enough = threading.Event()
        self._path = gateway.data / "journal.sqlite"
        self._commits: list[float] = []  # when another one was seen, of live readings
        self._alarms: list[tuple[float, float]] = []  # time of the reading, when its alarm could be read
        self._silences: list[float] = []
        self._count = 0

    def of_logger(self) -> int:
        return self._count

    def run(self) -> None:
        after = transitions = 0
        with Journal.open_reading(self._path) as journal:
            numbers = {name: number for number, name in journal.channel_names().items()}
            logger = numbers[LOGGER]
            after = transitions = journal.last_seq()
            while not self.enough.wait(POLL_S):
                now_s = time.time()
                for seq, statement in journal.statements(transition.KIND, transitions):
                    transitions = seq
                    self._note(transition.of(statement.body), now_s)
                for entry in journal.entries(after, 20_000):
                    after = entry.seq
                    if entry.arrivals is not None:
                        of_logger = entry.arrivals.samples.channel == logger
                        self._count += int(of_logger.sum())
                        if not of_logger.all():
                            self._commits.append(now_s)

    def _note(self, said: transition.Transition, now_s: float) -> None:
        if said.change != "raised" or said.known["place"]["channel"] == LOGGER:
            return
        alarm = of_known(said.known)
        if alarm["rule"] == "no_data":
            self._silences.append(now_s)
        elif alarm["rule"] == "above-150":
            self._alarms.append((parse_rfc3339(str(alarm["start"])) / SECOND, now_s))

    def print(self, words: str, first_s: float, last_s: float) -> None:
        waited = sorted(seen_s - at_s for at_s, seen_s in self._alarms if first_s <= at_s < last_s)
        commits = [s for s in self._commits if first_s <= s < last_s]
        pause_s = max((b - a for a, b in itertools.pairwise(commits)), default=float("nan"))
        silences = sum(first_s <= s < last_s + 1 for s in self._silences)
        print(
            f"  others {words}: alarm after {_quantiles(waited)}, longest pause of commits {pause_s:.2f} s, "
            f"{silences} false no-data"
        )


def _quantiles(waited: Sequence[float]) -> str:
    if not waited:
        return "- (none)"
    at = [waited[min(len(waited) - 1, int(len(waited) * share))] for share in (0.5, 0.99, 1.0)]
    return "p50 {:.2f} s, p99 {:.2f} s, at most {:.2f} s ({} alarms)".format(*at, len(waited))


def _memory(messages: int, readings: int, hours: int, in_order: bool) -> list[bytes]:
    """Readings at random moments of the last `hours`; most are cold."""
    dice, now_s = random.Random(7), time.time() - 60
    times = [now_s - dice.random() * hours * 3600 for _ in range(messages * readings)]
    if in_order:
        times.sort()
    told = [
        {"ts": int(at_s * 1e3), "temp": round(-185.0 + dice.random() + 40 * (dice.random() > 0.999), 2)}
        for at_s in times
    ]
    return [
        json.dumps(told[k * readings : (k + 1) * readings], separators=COMPACT).encode()
        for k in range(messages)
    ]


def _send(port: int, payloads: Sequence[bytes]) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="logger")
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish(f"cryo/{LOGGER}/telemetry", payload, 1) for payload in payloads]
    for one in sent:
        one.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fairness",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--messages", type=int, default=10)
    parser.add_argument("--readings", type=int, default=7000, help="of each message")
    parser.add_argument("--hours", type=int, default=2 * YEAR_H, help="back, over which they are scattered")
    parser.add_argument("--past-h", type=int, default=0, help="of readings that the logger's channel has")
    parser.add_argument("--in-order", action="store_true", help="the oldest first")
    parser.add_argument(
        "--no-data-s",
        type=float,
        default=LOGGER_NO_DATA_S,
        help="of the logger; where it is shorter than the time between readings, each one ends an alarm",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
