"""Sinks behind the journal, for tests: a sink that keeps what it was given, and a journal that fills."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.alarms.change import AlarmChange
from gateway.config.places import PlacesOverTime
from gateway.errors import LinkDown
from gateway.followers.sink import SinkFollower
from gateway.followers.transitions import Transitions
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.published.alarm import of_known
from gateway.sinks import Place, Places, Written
from tests.unit.alarming.alarm_desk import Desk, Killed, Stop


class Notebook:
    """A sink that keeps what it was given in a file, cut back to what counts when it is resumed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fail = 0  # how many writes fail after the outside world has the batch
        self.batches = 0
        self.closed = self.resumed = 0
        self.after_s = 0.0  # a pause that it asks for when it fails
        self.cannot_resume = False
        self.places: Sequence[Place] = []
        self.never: dict[float, str] = {}  # values that are rejected, and why
        self.never_changes: dict[str, str] = {}  # what happened to alarms that is rejected, and why
        self.fail_alarms = False

    def resume(self, state: bytes | None) -> bytes:
        if self.cannot_resume:
            raise LinkDown("the copy is gone; put it back")
        kept = int(state) if state else 0
        self.resumed += 1
        self._put(self.lines()[:kept])
        return str(kept).encode()

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        samples = arrivals.samples
        which, self.places = places.of(samples.channel, samples.time)
        rows = zip(which.tolist(), samples.time.tolist(), samples.value.tolist(), strict=True)
        kept = [(w, t, v) for w, t, v in rows if v not in self.never]
        self.batches += 1
        told = [json.dumps([self.places[w].channel, t, v]) for w, t, v in kept]
        return self._write(told, self._rejected(arrivals))

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        if self.fail_alarms:
            raise LinkDown("nobody hears of alarms; check the network")
        told = [
            json.dumps([c.number, c.alarm["id"], c.change])
            for c in changes
            if c.change not in self.never_changes
        ]
        rejected = {
            row: self.never_changes[c.change]
            for row, c in enumerate(changes)
            if c.change in self.never_changes
        }
        return self._write([f"alarm {text}" for text in told], rejected)

    def _write(self, lines: list[str], rejected: dict[int, str]) -> Written:
        self._put(self.lines() + lines)
        if self.fail:
            self.fail -= 1
            raise LinkDown("the answer never came; check the network", self.after_s)
        return Written(str(len(self.lines())).encode(), rejected)

    def close(self) -> None:
        self.closed += 1

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def _rejected(self, arrivals: Arrivals) -> dict[int, str]:
        values = enumerate(arrivals.samples.value.tolist())
        return {row: self.never[value] for row, value in values if value in self.never}

    def _put(self, lines: list[str]) -> None:
        self.path.write_text("".join(line + "\n" for line in lines))


class Bench:
    """A journal that fills and a sink that follows it, made anew at every start."""

    def __init__(self, folder: Path) -> None:
        self.desk, self.folder, self.written = Desk(folder), folder, 0

    def sink(self, sink: object) -> SinkFollower:
        folder = self.desk.folder
        voice = Voice(Journal.open(folder / "journal.sqlite"), "test", self.desk.now_ns)
        records = Records(folder / "records.sqlite")
        places = PlacesOverTime(voice.journal)
        changes = Transitions(voice.journal, records, of_known)
        return SinkFollower("copy", sink, voice, records, self.desk.committed, places, changes)

    def fill(self, entries: int) -> None:
        for _ in range(entries):
            self.desk.read(("top", self.written, -190.0), ("shipper", self.written, -170.0 - self.written))
            self.written += 1

    def everything(self) -> list[list]:
        samples = self.desk.journal.read(None, 0, None).samples
        names = self.desk.journal.channel_names()
        rows = zip(samples.channel.tolist(), samples.time.tolist(), samples.value.tolist(), strict=True)
        return sorted([names[c], t, v] for c, t, v in rows)


class Busy(Stop):
    """Killed when it is asked for the so manieth time whether to stop; until then it goes on."""

    def __init__(self, kill_after: int) -> None:
        super().__init__(kill_after)
        self.clear()


def read_back(notebook: Notebook) -> list[list]:
    return sorted(json.loads(line) for line in notebook.lines() if not line.startswith("alarm "))


def alarms_in(notebook: Notebook) -> list[list]:
    """Number, id and change, in the order they were written."""
    return [json.loads(line.partition(" ")[2]) for line in notebook.lines() if line.startswith("alarm ")]


def caught_up(bench: Bench, notebook: Notebook, steps: int = 12) -> SinkFollower:
    """Started anew, and killed when there is nothing left to do."""
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(steps))
    return sink
