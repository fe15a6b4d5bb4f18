"""kill -9 on a general-purpose gateway: how much of what the broker acknowledged comes out of it."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Tell
from benchmarks.peers import Peer
from benchmarks.peers.install import install
from benchmarks.peers.listener import Listener
from benchmarks.peers.node_red import NodeRed
from benchmarks.peers.thingsboard import ThingsBoard
from benchmarks.rig.broker import Broker
from benchmarks.rig.publisher import Publisher

KILLS: Final = 5
RATE: Final = 300.0  # messages per second
MESSAGES: Final = 6000
DEVICES = 50  # more than go out in one millisecond: two values of a device at one time would be one
SEED = 20_260_105
LIFE_S = (1.0, 6.0)  # between kills; these programs take some seconds to start
REST_WITHIN_S = 120.0


def each(
    folder: Path, tell: Tell, kills: int = KILLS, rate: float = RATE, messages: int = MESSAGES
) -> Iterator[Outcome]:
    """One outcome a peer. Installs them into `folder` where they are not there. Raises Unavailable.

    Present is what came out: they store nothing of what passes through, or only what they could not send.
    """
    installed = install(folder)
    for kind in (ThingsBoard, NodeRed):
        with tempfile.TemporaryDirectory(prefix="cryogate-peers-", ignore_cleanup_errors=True) as place:
            broker = Broker(Path(place) / "mosquitto")
            broker.start()
            peer = kind(installed, Path(place) / "peer", broker.port)
            tell(f"kill -9 on {peer.name}")
            try:
                yield _killed(peer, broker, kills, rate, messages)
            finally:
                peer.kill()
                broker.stop()


def _killed(peer: Peer, broker: Broker, most: int, rate: float, messages: int) -> Outcome:
    dice = random.Random(SEED)
    listener = Listener(peer, broker.port)
    peer.start()
    listener.wait_ready()
    publisher = Publisher(broker.port, DEVICES, rate, most=messages, unit_ns=1_000_000)
    publisher.start()
    kills = 0
    while publisher.is_alive() and kills < most:
        time.sleep(dice.uniform(*LIFE_S))
        peer.kill()
        peer.start()
        kills += 1
    publisher.join()
    listener.wait_for_all(messages, REST_WITHIN_S)
    acknowledged = set(publisher.acknowledged().tolist())
    came_out = len(acknowledged & listener.heard_s.keys())
    listener.close()
    note = f"{kills} kills, {len(acknowledged) - came_out} readings did not come out"
    name = f"{peer.name}, kill -9 at {rate:.0f}/s"
    return Outcome(name, note, len(acknowledged), came_out, None, listener.repeats, None, is_promised=False)
