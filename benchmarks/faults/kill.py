"""kill -9 at random moments: while it starts, connects, commits, screens, writes records."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig.world import World

KILLS: Final = {"short": 8, "usual": 30, "long": 500}
LONGEST_LIFE_S: Final = 1.2
LOOKED_AT: Final = 4  # every so many: let it live until its first commit, to measure the recovery
SEED: Final = 20_260_105


def at_300(folder: Path, size: Size, tell: Tell) -> Outcome:
    """300 messages a second."""
    return _killed("kill -9 at 300/s", folder, 300, KILLS[size], tell)


def at_3000(folder: Path, size: Size, tell: Tell) -> Outcome:
    """3 000 messages a second."""
    return _killed("kill -9 at 3 000/s", folder, 3000, KILLS[size], tell)


def _killed(name: str, folder: Path, rate: int, kills: int, tell: Tell) -> Outcome:
    dice = random.Random(SEED)
    recoveries = []
    with World(folder, rate) as world:
        world.publisher.start()
        for n in range(kills):
            tell(f"kill {n + 1} of {kills}")
            time.sleep(dice.uniform(0.0, LONGEST_LIFE_S))
            world.gateway.kill()
            world.gateway.start()
            if n % LOOKED_AT == 0:
                recoveries.append(world.first_commit())
        tell("settling")
        account = world.settle()
    note = f"{kills} kills, {account.alarms} alarms as in a replay of the same readings"
    failed = "" if account.alarms else "no alarm at all: nothing was compared"
    return outcome(name, note, account, max(recoveries), failed)
