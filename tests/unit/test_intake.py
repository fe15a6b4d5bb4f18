"""The intake: bounded, in order, one batch for everything that waits."""

from __future__ import annotations

import threading

from gateway.ingestion.intake import BYTES_PER_MESSAGE, MOST_AT_ONCE, Intake


def test_everything_that_waits_comes_out_at_once_by_source_in_order() -> None:
    intake = Intake(100)
    for i in range(5):
        intake.put("a" if i % 2 else "b", i, 10)
    assert intake.take(0) == {"b": [0, 2, 4], "a": [1, 3]}
    assert intake.take(0) == {}


def test_full_by_number() -> None:
    intake = Intake(100)
    for i in range(100):
        assert intake.has_room()
        intake.put("a", i, 1)
    assert not intake.has_room()
    assert not intake.wait_for_room(0)
    intake.take(0)
    assert intake.has_room()


def test_full_by_size() -> None:
    intake = Intake(100)
    intake.put("a", "fat", 100 * BYTES_PER_MESSAGE)
    assert not intake.has_room()


def test_a_source_that_waits_goes_on_when_the_pump_has_taken() -> None:
    intake = Intake(1)
    intake.put("a", 1, 1)
    went_on = threading.Event()

    def source() -> None:
        if intake.wait_for_room(10):
            went_on.set()

    thread = threading.Thread(target=source)
    thread.start()
    intake.take(0)
    thread.join(60)
    assert went_on.is_set()


def test_take_wakes_as_soon_as_something_comes() -> None:
    intake = Intake(10)
    taken: list[dict[str, list[object]]] = []
    thread = threading.Thread(target=lambda: taken.append(intake.take(30)))
    thread.start()
    intake.put("a", "x", 1)
    thread.join(60)
    assert taken == [{"a": ["x"]}]


def test_what_was_taken_is_in_hand_until_more_is_taken() -> None:
    intake = Intake(10)
    intake.put_all("a", ["one", "two"], 6)
    assert intake.in_hand == 0
    assert intake.take(0.0) == {"a": ["one", "two"]}
    assert (len(intake), intake.in_hand) == (0, 2)  # their commit may take long
    intake.take(0.0)
    assert intake.in_hand == 0


def test_what_is_in_hand_counts_until_it_is_committed() -> None:
    intake = Intake(100)
    intake.put("a", "fat", 100 * BYTES_PER_MESSAGE)
    assert intake.take(0) == {"a": ["fat"]}
    assert not intake.has_room()  # queue and batch have one bound together
    assert intake.take(0) == {}
    assert intake.has_room()


def test_a_batch_has_no_more_bytes_than_can_be_decoded_at_once() -> None:
    intake = Intake(100_000)
    for i in range(5):
        intake.put_all("ab"[i % 2], [i, -i], MOST_AT_ONCE // 2)
    assert intake.take(0) == {"a": [0, 0], "b": [1, -1]}
    assert (len(intake), intake.in_hand) == (6, 4)
    assert intake.take(0) == {"a": [2, -2], "b": [3, -3]}
    assert intake.take(0) == {"a": [4, -4]}
