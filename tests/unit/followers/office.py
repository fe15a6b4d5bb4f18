"""Notifiers behind a journal in which things happen to alarms, for tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown, Rejected
from gateway.followers.notifier import NotifierFollower
from gateway.followers.parking import Decision, statement
from gateway.followers.transitions import Transitions
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.notifiers import Notifier, jsonl
from gateway.statements import notification, transition
from gateway.statements.notification import Notified
from gateway.statements.transition import Transition
from tests.unit.alarming.alarm_desk import Killed
from tests.unit.followers.sink_bench import Busy

START = "2026-01-05T11:00:00.000000000Z"


def published(known: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {**known, "changes": number}


class Office:
    """A data folder; its records can be taken away at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal.open(folder / "journal.sqlite")
        self.number = 0

    @property
    def records(self) -> Path:
        return self.folder / "records.sqlite"

    def follower(self, name: str, notifier: Notifier | None = None) -> NotifierFollower:
        journal, records = Journal.open(self.folder / "journal.sqlite"), Records(self.records)
        return NotifierFollower(
            name,
            notifier or jsonl.Notifier(jsonl.Options(str(self.folder / f"{name}.jsonl"))),
            Voice(journal, "test"),
            records,
            threading.Condition(),
            Transitions(journal, records, published, f"notifier:{name}"),
        )

    def run(self, name: str, notifier: Notifier | None = None, steps: int = 12) -> NotifierFollower:
        """Started anew, and killed after so many steps."""
        follower = self.follower(name, notifier)
        with pytest.raises(Killed):
            follower.run(Busy(steps))
        return follower

    def happen(self, count: int) -> None:
        """So many transitions; `n` counts them."""
        said = []
        for _ in range(count):
            self.number += 1
            known = {"id": "E-1", "n": self.number, "start": START}
            body = transition.to_body(Transition("E-1", self.number, "raised", 0, "", "0.1.0", known))
            said.append(Statement(transition.KIND, "test", 0, body))
        self.journal.commit(statements=said)

    def decide(self, name: str, decision: Decision) -> None:
        self.journal.commit(statements=[statement(f"notifier:{name}", decision, "Li Na", 0)])

    def lose_records(self) -> None:
        for path in self.folder.glob("records.sqlite*"):
            path.unlink()

    def told(self, name: str) -> list[int]:
        path = self.folder / f"{name}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line)["n"] for line in lines]

    def stated(self, name: str) -> list[Notified]:
        every = [notification.of(s.body) for _, s in self.journal.statements(notification.KIND)]
        return [said for said in every if said.notifier == name]


class Phone:
    """A notifier that cannot know what it told: it hears everything again that is told again."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.never: dict[int, str] = {}  # what it rejects, and why
        self.down_at: set[int] = set()  # calls that find nobody
        self.calls = 0
        self.killed_at: Callable[[int], bool] = lambda _: False  # after it heard

    def notify(self, change: AlarmChange) -> str:
        self.calls += 1
        if self.calls in self.down_at:
            raise LinkDown("mail server: no answer; check the network")
        number = int(change.alarm["n"])
        if number in self.never:
            raise Rejected(self.never[number])
        self.heard.append(number)
        if self.killed_at(number):
            raise Killed
        return "250 ok"
