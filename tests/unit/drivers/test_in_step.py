"""Which request a reply answers: what is owed, what proves that it comes no more, and where nothing can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.drivers import Poll, Readings, Reply, Request
from gateway.drivers.in_step import MOST_BROKEN, MOST_KEPT, MOST_UNPROVED, Account, in_step

NAME = Request(b"who\n", b"\n", 20, fits=lambda frame: frame.isalpha())
TOP, BOTTOM = (
    Request(payload, b"\n", 20, fits=lambda frame: frame.isdigit(), proofs=(NAME,))
    for payload in (b"top\n", b"bottom\n")
)


def asking(*requests: Request, got: list[bytes]) -> Poll:
    """A driver that asks each once, and keeps what it gets."""
    for request in requests:
        reply = yield request
        got.append(reply.frame)
    return Readings.of([], [])


def poll(account: Account, answer: Callable[[Request], bytes], *requests: Request) -> tuple[str, list[bytes]]:
    """What was sent, by first letters, and what the driver got."""
    got: list[bytes] = []
    sent = ""
    steps = in_step(asking(*requests, got=got), account)
    try:
        request = next(steps)
        while True:
            sent += chr(request.payload[0])
            request = steps.send(Reply(answer(request), 1))
    except StopIteration:
        return sent, got


def silent(_: Request) -> bytes:
    return b""


def sound(request: Request) -> bytes:
    return b"box" if request is NAME or request.payload == NAME.payload else b"1"


def test_an_instrument_that_answers_is_asked_nothing_more() -> None:
    account = Account()
    for _ in range(3):
        assert poll(account, sound, NAME, TOP, BOTTOM) == ("wtb", [b"box", b"1", b"1"])


@pytest.mark.parametrize("polls", [1, 2, MOST_KEPT, 10 * MOST_KEPT])
def test_one_that_was_off_for_long_is_asked_twice_more_once(polls: int) -> None:
    account = Account()
    for _ in range(polls):
        assert poll(account, silent, TOP) == ("t", [b""])
    assert poll(account, sound, TOP) == ("twt", [b"1"])
    assert poll(account, sound, TOP) == ("t", [b"1"])


def test_a_reply_that_may_be_another_requests_is_asked_for_again() -> None:
    account = Account()
    poll(account, silent, BOTTOM)
    late = iter([b"2", b"box", b"1"])
    assert poll(account, lambda _: next(late), TOP) == ("twt", [b"1"])


def test_what_no_reading_follows_from_may_be_in_doubt() -> None:
    account = Account()
    poll(account, silent, NAME)
    assert poll(account, sound, NAME, TOP) == ("wt", [b"box", b"1"])


def test_what_fits_no_request_is_for_the_driver_to_refuse() -> None:
    account = Account()
    assert poll(account, lambda _: b"?!", TOP) == ("t", [b"?!"])
    assert poll(account, sound, TOP) == ("twt", [b"1"])  # it may have been noise, and the reply late


def test_a_proof_that_is_owed_itself_is_none() -> None:
    """It was lost; so its next reply may be the lost one's. The value is asked for again instead."""
    account = Account()
    poll(account, silent, TOP)
    answers = iter([b"1", b""])
    assert poll(account, lambda _: next(answers), TOP) == ("tw", [b""])
    assert poll(account, sound, TOP) == ("ttwt", [b"1"])


def test_a_queue_tells_what_is_owed_and_keeps_no_more_than_there_are_requests() -> None:
    account, owed = Account(), []

    def note(request: Request) -> bytes:
        owed.append([earlier.payload for earlier in request.owed])
        return b""

    for _ in range(3 * MOST_KEPT):
        poll(account, note, NAME, TOP)
    assert owed[:3] == [[], [b"who\n"], [b"who\n", b"top\n"]]
    assert max(map(len, owed)) == 2


def test_queues_do_not_wait_for_each_other() -> None:
    account = Account()
    other = Request(b"other\n", b"\n", 20, fits=bytes.isdigit, proofs=(NAME,), queue="2")
    poll(account, silent, TOP)
    assert poll(account, sound, other, TOP) == ("otwt", [b"1", b"1"])


