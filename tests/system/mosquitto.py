"""A real mosquitto on a free loopback port, with its own configuration and directory; can be killed."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

START_S = 60.0  # machines are shared


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """`extra` is text for the listener: TLS, password file, limits."""

    def __init__(self, folder: Path, extra: str = "allow_anonymous true") -> None:
        self.folder = folder
        self.port = free_port()
        self._program = _find()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            f"user {getpass.getuser()}\n"  # else root becomes `mosquitto`, who may not write here
            "persistence true\n"
            f"persistence_location {folder}/\n"
            "autosave_interval 1\n"
            "max_queued_messages 0\n"  # the default drops beyond 1000 although the publisher got its PUBACK
            f"listener {self.port} 127.0.0.1\n"
            f"{extra}\n"
        )

    def start(self) -> None:
        """Returns when it accepts connections."""
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(self._configuration)], stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_S
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"mosquitto did not start:\n{self.log()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: what is not saved is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """SIGTERM: saves its state."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(START_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def restart(self) -> None:
        """Stop, if it runs, and start again on the same port with what was saved."""
        self.stop()
        self.start()

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "mosquitto.log").read_text(errors="replace")

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True


def _find() -> str:
    found = shutil.which("mosquitto", path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
    if found is None:
        pytest.fail("no mosquitto here: install Debian package mosquitto or run scripts/test")
    return found
