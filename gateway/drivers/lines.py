"""Framing of replies: the bytes of a line become frames and noise, wherever the stream was cut."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """What a buffer holds: the first complete frame, if there is one, and what is left behind it."""

    frame: bytes | None  # without its terminator
    rest: bytes
    noise: bytes = b""  # longer than any reply can be: belongs to no frame


def cut(buffer: bytes, terminator: bytes, longest: int) -> Cut:
    """The first frame of `buffer`; more than `longest` bytes without a terminator are noise."""
    end = buffer.find(terminator)
    if 0 <= end <= longest:
        return Cut(buffer[:end], buffer[end + len(terminator) :])
    if end > longest:
        return Cut(None, buffer[end + len(terminator) :], buffer[:end])
    if len(buffer) > longest + len(terminator):
        keep = len(terminator) - 1  # the terminator may have begun
        return Cut(None, buffer[len(buffer) - keep :], buffer[: len(buffer) - keep])
    return Cut(None, buffer)


def number(frame: bytes) -> float | None:
    """A decimal number with sign and padding blanks, as instruments print it; None for anything else."""
    text = frame.replace(b" ", b"").removeprefix(b"+")
    if not text or text.strip(b"-0123456789.") or text.count(b".") > 1:
        return None  # float() would take nan, 1e9 and 1_0
    try:
        return float(text)
    except ValueError:
        return None
