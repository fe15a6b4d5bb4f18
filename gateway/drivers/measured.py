"""Replies that say how long they are: frames and noise out of bytes, for protocols without a terminator."""

from __future__ import annotations

from collections.abc import Callable

from gateway.drivers.lines import Cut


def cut_measured(buffer: bytes, length: Callable[[bytes], int | None]) -> Cut:
    """The first whole frame, with `length` as in Request; every byte before it is noise.

    Cutting `rest` again, with more bytes behind it, gives the same frames as cutting the whole stream;
    without a frame `rest` is shorter than the longest frame.
    """
    for start in range(len(buffer)):
        size = length(buffer[start:])
        if size is None or size > len(buffer) - start:
            return Cut(None, buffer[start:], buffer[:start])
        if size > 0:
            return Cut(buffer[start : start + size], buffer[start + size :], buffer[:start])
    return Cut(None, b"", buffer)
