"""An instrument on a pseudo-terminal under a stable path; survives its reader closing and reopening.

The simulator keeps the far end open itself, so that nothing is torn down when the reader goes away. To unplug
it is to close the terminal: the reader gets an I/O error, the path is gone until it is plugged in again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final

LOOK_S: Final = 0.1  # how often the plug and the line settings are looked at
CHUNK: Final = 4096  # bytes read at once

Answer = Callable[[bytes, float], bytes]  # bytes in, monotonic time -> bytes out
Unplugged = Callable[[], bool]


async def serve_pty(path: Path, answer: Answer, unplugged: Unplugged) -> None:
    """Serve until cancelled; a link left by an earlier run is replaced. Raises OSError when it cannot."""
    while True:
        while unplugged():
            await asyncio.sleep(LOOK_S)
        with Terminal(path, answer) as terminal:
            while not unplugged():
                terminal.restore_settings()
                await asyncio.sleep(LOOK_S)


class Terminal:
    """One pseudo-terminal with its link; use as a context manager inside a running event loop."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self._path = path
        self._answer = answer

    def __enter__(self) -> Terminal:
        self._ours, self._theirs = os.openpty()
        os.set_blocking(self._ours, False)
        tty.setraw(self._theirs)
        self._settings = termios.tcgetattr(self._theirs)
        self._device = os.ttyname(self._theirs)
        _link(self._path, self._device)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._ours, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_reader(self._ours)
        if self._path.is_symlink() and str(self._path.readlink()) == self._device:
            self._path.unlink()
        os.close(self._ours)
        os.close(self._theirs)

    def restore_settings(self) -> None:
        """Undo what the last reader set: a pty has no parity, and refuses to be asked for it twice."""
        if termios.tcgetattr(self._theirs) != self._settings:
            termios.tcsetattr(self._theirs, termios.TCSANOW, self._settings)

    def _receive(self) -> None:
        try:
            data = os.read(self._ours, CHUNK)
        except BlockingIOError:
            return
        reply = self._answer(data, self._loop.time())
        with contextlib.suppress(BlockingIOError):  # nobody reads: like a wire, what does not fit is lost
            os.write(self._ours, reply)


def _link(path: Path, device: str) -> None:
    """Point `path` at `device` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_symlink():
        raise FileExistsError(f"{path} is there and is no link; move it away or choose another run directory")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.symlink_to(device)
    fresh.replace(path)
