"""A controller on a pseudo-terminal, one that counts: each answer is a value that no other answer has."""

from __future__ import annotations

import os
import select
import threading
import tty
from pathlib import Path
from typing import Final

IDENTITY: Final = b"Controller, Software ver. 2.05\r\n"
COLDEST: Final = -20_000  # hundredths of a degC
READY_S: Final = 0.1


class Instrument:
    """A TEC 3000 under a stable path. `read` holds the values of which it is known that they were read."""

    def __init__(self, path: Path) -> None:
        self.read: list[float] = []
        self._path = path
        self._answers = 0
        self.plug_in()

    def plug_in(self) -> None:
        """A new terminal under the same path."""
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(self._theirs))
        self._pulled = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="instrument", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """The terminal is gone, after a question that stays without an answer."""
        self._pulled.set()
        self._thread.join()
        os.close(self._ours)
        os.close(self._theirs)
        self._path.unlink()

    def close(self) -> None:
        if not self._pulled.is_set():
            self.unplug()

    def _serve(self) -> None:
        held, last = b"", None
        while not self._pulled.is_set() or last is not None:
            if not select.select([self._ours], [], [], READY_S)[0]:
                continue
            *questions, held = (held + os.read(self._ours, 4096)).split(b"\r\n")
            for question in questions:
                if last is not None:
                    self.read.append(last)
                    last = None
                if self._pulled.is_set():
                    return
                if question == b"*IDN?":
                    os.write(self._ours, IDENTITY)
                elif question == b"TEMPA?":
                    last = (COLDEST + self._answers) / 100
                    self._answers += 1
                    os.write(self._ours, b"%.2f\r\n" % last)
