"""Hours at full rate: devices send whatever goes through, and memory stays flat."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig.world import World

LASTS_S: Final = {"short": 4.0, "usual": 600.0, "long": 3600.0}
AHEAD: Final = 20_000  # messages that may wait with the broker; then devices pause
WARM: Final = 0.6  # of the time: caches and windows fill
MOST_GROWTH_MB: Final = 10.0  # in the rest
DEVICES: Final = 100
PERIOD: Final = 4_000  # readings of a device from one alarm to the next
SHORTEST_S: Final = 60.0  # a slope over less says nothing
LOOK_S: Final = 0.2
FLOORS: Final = 8  # parts of the time after warming; the least of each is its floor


def full_rate(folder: Path, size: Size, tell: Tell) -> Outcome:
    """Full rate means that a little always waits with the broker."""
    memory: list[tuple[float, float]] = []
    with World(folder, 0, devices=DEVICES, period=PERIOD) as world:
        began = time.monotonic()
        world.publisher.start()
        while (at_s := time.monotonic() - began) < LASTS_S[size]:
            taken = world.gateway.counts().get("readings", 0)
            ahead = len(world.publisher.times) - taken
            (world.publisher.paused.set if ahead > AHEAD else world.publisher.paused.clear)()
            memory.append((at_s, world.gateway.resident_mb()))
            tell(f"{at_s:.0f} of {LASTS_S[size]:.0f} s, {taken} readings, {memory[-1][1]:.0f} MB")
            time.sleep(LOOK_S)
        rate = taken / at_s
        world.publisher.paused.clear()
        began = time.monotonic()
        account = world.settle()
    slope = _slope_mb_per_h(memory)
    most_mb = max(held_mb for _, held_mb in memory)
    said = f", its floor {slope:+.1f} MB/h" if LASTS_S[size] >= SHORTEST_S else ""
    note = f"{at_s / 60:.1f} min at {rate:,.0f} messages/s; memory up to {most_mb:.0f} MB{said}"
    grown_mb = slope * LASTS_S[size] * (1 - WARM) / 3600
    is_much = grown_mb > MOST_GROWTH_MB and LASTS_S[size] >= SHORTEST_S
    failed = f"memory grew by {grown_mb:.0f} MB in the last {1 - WARM:.0%}" if is_much else ""
    return outcome("soak at full rate", note, account, None, failed)


def _slope_mb_per_h(memory: list[tuple[float, float]]) -> float:
    """Of the floor: what is held when no batch is large, the least of each part of the time.

    What leaks is never given back and lifts the floor; a bump that goes away again is a batch.
    """
    late = np.array(memory[int(len(memory) * WARM) :])
    parts = np.array_split(late, min(FLOORS, len(late)))
    floor = np.array([part[part[:, 1].argmin()] for part in parts])
    return float(np.polyfit(floor[:, 0], floor[:, 1], 1)[0]) * 3600
