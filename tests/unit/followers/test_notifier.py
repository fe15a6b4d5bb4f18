"""Notifiers: each change once to each of them, in order, whatever fails and whenever it restarts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown, Rejected
from gateway.followers import follower, notifier, pauses
from gateway.followers.feeds import RecordedChanges
from gateway.followers.notifier import NotifierFollower
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.notifiers import Notifier, jsonl
from tests.unit.alarming.alarm_desk import eventually


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(notifier, "MOST_CHANGES", 3)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


class Office:
    """Records in which things happen, and notifiers that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records(folder / "records.sqlite")
        self.journal = Journal.open(folder / "journal.sqlite")
        self.number = 0

    def follower(self, name: str, told: Notifier | None = None) -> NotifierFollower:
        records = Records(self.folder / "records.sqlite")
        return NotifierFollower(
            name,
            told or jsonl.Notifier(jsonl.Options(str(self.folder / f"{name}.jsonl"))),
            Journal.open_reading(self.folder / "journal.sqlite"),
            records,
            threading.Condition(),
            RecordedChanges(records),
        )

    def happen(self, count: int) -> None:
        with self.records.transaction():
            for _ in range(count):
                self.number += 1
                known = {"id": "E-1", "n": self.number, "start": "2026-01-05T11:00:00Z"}
                self.records.put_revision("E-1", 1, "raised", 0, known)

    def told(self, name: str) -> list[int]:
        path = self.folder / f"{name}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line)["n"] for line in lines]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


class Running:
    """Notifiers in a thread each, as the app runs them."""

    def __init__(self, *notifiers: NotifierFollower) -> None:
        self.notifiers = notifiers

    def __enter__(self) -> NotifierFollower:
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=n.run, args=(self.stop,)) for n in self.notifiers]
        for thread in self.threads:
            thread.start()
        return self.notifiers[0]

    def __exit__(self, *why: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


def test_every_change_once_to_everybody_in_order(office: Office) -> None:
    with Running(office.follower("one"), office.follower("two")):
        office.happen(4)
        eventually(lambda: office.told("two") == [1, 2, 3, 4], "four")
        office.happen(6)
        eventually(lambda: len(office.told("two")) >= 10 and len(office.told("one")) >= 10, "ten")
    assert office.told("one") == office.told("two") == list(range(1, 11))


def test_a_restart_neither_repeats_nor_forgets(office: Office) -> None:
    for round_ in range(4):
        with Running(office.follower("one")):
            eventually(lambda n=office.number: len(office.told("one")) >= n, "what came while it was down")
        office.happen(round_ + 2)
    with Running(office.follower("one")):
        eventually(lambda: len(office.told("one")) >= office.number, "the rest")
    assert office.told("one") == list(range(1, office.number + 1))


def test_one_that_is_down_is_tried_again_and_says_so(office: Office) -> None:
    (office.folder / "one.jsonl").mkdir()  # no file can be written there
    with Running(office.follower("one")) as one:
        office.happen(5)
        eventually(lambda: "check the path" in one.problem, "it is said")
        assert (one.changes.behind, one.changes.oldest_ns) == (5, 0)
        (office.folder / "one.jsonl").rmdir()
        eventually(lambda: len(office.told("one")) >= 5, "tried again")
        eventually(lambda: not one.problem and not one.changes.behind, "all is well")
    assert office.told("one") == [1, 2, 3, 4, 5]


class Unreliable:
    """Refuses every third call before anything is told, and hears the rest; some it never takes."""

    def __init__(self, never: tuple[int, ...] = ()) -> None:
        self.calls = 0
        self.heard: list[int] = []
        self.never = never

    def notify(self, change: AlarmChange) -> str:
        self.calls += 1
        if self.calls % 3 == 0:
            raise LinkDown("mail server: no answer; check the network")
        if change.number in self.never:
            raise Rejected("550 no such user")
        self.heard.append(change.number)
        return "250 ok"


def test_a_link_that_goes_down_in_between_keeps_the_order(office: Office) -> None:
    told = Unreliable()
    with Running(office.follower("one", told)):
        office.happen(20)
        eventually(lambda: len(told.heard) >= 20, "everything")
    assert told.heard == list(range(1, 21))
    assert told.calls >= 29


def test_what_is_rejected_is_parked_and_holds_up_nothing(office: Office) -> None:
    told = Unreliable(never=(3, 4))
    with Running(office.follower("one", told)) as one:
        office.happen(10)
        eventually(lambda: len(told.heard) >= 8, "the others")
        eventually(lambda: not one.changes.behind, "all is settled")
    assert told.heard == [1, 2, 5, 6, 7, 8, 9, 10]
    assert one.parking.words == "2 alarm changes are parked, the last for: 550 no such user"
    assert office.records.parked_changes("notifier:one") == {3: "550 no such user", 4: "550 no such user"}
    assert office.follower("one").parking.words == one.parking.words  # after a restart too


def test_a_notifier_that_is_new_does_not_hear_the_past(office: Office) -> None:
    with Running(office.follower("one")):
        office.happen(3)
        eventually(lambda: len(office.told("one")) >= 3, "told")
    office.follower("two")  # and is killed before it does anything
    office.happen(2)
    with Running(office.follower("one"), office.follower("two")):
        eventually(lambda: len(office.told("two")) >= 2, "what happened since")
        eventually(lambda: len(office.told("one")) >= 5, "the old one too")
    assert office.told("two") == [4, 5]
    assert office.told("one") == [1, 2, 3, 4, 5]


def test_what_made_it_stop_is_shown_until_it_runs_again(office: Office) -> None:
    one = office.follower("one")
    one.failed("internal error")
    assert one.problem == "internal error"
    with Running(one):
        eventually(lambda: not one.problem, "it runs")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before
