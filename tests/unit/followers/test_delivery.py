"""Delivery: each change once to each notifier, in order, whatever fails and whenever it restarts."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.config.load import parse
from gateway.errors import LinkDown
from gateway.followers import delivery
from gateway.followers.delivery import Delivery
from gateway.journal.records import Records
from tests.unit.alarming.alarm_desk import CONFIG, eventually

TWO = (
    CONFIG
    + """
[notifiers.one]
kind = "jsonl"
path = "one.jsonl"
[notifiers.two]
kind = "jsonl"
path = "two.jsonl"
"""
)


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LOOK_S", 0.005)
    monkeypatch.setattr(delivery, "MOST_AT_ONCE", 3)


class Office:
    """Records in which things happen, and deliveries that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records(folder / "records.sqlite")
        self.number = 0

    def delivery(self, config: str = TWO) -> Delivery:
        configuration = parse(tomllib.loads(config), self.folder / "cryogate.toml")
        return Delivery(configuration, Records(self.folder / "records.sqlite"))

    def happen(self, count: int) -> None:
        with self.records.transaction():
            for _ in range(count):
                self.number += 1
                self.records.put_revision("E-1", 1, "raised", 0, {"id": "E-1", "n": self.number})

    def told(self, name: str) -> list[int]:
        path = self.folder / f"{name}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line)["n"] for line in lines]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


class Running:
    """A delivery in a thread, as the app runs it."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery

    def __enter__(self) -> Delivery:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.delivery.run, args=(self.stop,))
        self.thread.start()
        return self.delivery

    def __exit__(self, *why: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_every_change_once_to_everybody_in_order(office: Office) -> None:
    with Running(office.delivery()):
        office.happen(4)
        eventually(lambda: office.told("two") == [1, 2, 3, 4], "four")
        office.happen(6)
        eventually(lambda: len(office.told("two")) >= 10 and len(office.told("one")) >= 10, "ten")
    assert office.told("one") == office.told("two") == list(range(1, 11))


def test_a_restart_neither_repeats_nor_forgets(office: Office) -> None:
    for round_ in range(4):
        with Running(office.delivery()):
            eventually(lambda n=office.number: len(office.told("two")) >= n, "what came while it was down")
        office.happen(round_ + 2)
    with Running(office.delivery()):
        eventually(lambda: len(office.told("two")) >= office.number, "the rest")
    assert office.told("one") == office.told("two") == list(range(1, office.number + 1))


def test_one_that_is_down_is_tried_again_and_keeps_nobody_waiting(office: Office) -> None:
    (office.folder / "one.jsonl").mkdir()  # no file can be written there
    with Running(office.delivery()) as running:
        office.happen(5)
        eventually(lambda: len(office.told("two")) >= 5, "the other one")
        eventually(lambda: "check the path" in running.problems.get("one", ""), "it is said")
        (office.folder / "one.jsonl").rmdir()
        eventually(lambda: len(office.told("one")) >= 5, "tried again")
        eventually(lambda: not running.problems, "all is well")
    assert office.told("one") == office.told("two") == [1, 2, 3, 4, 5]


class Unreliable:
    """Refuses every third call before anything is told, and hears the rest."""

    def __init__(self) -> None:
        self.calls = 0
        self.heard: list[int] = []

    def notify(self, change: str, alarm: Mapping[str, Any]) -> None:
        self.calls += 1
        if self.calls % 3 == 0:
            raise LinkDown("mail server: no answer; check the network")
        self.heard.append(alarm["n"])


def test_a_link_that_goes_down_in_between_keeps_the_order(office: Office) -> None:
    running = office.delivery()
    notifier = Unreliable()
    running._notifiers["one"] = notifier
    with Running(running):
        office.happen(20)
        eventually(lambda: len(notifier.heard) >= 20, "everything")
    assert notifier.heard == list(range(1, 21))
    assert notifier.calls >= 29


def test_a_notifier_that_is_new_does_not_hear_the_past(office: Office) -> None:
    with Running(office.delivery()):
        office.happen(3)
        eventually(lambda: len(office.told("two")) >= 3, "told")
    third = TWO + TWO[TWO.index("[notifiers.two]") :].replace("two", "three")
    office.delivery(third)  # and is killed before it does anything
    office.happen(2)
    with Running(office.delivery(third)):
        eventually(lambda: len(office.told("three")) >= 2, "what happened since")
        eventually(lambda: len(office.told("one")) >= 5, "the old one too")
    assert office.told("three") == [4, 5]
    assert office.told("one") == [1, 2, 3, 4, 5]


def test_what_made_it_stop_is_shown_until_it_runs_again(office: Office) -> None:
    running = office.delivery()
    running.failed("internal error")
    assert running.problems == {"delivery": "internal error"}
    with Running(running):
        eventually(lambda: not running.problems, "it runs")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before
