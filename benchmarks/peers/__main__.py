"""kill -9 on general-purpose gateways: how much of what the broker acknowledged comes out of them.

    python -m benchmarks.peers FOLDER [--kills 5] [--rate 300] [--messages 6000]

Installs thingsboard-gateway and Node-RED into FOLDER if they are not there (pip, npm). Persistent session,
QoS 1, and for thingsboard-gateway its store on disk. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks.peers import Peer
from benchmarks.peers.install import install
from benchmarks.peers.listener import Listener
from benchmarks.peers.node_red import NodeRed
from benchmarks.peers.thingsboard import ThingsBoard
from benchmarks.rig.broker import Broker
from benchmarks.rig.publisher import Publisher

DEVICES = 50  # more than go out in one millisecond: two values of a device at one time would be one
SEED = 20_260_105
LIFE_S = (1.0, 6.0)  # between kills; these programs take some seconds to start
REST_WITHIN_S = 120.0


def main() -> None:
    """One line a peer and run."""
    given = _arguments()
    installed = install(given.folder)
    print("| | kills | acknowledged by the broker | came out | lost | twice |\n|---|---|---|---|---|---|")
    with Console(stderr=True).status("") as status:
        for kind in (ThingsBoard, NodeRed):
            with tempfile.TemporaryDirectory() as folder:
                broker = Broker(Path(folder) / "mosquitto")
                broker.start()
                peer = kind(installed, Path(folder) / "peer", broker.port)
                status.update(peer.name)
                try:
                    print(_killed(peer, broker, given))
                finally:
                    peer.kill()
                    broker.stop()


def _killed(peer: Peer, broker: Broker, given: argparse.Namespace) -> str:
    dice = random.Random(SEED)
    listener = Listener(peer, broker.port)
    peer.start()
    listener.wait_ready()
    publisher = Publisher(broker.port, DEVICES, given.rate, most=given.messages, unit_ns=1_000_000)
    publisher.start()
    kills = 0
    while publisher.is_alive() and kills < given.kills:
        time.sleep(dice.uniform(*LIFE_S))
        peer.kill()
        peer.start()
        kills += 1
    publisher.join()
    listener.wait_for_all(given.messages, REST_WITHIN_S)
    acknowledged = set(publisher.acknowledged().tolist())
    out = acknowledged & listener.heard_s.keys()
    listener.close()
    lost = len(acknowledged) - len(out)
    return f"| {peer.name} | {kills} | {len(acknowledged)} | {len(out)} | {lost} | {listener.repeats} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", type=Path, help="where the peers are, or are installed; not in the repository"
    )
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--rate", type=float, default=300.0, help="messages per second")
    parser.add_argument("--messages", type=int, default=6000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
