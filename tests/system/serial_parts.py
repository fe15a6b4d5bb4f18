"""What the tests of serial ports share: a peer on a pseudo-terminal that does what its script says, a
simulated instrument on a loop of its own, a source and what it delivered."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import struct
import termios
import threading
import tty
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources.serial import Options, Source
from gateway.model import Decoded, Quality, Refused
from tests.system.mqtt_parts import eventually

IDENTITY = b"Controller, Software ver. 2.05\r\n"
TOP, BOTTOM = b"-197.10\r\n", b"-150.02\r\n"
REPLIES = {b"*IDN?": IDENTITY, b"TEMPA?": TOP, b"TEMPB?": BOTTOM}
CHANNELS = {"TEMPA": 3, "TEMPB": 4}

Script = Callable[[bytes], bytes]  # a request without its terminator -> what goes onto the line


def sound(request: bytes) -> bytes:
    """A TEC 3000 that works."""
    return REPLIES.get(request, b"")


class Peer:
    """The far end of a line under a stable path, answering by `script`, which a test may change."""

    def __init__(self, path: Path, script: Script = sound) -> None:
        self.script = script
        self.asked: list[bytes] = []
        self._path = path
        self.plug_in()

    def plug_in(self) -> None:
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._theirs = theirs
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(theirs))
        self._pulled, self._pull = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="peer")
        self._thread.start()

    def unplug(self) -> None:
        """The terminal is gone: whoever reads gets an I/O error."""
        os.close(self._pull)
        self._thread.join()
        for end in (self._ours, self._theirs, self._pulled):
            os.close(end)
        self._path.unlink()

    def say(self, data: bytes) -> None:
        """Something that nobody asked for; returns when it is there to be read."""
        os.write(self._ours, data)
        eventually(lambda: self._waiting() >= len(data), "it did not arrive")

    def _waiting(self) -> int:
        return int(struct.unpack("i", fcntl.ioctl(self._theirs, termios.FIONREAD, b"\0\0\0\0"))[0])

    def _serve(self) -> None:
        held = b""
        while True:
            ready, _, _ = select.select([self._ours, self._pulled], [], [])
            if self._pulled in ready:
                return
            *requests, held = (held + os.read(self._ours, 4096)).split(b"\r\n")
            for request in requests:
                self.asked.append(request)
                os.write(self._ours, self.script(request))


@contextlib.contextmanager
def in_background(work: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Run a simulated instrument in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated")
    thread.start()
    future = asyncio.run_coroutine_threadsafe(work(), loop)
    try:
        yield
    finally:
        future.cancel()
        loop.call_soon_threadsafe(lambda: loop.create_task(_end(loop)))
        thread.join()
        loop.close()


async def _end(loop: asyncio.AbstractEventLoop) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop.stop()


class Delivered:
    """Takes what a source put into the intake; keeps all of it."""

    def __init__(self, source: Source, intake: Intake) -> None:
        self._source, self._intake = source, intake
        self.refused: list[Refused] = []
        self.polls: list[dict[int, float]] = []  # value by channel; NaN where BAD
        self.decoded: list[Decoded] = []

    def look(self) -> Delivered:
        for item in self._intake.take(0.01).get(self._source.name, []):
            decoded = self._source.decode([item])
            samples = decoded.arrivals.samples
            assert set(samples.quality.tolist()) <= {Quality.GOOD, Quality.BAD}
            self.decoded.append(decoded)
            self.refused += decoded.refused
            self.polls.append(dict(zip(samples.channel.tolist(), samples.value.tolist(), strict=True)))
            self._source.acknowledge([item])
        return self

    def reasons(self) -> list[tuple[str, str]]:
        return [(refused.reason.value, refused.topic) for refused in self.refused]


def tec_source(
    port: str, driver_options: Any = None, channels: Mapping[str, int] | None = None, **more: Any
) -> Source:
    """A TEC 3000, polled quickly; `reply_timeout_s` is short where silence is part of the test."""
    settings = {"poll_interval_s": 0.05, "reply_timeout_s": 2.0} | more
    options = Options("tec3000", port, options=driver_options, **settings)
    return Source("line", options, CHANNELS if channels is None else channels)


def polls(delivered: Delivered, count: int) -> list[dict[int, float]]:
    """At least `count` further polls."""
    wanted = len(delivered.polls) + count
    eventually(lambda: len(delivered.look().polls) >= wanted, f"no {count} more polls")
    return delivered.polls[wanted - count :]
