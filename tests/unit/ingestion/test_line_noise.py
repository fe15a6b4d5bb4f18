"""What is wrong with a line that works: said with what to do, and forgotten when it is over."""

from __future__ import annotations

from gateway.ingestion.line_noise import LineNoise


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
