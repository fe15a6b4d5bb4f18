"""The heart is alive only when every part goes round, a commit is possible and somebody can be told."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.heartbeats import Health
from gateway.journal import database
from gateway.journal.journal import Journal
from gateway.journal.probe import Probe
from gateway.running.heart import MUTE_S, PATIENCE_S, Heart


@dataclass
class Part:
    """As much of a part as the heart looks at."""

    moved_s: float
    problem: str = ""


@dataclass
class Caller:
    """As much of the caller as the heart looks at."""

    problem: str = ""
    nobody: Mapping[str, int] = field(default_factory=dict)


class Body:
    def __init__(self, folder: Path) -> None:
        began_s, self.runs_for_s = time.monotonic() - 1.0, 3600.0
        self.pump, self.screening, self.faults = (Part(began_s) for _ in range(3))
        self.mail, self.push = Part(0.0), Part(0.0)
        self.journal = Journal.open(folder / "journal.sqlite")
        self.probe, self.caller = Probe(self.journal.path), Caller()
        self.heart = Heart(
            self.pump,
            self.screening,
            self.faults,
            [self.mail, self.push],
            self.caller,
            self.probe,
            lambda: self.runs_for_s,
        )

    def go_round(self) -> None:
        for part in (self.pump, self.screening, self.faults):
            part.moved_s = time.monotonic()
        self.heart.look()


@pytest.fixture
def body(tmp_path: Path) -> Iterator[Body]:
    (tmp_path / "data").mkdir()
    body = Body(tmp_path / "data")
    yield body
    body.probe.close()
    body.journal.close()


def test_it_starts_until_every_part_has_gone_round(body: Body) -> None:
    body.heart.look()
    assert body.heart.health() == (Health.STARTING, "")
    body.pump.moved_s = body.screening.moved_s = time.monotonic()
    assert body.heart.health() == (Health.STARTING, "")
    body.go_round()
    assert body.heart.health() == (Health.ALIVE, "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pump", "the pump has not moved for"),
        ("screening", "screening has not moved for"),
        ("faults", "nobody looks for faults any more"),
    ],
)
def test_a_part_that_hangs_is_blindness_although_others_go_on(body: Body, name: str, words: str) -> None:
    body.go_round()
    getattr(body, name).moved_s -= PATIENCE_S + 1
    health, why = body.heart.health()
    assert health is Health.BLIND and why.startswith(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [("pump", "no reading can be stored: x; y"), ("screening", "nothing is screened: x; y")],
)
def test_a_part_that_knows_what_is_wrong_is_quoted(body: Body, name: str, words: str) -> None:
    body.go_round()
    getattr(body, name).problem = "x; y"
    assert body.heart.health() == (Health.BLIND, words)


def test_an_idle_gateway_notices_that_somebody_holds_the_journal(
    body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    body.go_round()
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.1)
    other = database.connect(body.journal.path, writing=True)
    other.execute("BEGIN IMMEDIATE")
    body.heart.look()
    health, why = body.heart.health()
    assert health is Health.BLIND and "no reading can be stored" in why
    other.execute("ROLLBACK")
    body.heart.look()
    assert body.heart.health() == (Health.ALIVE, "")


def test_an_idle_gateway_notices_that_its_folder_is_gone(body: Body) -> None:
    body.go_round()
    shutil.move(body.journal.path.parent, body.journal.path.parent.with_name("away"))
    body.heart.look()
    health, why = body.heart.health()
    assert health is Health.BLIND and "no reading can be stored" in why


def test_looking_leaves_nothing_behind(body: Body) -> None:
    body.heart.look()
    before, last = sorted(body.journal.path.parent.iterdir()), body.journal.last_seq()
    body.go_round()
    assert (sorted(body.journal.path.parent.iterdir()), body.journal.last_seq()) == (before, last)


def test_a_disk_that_hangs_is_blindness(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread of the heart waits for it, and is not heard any more."""
    body.go_round()
    later_s = time.monotonic() + PATIENCE_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later_s)
    for part in (body.pump, body.screening, body.faults):
        part.moved_s = later_s
    assert body.heart.health() == (Health.BLIND, "the disk of the journal does not answer")


def test_nobody_who_can_be_told_is_blindness_after_a_while(
    body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    body.go_round()
    body.mail.problem = body.push.problem = "nobody listens there; check host"
    body.heart.look()
    assert body.heart.health() == (Health.ALIVE, "")
    later_s = time.monotonic() + MUTE_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later_s)
    body.go_round()
    assert body.heart.health()[1] == "no notifier reaches anybody: nobody listens there; check host"
    body.push.problem = ""
    body.heart.look()
    assert body.heart.health() == (Health.ALIVE, "")


def test_alarms_about_which_nobody_could_be_reached_are_told_outside(body: Body) -> None:
    body.go_round()
    body.caller.nobody = {"G-1": 7, "G-2": 8}
    assert body.heart.health() == (Health.BLIND, "nobody could be reached about 2 groups of alarms")
    body.caller.nobody, body.caller.problem = {}, "x; y"
    assert body.heart.health() == (Health.BLIND, "nobody is called: x; y")


def test_after_the_program_stood_still_every_part_may_go_round_first(body: Body) -> None:
    body.go_round()
    for part in (body.pump, body.screening, body.faults):
        part.moved_s -= 2.0 * PATIENCE_S
    body.runs_for_s = 0.0
    assert body.heart.health()[1] == body.heart.stuck(PATIENCE_S) == ""
    body.runs_for_s = 11.0
    assert body.heart.health()[0] is Health.BLIND and body.heart.stuck(PATIENCE_S)
