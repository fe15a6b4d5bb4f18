"""Framing: the same frames however the stream was cut, in bounded memory; numbers and nothing else."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.drivers import Reply, Request
from gateway.drivers.lines import Cut, cut, measured, number, refuse
from gateway.model import LARGEST_VALUE, Refusal

LONGEST = 6
STREAM = st.lists(st.sampled_from([b"a", b"-1.5", b"\r", b"\n", b"\r\n", b"toolongaline"]), max_size=30).map(
    b"".join
)


def slow_twin(stream: bytes, terminator: bytes) -> list[bytes]:
    """Lines of 1 to LONGEST bytes; the last piece has not ended."""
    return [line for line in stream.split(terminator)[:-1] if 0 < len(line) <= LONGEST]


def frames(pieces: list[bytes], terminator: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Frames, noise and rest as a port gets them, piece by piece."""
    found: list[bytes] = []
    rest = noise = b""
    for piece in pieces:
        rest += piece
        while True:
            got = cut(rest, terminator, LONGEST)
            rest, noise = got.rest, noise + got.noise
            if got.frame is None:
                break
            found.append(got.frame)
        assert len(rest) <= LONGEST + len(terminator)
    return found, noise, rest


@pytest.mark.parametrize("terminator", [b"\r\n", b"\r"])
@given(stream=STREAM, cuts=st.lists(st.integers(0, 120), max_size=12))
@example(stream=b"garbage-19\r\n7.1\r\n", cuts=[8, 9, 10, 11, 12])  # the tail of a long line is no frame
@example(stream=b"-197.1\r\n", cuts=[7])
def test_any_cut_gives_the_same_frames(terminator: bytes, stream: bytes, cuts: list[int]) -> None:
    at = sorted({0, len(stream), *(c for c in cuts if c < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(at)]
    found, noise, rest = frames(pieces, terminator)
    assert found == slow_twin(stream, terminator)
    assert len(noise) + len(rest) + sum(len(f) + len(terminator) for f in found) == len(stream)


@pytest.mark.parametrize(
    ("buffer", "expected"),
    [
        (b"", Cut(None, b"")),
        (b"-5.2", Cut(None, b"-5.2")),
        (b"-5.2\r", Cut(None, b"-5.2\r")),
        (b"-5.2\r\n", Cut(b"-5.2", b"")),
        (b"-5.2\r\n+1\r\n", Cut(b"-5.2", b"+1\r\n")),
        (b"\r\n-5.2\r\n", Cut(b"-5.2", b"", b"\r\n")),
        (b"123456\r\n", Cut(b"123456", b"")),
        (b"1234567\r\n1\r\n", Cut(b"1", b"", b"1234567\r\n")),
        (b"12345678", Cut(None, b"12345678")),
        (b"123456789", Cut(None, b"23456789", b"1")),
    ],
)
def test_one_cut(buffer: bytes, expected: Cut) -> None:
    assert cut(buffer, b"\r\n", LONGEST) == expected


def test_many_blank_lines_are_noise() -> None:
    assert cut(b"\r\n" * 5000 + b"1\r\n", b"\r\n", LONGEST) == Cut(b"1", b"", b"\r\n" * 5000)


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        (b"-197.10", -197.10),
        (b"+0023.5", 23.5),
        (b"-  5.20", -5.2),
        (b"  -5.20 ", -5.2),
        (b"+ 21.50", 21.5),
        (b"000", 0.0),
        (b".5", 0.5),
        (b"7.", 7.0),
        (b"-195.79", -195.79),
    ],
)
def test_numbers_as_instruments_print_them(frame: bytes, value: float) -> None:
    assert number(frame) == value


@pytest.mark.parametrize(
    "frame",
    [
        *(b"", b" ", b"-", b".", b"+-5", b"--5", b"5-", b"1.2.3", b"1 2", b"-19 7.10"),
        *(b"1e9", b"1_0", b"nan", b"inf", b"0x10", b"1,2", b"1\n", b"\t1", b"1234567890", "٣".encode()),
        *(b"-1.5\x00", b"\x00-1.5", b"\xff1"),
    ],
)
def test_nothing_else_is_a_number(frame: bytes) -> None:
    assert number(frame) is None


@pytest.mark.parametrize(
    "frame", [b"9.9E37", b"+9.9E+37", b"-9.9E37", b" 9.91E37", b"9.910000E+37", b"+9.900000E+37"]
)
def test_scpi_says_that_there_is_no_number(frame: bytes) -> None:
    assert math.isnan(measured(frame) or 0.0)
    assert number(frame) is None


@pytest.mark.parametrize("frame", [b"9.9", b"9.9E3", b"9.9E370", b"9.8E37", b"9.9E37;", b"1E37", b"9.95E37"])
def test_nothing_else_says_so(frame: bytes) -> None:
    assert measured(frame) == number(frame)


@given(st.binary(max_size=20) | st.text("0123456789+-. ", max_size=20).map(str.encode))
def test_a_number_is_finite_and_has_a_believable_size(frame: bytes) -> None:
    value = number(frame)
    assert value is None or abs(value) < LARGEST_VALUE


def test_a_refusal_keeps_what_was_asked_and_what_came() -> None:
    (refused,) = refuse(Request(b"001 TEMPA?\r\n", b"\r\n", 64), Reply(b"\xff", 5), "not a number")
    assert (refused.reason, refused.detail, refused.topic) == (
        Refusal.MALFORMED,
        "not a number",
        "001 TEMPA?",
    )
    assert (refused.payload, refused.received_ns) == (b"\xff", 5)
    assert refuse(Request(b"001 TEMPA?\r\n", b"\r\n", 64), Reply(b"", 5), "not a number") == []
