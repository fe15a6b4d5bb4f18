"""What is wrong with a line that works: said with what to do, and forgotten when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.drivers import Reply, Request
from gateway.ingestion.line_noise import LineNoise, stray
from gateway.ingestion.port import Answer


def test_a_sound_line_says_nothing() -> None:
    line = LineNoise()
    for second in range(10):
        line.note(float(second), False, b"")
    assert line.words(10.0) == ()


def test_an_echo_and_stray_bytes_are_named_and_forgotten() -> None:
    line = LineNoise()
    line.note(0.0, True, b"")
    line.note(1.0, True, b"\x00\xff")
    echo, noise = line.words(2.0)
    assert echo.startswith("the adapter echoes") and "; no reading is lost" in echo
    assert noise.startswith(
        "stray bytes with 1 of 2 replies in the last 5 minutes, the last ones 00 FF; check"
    )
    assert line.words(302.0) == ()


def test_what_is_kept_is_bounded() -> None:
    line = LineNoise()
    for _ in range(5000):
        line.note(0.0, False, b"x" * 5000)
    assert "1000 of 1000" in line.words(1.0)[0]
    assert line.words(1.0)[0].count("78") == 8


LINE = Request(b"KRDG?\r", b"\r\n", 100)
BINARY = Request(b"\x01\x03", b"", 100, length=len)


@pytest.mark.parametrize("request_", [LINE, BINARY])
def test_bytes_of_no_frame_are_stray_unless_a_late_reply_may_be_among_them(request_: Request) -> None:
    answer = Answer(Reply(b"", 0), b"+0195")
    assert stray(request_, answer) == b"+0195"
    assert stray(replace(request_, owed=(LINE,)), answer) == b""


@pytest.mark.parametrize("owed", [(), (LINE,)])
def test_bytes_that_no_line_of_text_has_are_stray_whatever_is_owed(owed: tuple[Request, ...]) -> None:
    """A reply that they spoil is refused, and owed from then on: the line that lost most looked best."""
    spoiled = Answer(Reply(b"\x00\xff+077.35\r", 0), b"")
    assert stray(replace(LINE, owed=owed), spoiled) == b"\x00\xff"
    assert stray(replace(BINARY, owed=owed), spoiled) == b""
    assert stray(replace(LINE, owed=owed), Answer(Reply(b"", 0), b"\x00")) == b"\x00"