def test_an_instrument_that_answers_to_no_proof_needs_a_new_connection() -> None:
    account = Account()
    poll(account, silent, TOP)
    for _ in range(MOST_UNPROVED):
        assert not account.is_stuck
        assert poll(account, lambda request: b"1" * (request.payload == b"top\n"), TOP)[1] == [b""]
    assert account.is_stuck


def test_what_is_proved_in_between_counts_anew() -> None:
    account = Account()
    for _ in range(MOST_UNPROVED):
        poll(account, silent, TOP)
        assert poll(account, lambda request: b"1" * (request.payload == b"top\n"), TOP)[1] == [b""]
        assert poll(account, sound, TOP)[1] == [b"1"]
    assert not account.is_stuck


def test_what_others_may_have_asked_is_proved_once() -> None:
    account = Account(unsure=True)
    late = iter([b"2", b"box", b"1"])
    assert poll(account, lambda _: next(late), TOP) == ("twt", [b"1"])
    assert poll(account, sound, NAME, TOP, BOTTOM) == ("wtb", [b"box", b"1", b"1"])


def test_what_is_asked_first_and_fits_no_value_proves_it_too() -> None:
    assert poll(Account(unsure=True), sound, NAME, TOP, BOTTOM) == ("wtb", [b"box", b"1", b"1"])


def test_two_that_prove_each_other_are_in_step_after_they_were_off_from_the_beginning() -> None:
    account = Account(unsure=True)
    level = Request(b"level\n", b"\n", 20, fits=bytes.isdigit, proofs=(NAME,))
    unit = Request(b"unit\n", b"\n", 20, fits=bytes.isalpha, proofs=(level,))
    level = Request(b"level\n", b"\n", 20, fits=bytes.isdigit, proofs=(unit,))
    answers = {b"unit\n": b"cm", b"level\n": b"7"}
    for _ in range(3):
        assert poll(account, silent, unit, level) == ("ul", [b"", b""])
    assert poll(account, lambda request: answers[request.payload], unit, level)[1] == [b"cm", b"7"]
    assert poll(account, lambda request: answers[request.payload], unit, level) == ("ul", [b"cm", b"7"])


def test_what_was_asked_when_the_connection_broke_is_owed() -> None:
    account = Account()
    next(in_step(asking(BOTTOM, got=[]), account))
    late = iter([b"2", b"box", b"1"])
    assert poll(account, lambda _: next(late), TOP) == ("twt", [b"1"])


def test_an_instrument_that_ends_the_connection_at_a_proof_needs_a_new_account() -> None:
    account = Account(unsure=True)
    for _ in range(MOST_BROKEN):
        assert not account.is_stuck
        steps = in_step(asking(TOP, got=[]), account)
        next(steps)
        assert steps.send(Reply(b"1", 1)).payload == NAME.payload
        steps.close()
    assert account.is_stuck


def test_a_second_proof_is_tried_where_the_first_is_not_answered() -> None:
    account = Account()
    kind = Request(b"kind\n", b"\n", 20, fits=bytes.isspace)
    value = Request(b"value\n", b"\n", 20, fits=bytes.isdigit, proofs=(kind, NAME))
    poll(account, silent, value)
    answers = {b"value\n": b"1", b"kind\n": b"", b"who\n": b"box"}
    assert poll(account, lambda request: answers[request.payload], value) == ("vkwv", [b"1"])


def test_a_refusal_that_may_be_anybodys_proves_nothing() -> None:
    account = Account()
    refusing = Request(b"part\n", b"\n", 20, fits=lambda frame: frame in (b"x", b"!"))
    value = Request(b"value\n", b"\n", 20, fits=lambda frame: frame in (b"1", b"!"), proofs=(refusing, NAME))
    poll(account, silent, value, value)
    answers = {b"value\n": b"1", b"part\n": b"!", b"who\n": b"box"}
    assert poll(account, lambda request: answers[request.payload], value) == ("vpwv", [b"1"])


def test_the_drivers_poll_is_closed() -> None:
    ended = []

    def driver() -> Poll:
        try:
            yield TOP
        finally:
            ended.append(True)
        return Readings.of([], [])

    steps = in_step(driver(), Account())
    next(steps)
    steps.close()
    assert ended == [True]
