"""The pages and the API as a process of their own: started, watched, started again; nothing depends on it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Check, Fault
from gateway.config.types import PagesOptions
from gateway.errors import LinkDown
from gateway.model import Severity
from gateway.running.left_pages import OF_GATEWAY, answering, end_left_pages

log = logging.getLogger(__name__)
LOOK_S: Final = 0.5
STEADY_S: Final = 120.0  # whoever ran that long answers, also where no lock says so
KEEPS_DYING_S: Final = 60.0
GOODBYE_S: Final = 5.0
COMMAND: Final = (sys.executable, "-c", "from gateway.cli import main; main()", "pages")


class Pages:
    """Part of a gateway; `run` belongs to one thread, `problem` is read by others."""

    name = "pages"

    def __init__(self, options: PagesOptions, config: Path, folder: Path) -> None:
        """`folder`: where the gateway keeps its data."""
        self._config, self._folder = config, folder
        self.is_wanted = bool(options.listen)
        self.problem = ""  # why nobody can look; empty: they can, or nobody shall

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises LinkDown where it ended by itself."""
        command = [*COMMAND, "--config", str(self._config), OF_GATEWAY, str(os.getpid())]
        end_left_pages(self._folder)  # of a gateway that was killed: they have the port
        began_s = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        log.info("pages run as process %d", process.pid)
        try:
            while process.poll() is None and not stop.wait(LOOK_S):
                is_steady = time.monotonic() - began_s >= STEADY_S
                if self.problem and (is_steady or answering(self._folder) == process.pid):
                    self.problem = ""
        finally:
            _end(process)
        if not stop.is_set():
            how = (
                f"exit code {process.returncode}"
                if process.returncode >= 0
                else f"signal {-process.returncode}"
            )
            raise LinkDown(
                f"the process of the pages ended ({how}); the log says why, and `cryogate pages`, too"
            )

    def failed(self, reason: str) -> None:
        log.error("%s; it is started again", reason)
        self.problem = reason


def check(pages: Pages) -> Check:
    """A process that keeps dying: one that is started again and runs is none."""

    def look() -> Iterator[Fault]:
        if pages.problem:
            yield Fault(
                "pages", Severity.MAJOR, f"{pages.problem}; readings and alarms go on", after_s=KEEPS_DYING_S
            )

    return look


def _end(process: subprocess.Popen[bytes]) -> None:
    """Whatever it does, it is gone afterwards."""
    process.terminate()
    try:
        process.wait(GOODBYE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
