"""General-purpose gateways beside ours: thingsboard-gateway and Node-RED, from their package indexes.

Both are programs for everything, and neither promises what ours does; they stand here because people use
them for this, and because a figure without another beside it says nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

WITHIN_S = 30.0


class Peer(Protocol):
    """A program that takes what devices publish under cryo/+/telemetry and hands it on.

    `topics`: where it does; `numbers` reads the `seq` of readings out of one such message.
    """

    name: str
    topics: tuple[str, ...]

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def resident_mb(self) -> float: ...
    def numbers(self, payload: bytes) -> list[int]: ...


class Program:
    """A process with all that it starts."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that is not heard."""
        try:
            self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()

    def resident_mb(self) -> float:
        assert self._process is not None
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(WITHIN_S)
