"""What the heart loses while its API is hammered: `python -m benchmarks.hammered`; a part of benchmarks.api.

A real gateway is fed at a fixed rate by a real broker. A program of its own asks the API for lists, by
several connections and without a pause; then nobody asks; in turns. All share the same cores, so the rate
says what a machine of this size loses, and processor time for each reading what the heart itself does more.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.rig.gateway import wait_for
from benchmarks.rig.token import token_of
from benchmarks.rig.world import World

RATE: Final = 4000.0  # readings a second: more than 10 000 probes that are read every 3 s
DEVICES: Final = 300
TURNS: Final = 3  # of both, so that neighbours on the machine disturb both alike
TURN_S: Final = 10.0
CONNECTIONS: Final = 4
WARM_S: Final = 5.0
PATHS: Final = ("values?limit=300", "channels?limit=300", "alarms", "excursions", "statements", "status")
PAGES: Final = '[pages]\nlisten = "127.0.0.1:{port}"\nplain = true\n'


@dataclass(slots=True)
class Share:
    """Of all turns of one kind."""

    readings: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        return self.readings / self.seconds

    @property
    def cpu_us(self) -> float:
        return 1e6 * self.cpu_s / self.readings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hammered", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, help="readings a second")
    parser.add_argument("--hammer", nargs=2, metavar=("PORT", "SECONDS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.hammer:
        _hammer(int(given.hammer[0]), float(given.hammer[1]), os.environ["CRYOGATE_TOKEN"])
    else:
        report(given.rate)


def report(rate: float = RATE) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    quiet, hammered, asked = Share(), Share(), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        World(Path(folder), rate, devices=DEVICES, more=PAGES.format(port=port), delays="") as world,
    ):
        token = token_of(world.gateway.config)
        wait_for(lambda: _answers(port), "the API answers")
        world.publisher.start()
        time.sleep(WARM_S)
        for _ in range(TURNS):
            _measure(world, quiet)
            asked += _measure(world, hammered, _start_hammer(port, token))
        world.gateway.stop()  # its pages, too
    lost = 1 - hammered.rate / quiet.rate
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"fed at {rate:.0f} readings/s, nobody asks: {quiet.rate:.0f} stored/s, {quiet.cpu_us:.0f} us each")
    print(
        f"the API hammered ({asked / hammered.seconds:.0f} answers/s): {hammered.rate:.0f} stored/s, "
        f"{hammered.cpu_us:.0f} us each; lost {100 * lost:.1f} % (goal: under 2 %)"
    )


def _measure(world: World, share: Share, hammer: subprocess.Popen[str] | None = None) -> int:
    """How many answers the hammer got."""
    before, cpu_s, began_s = world.gateway.counts()["readings"], world.gateway.cpu_s(), time.monotonic()
    time.sleep(TURN_S)
    share.readings += world.gateway.counts()["readings"] - before
    share.cpu_s += world.gateway.cpu_s() - cpu_s
    share.seconds += time.monotonic() - began_s
    return 0 if hammer is None else int(hammer.communicate()[0])


def _start_hammer(port: int, token: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "benchmarks.hammered", "--hammer", str(port), str(TURN_S)]
    environment = {**os.environ, "CRYOGATE_TOKEN": token}
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)


def _hammer(port: int, seconds: float, token: str) -> None:
    """Prints how many answers came, refusals for haste among them."""
    counts = [0] * CONNECTIONS
    until_s = time.monotonic() + seconds

    def ask(k: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until_s:
            path = PATHS[counts[k] % len(PATHS)]
            connection.request("GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
            connection.getresponse().read()
            counts[k] += 1

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(counts))


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/api/v1/alive")
        return connection.getresponse().status == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
