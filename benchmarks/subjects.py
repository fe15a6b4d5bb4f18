"""What benchmarks/endtoend.py measures: our gateway and its peers, under one set of questions."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.peers import Peer
from benchmarks.peers.listener import Listener
from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import Gateway, configuration
from gateway.app import JOURNAL
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.published.alarm import of_known
from gateway.statements import transition
from gateway.times import parse_rfc3339

POLL_S = 0.002
NO_WATCH = "low_space_bytes = 0\nlow_space_h = 0.0"


class Subject(Protocol):
    """A program on a broker that is up; `start` returns when it has its session."""

    name: str

    def start(self) -> None: ...
    def done(self) -> int:
        """Readings that are through: ours durable and screened, a peer's handed on."""

    def latencies_s(self, sent_s: Sequence[float]) -> list[float]:
        """From the sending of a reading to the alarm it raised; for a peer without alarms to its server."""

    def resident_mb(self) -> float: ...
    def close(self) -> None: ...


Make = Callable[[Broker, Path, int], Subject]  # on a broker, in a folder, for so many devices


class Ours:
    """An alarm counts when another process can read it, durable, in the journal."""

    name = "Cryogate"

    def __init__(self, broker: Broker, folder: Path, devices: int) -> None:
        folder.mkdir(parents=True)
        self.data = folder / "data"
        config = folder / "cryogate.toml"
        config.write_text(
            configuration(broker.port, devices, self.data, journal=NO_WATCH, delays="", unit="unix_ms")
        )
        self.gateway = Gateway(config, self.data)
        self._raised: list[tuple[float, float]] = []  # time of the reading, when the alarm could be read
        self._enough = threading.Event()
        self._watch = threading.Thread(target=self._follow, name="alarms", daemon=True)

    def start(self) -> None:
        self.gateway.start()
        self.gateway.wait_up()
        self._watch.start()

    def done(self) -> int:
        counts = self.gateway.counts()
        return int(counts["readings"]) if counts and not counts["screening_behind"] else 0

    def latencies_s(self, sent_s: Sequence[float]) -> list[float]:
        """A reading's time is that of its sending, cut to milliseconds."""
        sent = [sent_s[min(bisect_left(sent_s, start_s), len(sent_s) - 1)] for start_s, _ in self._raised]
        return [seen_s - at_s for (_, seen_s), at_s in zip(self._raised, sent, strict=True)]

    def resident_mb(self) -> float:
        return self.gateway.resident_mb()

    def close(self) -> None:
        self._enough.set()
        if self._watch.is_alive():
            self._watch.join()
        self.gateway.kill()

    def _follow(self) -> None:
        after = 0
        with Journal.open_reading(self.data / JOURNAL) as journal:
            while not self._enough.wait(POLL_S):
                for seq, statement in journal.statements(transition.KIND, after):
                    after = seq
                    said = transition.of(statement.body)
                    alarm = of_known(said.known)
                    if said.change == "raised" and alarm["rule"] == "above-150":
                        self._raised.append((parse_rfc3339(alarm["start"]) / SECOND, time.time()))


class Theirs:
    """A peer with somebody who listens to it."""

    def __init__(self, peer: Peer, broker: Broker) -> None:
        self.name = peer.name
        self.peer = peer
        self.listener = Listener(peer, broker.port)

    def start(self) -> None:
        self.peer.start()
        self.listener.wait_ready()

    def done(self) -> int:
        return self.listener.count()

    def latencies_s(self, sent_s: Sequence[float]) -> list[float]:
        heard = self.listener.alarms_s or self.listener.heard_s
        return [at_s - sent_s[number] for number, at_s in heard.items() if number >= 0]

    def resident_mb(self) -> float:
        return self.peer.resident_mb()

    def close(self) -> None:
        self.peer.kill()
        self.listener.close()
