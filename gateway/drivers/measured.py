"""Replies that say how long they are: frames and noise out of bytes, for protocols without a terminator."""

from __future__ import annotations

from collections.abc import Callable

from gateway.drivers.lines import Cut


def cut_measured(
    buffer: bytes,
    length: Callable[[bytes], int | None],
    sound: Callable[[bytes], bool] | None = None,
    echoes: tuple[bytes, ...] = (),
) -> Cut:
    """The first whole and sound frame, `length` and `sound` as in Request; every byte before it is noise.

    `echoes`: requests, which may come back before their replies; they are dropped, and what may still become
    one waits. Cutting `rest` again, with more bytes behind it, gives the same frames as cutting the whole
    stream; without a frame `rest` is shorter than the longest frame, or echo.
    """
    at, noise, damaged, echoed = 0, b"", b"", False
    while at < len(buffer):
        tail = buffer[at:]
        echo = next((echo for echo in echoes if tail.startswith(echo)), b"")
        if echo:
            at, echoed = at + len(echo), True
            continue
        size = None if any(echo.startswith(tail) for echo in echoes) else length(tail)
        if size is None or size > len(tail):
            return Cut(None, tail, noise, damaged, echoed)
        frame = tail[:size]
        if frame and (sound is None or sound(frame)):
            return Cut(frame, tail[size:], noise, damaged, echoed)
        at, noise, damaged = at + 1, noise + tail[:1], damaged or frame
    return Cut(None, b"", noise, damaged, echoed)
