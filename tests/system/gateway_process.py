"""The real gateway as a process of its own, with a configuration made for the test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from gateway.cli import app

WITHIN_S = 180.0  # machines are shared: a gateway starts in 2 s of a core, which six may share
WRITTEN_S = 1.2  # what an alarm that goes on has reached is written once a second


def eventually(condition: Callable[[], Any], what: str, within_s: float = WITHIN_S) -> Any:
    """The first truthy answer of `condition`, asked until the deadline."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {what}")


class GatewayProcess:
    """`cryogate run` on one configuration file, started and stopped as often as a test likes."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.folder = config.parent / "data"
        self.log = config.parent / "gateway.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}  # beside that of the tests

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._cryogate(), "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ | self.environment,
            )

    def wait_until_up(self) -> dict[str, Any]:
        """Its status, once it answers and knows of each link: what is published before is not for it."""
        return eventually(self._linked, f"the gateway answers, links are tried; {self.log} has why not")

    def _linked(self) -> dict[str, Any] | None:
        status = self.status()
        trying = status is not None and any(one["state"] == "connecting" for one in status["sources"])
        return None if trying else status

    def status(self) -> dict[str, Any] | None:
        done = self.asked("status", "--json")
        return json.loads(done.stdout) if done.exit_code == 0 else None

    def alarms(self, *arguments: str) -> list[dict[str, Any]]:
        time.sleep(WRITTEN_S)
        done = self.asked("alarms", "--json", *arguments)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def asked(self, command: str, *arguments: str) -> Result:
        """A command in this process: what is asked again and again need not start Python each time."""
        return CliRunner().invoke(app, [command, *arguments, "--config", str(self.config)])

    def cryogate(
        self, command: str, *arguments: str, within_s: float = WITHIN_S
    ) -> subprocess.CompletedProcess[str]:
        """Any other command on the same configuration."""
        return subprocess.run(
            [*self._cryogate(), command, *arguments, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
            env=os.environ | self.environment,
        )

    def kill(self) -> None:
        """SIGKILL: no last words."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WITHIN_S)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WITHIN_S)

    def end(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _cryogate(self) -> list[str]:
        return [sys.executable, "-c", "from gateway.cli import main; main()"]
