"""Feeds a driver's poll by hand: what was asked, and what came of the replies."""

from __future__ import annotations

from collections.abc import Callable

from gateway.drivers import Poll, Readings, Reply

T0_NS = 1_767_610_000_000_000_000


def feed(poll: Poll, answer: Callable[[str], bytes | None]) -> tuple[list[str], Readings]:
    """Every request's text in order, and the readings; the n-th reply comes at T0_NS + n."""
    asked: list[str] = []
    reply: Reply | None = None
    while True:
        try:
            request = next(poll) if reply is None else poll.send(reply)
        except StopIteration as ended:
            return asked, ended.value
        asked.append(request.payload.decode("ascii"))
        reply = Reply(answer(asked[-1]) or b"", T0_NS + len(asked))


def rows(readings: Readings) -> list[tuple[str, int, str, int]]:
    """Address, reply number, value as text (NaN compares), quality."""
    columns = zip(
        readings.address,
        readings.time.tolist(),
        readings.value.tolist(),
        readings.quality.tolist(),
        strict=True,
    )
    return [(address, time_ns - T0_NS, repr(value), quality) for address, time_ns, value, quality in columns]
