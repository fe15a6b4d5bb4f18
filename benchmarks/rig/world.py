"""A broker, a gateway and devices in a folder, from start to the account of what became of each reading."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import DELAYS, Gateway, configuration, wait_for
from benchmarks.rig.publisher import Publisher, hundredths
from gateway.alarming.screening import STATE
from gateway.app import JOURNAL, RECORDS
from gateway.config.load import load
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Samples
from gateway.published.alarm import of_known
from gateway.questions.replay import replay
from gateway.traceability.containment import Containments

QUIET_S = 1.0  # without a commit, when nothing more is to come
MISSED_QUIET_S = 20.0  # the same, while readings are missing: a broker on a busy disk may rest for seconds
SETTLED_WITHIN_S = 300.0
MOST_ALARMS = 10_000_000
CHANNELS_AT_ONCE = 10
SAME = (
    "channel",
    "rule",
    "severity",
    "start",
    "confirmed",
    "end",
    "cleared",
    "extreme",
    "extreme_at",
    "beyond_s",
    "degree_seconds",
    "readings",
    "unproven_s",
    "contains_gap",
)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the readings that the broker acknowledged."""

    acknowledged: int
    present: int  # in the journal, with the right value
    screened: int  # of those, in entries that screening is done with; 0 where alarms differ from a replay
    duplicates: int  # readings that are in the journal more than once
    alarms: int


@dataclass(frozen=True, slots=True)
class End:
    """What a gateway that has stopped left behind of some channels."""

    numbers: Mapping[str, int]  # of channels, by name
    stored: Samples
    screened: Samples  # in entries that screening is done with; none where alarms differ from a replay
    alarms: int

    @staticmethod
    def of(gateway: Gateway) -> Iterator[End]:
        """A few channels at a time, because an hour at full rate is a lot of memory.

        Alarms are compared with a replay of what is stored.
        """
        records = Records(gateway.data / RECORDS, read_only=True)
        saved = records.saved(STATE)
        rows = records.book.alarms(closed=True, most=MOST_ALARMS)
        alarms = [of_known(row.body, row.number) for row in rows]
        records.close()
        configuration = load(gateway.config)
        with Journal.open_reading(gateway.data / JOURNAL) as journal:
            names = journal.channel_names()
            every = {name: number for number, name in names.items()}
            for first in range(0, len(names), CHANNELS_AT_ONCE):
                few = sorted(names)[first : first + CHANNELS_AT_ONCE]
                numbers = {names[number]: number for number in few}
                stored = journal.read(few, 0, None).samples
                screened = journal.read(few, 0, None, saved[0] if saved else 0).samples
                theirs = [one for one in alarms if one.get("channel") in numbers]
                again = replay(configuration, every, [stored], Containments())
                same = _comparable(again) == _comparable(theirs)
                yield End(numbers, stored, screened if same else Samples.empty(), len(theirs))


class World:
    """Use as a context: everything has ended afterwards."""

    def __init__(
        self,
        folder: Path,
        rate: float,
        *,
        devices: int = 10,
        data: Path | None = None,
        journal: str = "low_space_bytes = 0\nlow_space_h = 0.0",
        delays: str = DELAYS,
        more: str = "",
        prefix: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        **publishing: int,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.broker = Broker(folder / "mosquitto")
        self.devices = devices
        data = data or folder / "data"
        text = configuration(self.broker.port, devices, data, journal=journal, delays=delays, more=more)
        config = folder / "cryogate.toml"
        config.write_text(text)
        self.gateway = Gateway(config, data, prefix, environment)
        self.publisher = Publisher(self.broker.port, devices, rate, **publishing)

    def __enter__(self) -> Self:
        self.broker.start()
        self.gateway.start()
        self.gateway.wait_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.publisher.enough.set()
        self.gateway.kill()
        self.broker.stop()

    def first_commit(self) -> float:
        """Seconds until the gateway that was just started has committed something."""
        return wait_for(lambda: self.gateway.counts().get("commits", 0) > 0, "a first commit after the start")

    def settle(self) -> Account:
        """Devices end, the gateway takes what the broker has, screens it and stops."""
        self.publisher.finish()
        self._rest(QUIET_S)
        if self._stored() < len(self.publisher.acknowledged()):
            self._rest(MISSED_QUIET_S)
        self.gateway.stop()
        return self.account()

    def _rest(self, quiet_s: float) -> None:
        """Until nothing was committed for so long, and nothing is left to do. Raises TimeoutError."""
        last, quiet_since = -1, time.monotonic()
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() - quiet_since < quiet_s:
            counts = self.gateway.counts()
            has_all = bool(counts) and not counts["waiting"] and not counts["screening_behind"]
            is_quiet = has_all and self.gateway.is_connected()
            if not is_quiet or counts["commits"] != last:
                last, quiet_since = counts.get("commits", -1), time.monotonic()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the gateway does not come to rest; {self.gateway.log} has more")
            time.sleep(0.05)

    def _stored(self) -> int:
        """Readings in the journal, a few channels at a time."""
        with Journal.open_reading(self.gateway.data / JOURNAL) as journal:
            numbers = sorted(journal.channel_names())
            return sum(
                len(journal.read(numbers[first : first + CHANNELS_AT_ONCE], 0, None).samples)
                for first in range(0, len(numbers), CHANNELS_AT_ONCE)
            )

    def account(self) -> Account:
        """From the files of a gateway that has stopped."""
        acknowledged = self.publisher.acknowledged()
        present = screened = duplicates = alarms = 0
        for end in End.of(self.gateway):
            wanted = self._wanted(acknowledged, end.numbers)
            present += _count_found(wanted, end.stored)
            screened += _count_found(wanted, end.screened)
            duplicates += len(end.stored) - len(_distinct(end.stored))
            alarms += end.alarms
        return Account(len(acknowledged), present, screened, duplicates, alarms)

    def _wanted(self, acknowledged: NDArray[np.int64], numbers: Mapping[str, int]) -> Samples:
        """What of it belongs to these channels."""
        of_device = np.array([numbers.get(f"dewar-{n}", -1) for n in range(self.devices)], np.int32)
        channel = of_device[acknowledged % self.devices]
        mine, channel = acknowledged[channel >= 0], channel[channel >= 0]
        times = np.frombuffer(memoryview(self.publisher.times), np.int64)[mine]
        value = hundredths(mine, self.devices, self.publisher.period) / 100.0
        return Samples(times, channel, value, np.zeros(len(mine), np.uint8))


def _comparable(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Excursions of readings, in an order of their own; faults of the gateway are no part of a replay."""
    mine = ({key: one.get(key) for key in SAME} for one in found if one.get("kind") != "fault")
    return sorted(mine, key=lambda one: (one["channel"], one["rule"], one["start"]))


def _count_found(wanted: Samples, stored: Samples) -> int:
    """How many of `wanted` are among `stored`: the same channel, time and value."""
    one, other = _distinct(wanted), _distinct(stored)
    return len(one) + len(other) - len(_distinct(Samples.concatenate([one, other])))


def _distinct(samples: Samples) -> Samples:
    """Each channel, time and value once, in their order."""
    ordered = samples.take(np.lexsort((samples.value, samples.time, samples.channel)))
    columns = (ordered.channel, ordered.time, ordered.value)
    is_new = np.ones(len(ordered), np.bool_)
    is_new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return ordered.take(np.flatnonzero(is_new))
