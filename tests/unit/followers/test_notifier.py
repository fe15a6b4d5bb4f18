"""Notifiers: each change once to each of them, in order, whatever fails and whenever it restarts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import JournalError, JournalFull
from gateway.followers import follower, notifier, pauses
from gateway.followers.notifier import NotifierFollower
from gateway.followers.parking import Decision
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.office import Office, Phone


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(notifier, "MOST_CHANGES", 3)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


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
            thread.join(60)
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
        assert one.changes.behind == 5 and one.changes.oldest_ns is not None
        (office.folder / "one.jsonl").rmdir()
        eventually(lambda: len(office.told("one")) >= 5, "tried again")
        eventually(lambda: not one.problem and not one.changes.behind, "all is well")
    assert office.told("one") == [1, 2, 3, 4, 5]


def test_a_link_that_goes_down_in_between_keeps_the_order(office: Office) -> None:
    phone = Phone()
    phone.down_at = set(range(3, 100, 3))
    with Running(office.follower("one", phone)):
        office.happen(20)
        eventually(lambda: len(phone.heard) >= 20, "everything")
    assert phone.heard == list(range(1, 21))
    assert phone.calls >= 29


def test_what_is_rejected_is_parked_and_holds_up_nothing(office: Office) -> None:
    phone = Phone()
    office.follower("one", phone)
    office.happen(10)
    phone.never = {3: "550 no such user", 4: "551 nor this one"}
    one = office.run("one", phone)
    assert phone.heard == [1, 2, 5, 6, 7, 8, 9, 10]
    assert one.parking.words == "2 alarm changes are parked, the last for: 551 nor this one"
    assert list(one.parking.changes().values()) == list(phone.never.values())
    assert office.follower("one").parking.words == one.parking.words  # after a restart too
    assert [(len(said.transitions), said.outcome, said.answer) for said in office.stated("one")] == [
        (2, "delivered", "250 ok"),
        (1, "rejected", "550 no such user"),
        (1, "rejected", "551 nor this one"),
        (2, "delivered", "250 ok"),
        (3, "delivered", "250 ok"),
        (1, "delivered", "250 ok"),
    ]


def test_what_was_parked_is_told_again_when_somebody_says_so(office: Office) -> None:
    phone = Phone()
    phone.never = dict.fromkeys((1, 2, 4), "550 no such user")
    office.follower("one", phone)
    office.happen(5)
    office.run("one", phone)
    del phone.never[2], phone.never[4]
    office.decide("one", Decision.RETRY)
    phone.down_at = {phone.calls + 2}  # in the middle of it
    office.happen(1)
    one = office.run("one", phone)
    assert phone.heard == [3, 5, 2, 4, 6]
    assert one.parking.words == "1 alarm change is parked, the last for: 550 no such user"
    office.decide("two", Decision.ACCEPT)
    assert office.run("one", phone).parking.words
    office.decide("one", Decision.ACCEPT)
    assert office.run("one", phone).parking.words == ""
    phone.never.clear()
    office.decide("one", Decision.RETRY)
    office.run("one", phone)
    assert phone.heard == [3, 5, 2, 4, 6]


def test_a_notifier_that_is_new_does_not_hear_the_past(office: Office) -> None:
    office.follower("one")
    office.happen(3)
    office.run("one")
    office.follower("two")  # and is killed before it does anything
    office.happen(2)
    office.run("one")
    office.run("two")
    assert office.told("two") == [4, 5]
    assert office.told("one") == [1, 2, 3, 4, 5]


def test_what_made_it_stop_is_shown_until_it_runs_again(office: Office) -> None:
    one = office.follower("one")
    one.failed("internal error")
    assert one.problem == "internal error"
    with Running(one):
        eventually(lambda: not one.problem, "it runs")


def test_what_was_told_is_not_told_again_while_the_disk_is_full(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone()
    one = office.follower("one", phone)
    office.happen(5)

    def full(*_: object, **__: object) -> None:
        raise JournalFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "commit", full)
        for _ in range(3):
            with pytest.raises(JournalFull):
                one.run(threading.Event())
    assert phone.heard == [1, 2, 3]
    with Running(one):
        eventually(lambda: len(phone.heard) >= 5, "there is room again")
    assert phone.heard == [1, 2, 3, 4, 5]
    assert sum(len(said.transitions) for said in office.stated("one")) == 5


def test_a_failure_of_the_records_tells_nobody_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone()
    one = office.follower("one", phone)
    office.happen(5)
    real, calls = Records.move_cursor, []

    def fails(self: Records, follower: str, seq: int) -> None:
        calls.append(seq)
        if len(calls) == 2:  # behind the statement of the first page
            raise JournalError("no room")
        real(self, follower, seq)

    with monkeypatch.context() as patch:
        patch.setattr(Records, "move_cursor", fails)
        with pytest.raises(JournalError):
            one.run(threading.Event())
    with Running(one):
        eventually(lambda: len(phone.heard) >= 5, "the rest")
    assert phone.heard == [1, 2, 3, 4, 5]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before
