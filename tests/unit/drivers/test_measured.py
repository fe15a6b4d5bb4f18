"""Frames that say their length: the same frames however the stream was cut, in bounded memory."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.measured import cut_measured
from gateway.drivers.rtu import reply_length

LENGTH = reply_length(1, 3, 2)
FRAME = bytes.fromhex("01030400B6F85A0000")
EXCEPTION = bytes.fromhex("018302C0F1")


def frames(chunks: list[bytes]) -> tuple[list[bytes], bytes]:
    found, rest, noise = [], b"", b""
    for chunk in chunks:
        rest += chunk
        while (got := cut_measured(rest, LENGTH)).frame is not None:
            found.append(got.frame)
            rest, noise = got.rest, noise + got.noise
        rest, noise = got.rest, noise + got.noise
        assert len(rest) < len(FRAME)
    return found, noise + rest


@given(
    st.lists(st.sampled_from([FRAME, EXCEPTION]) | st.binary(max_size=5), max_size=8),
    st.lists(st.integers(0, 80), max_size=10),
)
def test_any_split_gives_the_same_frames_and_loses_no_byte(parts: list[bytes], ends: list[int]) -> None:
    stream = b"".join(parts)
    cuts = sorted({0, len(stream), *(end for end in ends if end < len(stream))})
    found, left = frames([stream[a:b] for a, b in pairwise(cuts)])
    assert (found, left) == frames([stream])
    assert len(left) + sum(map(len, found)) == len(stream)


def test_frames_between_noise() -> None:
    stream = b"\x00\x07" + FRAME + b"\x01\x04" + EXCEPTION + b"\x01"
    assert frames([stream]) == ([FRAME, EXCEPTION], b"\x00\x07\x01\x04\x01")


def test_the_echo_of_a_request_is_noise() -> None:
    echo = bytes.fromhex("010300000002C40B")
    assert frames([echo + FRAME]) == ([FRAME], echo)
