"""A sink that is down for a week, and back: everything there, each once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig.gateway import wait_for
from benchmarks.rig.victoria import Victoria
from benchmarks.rig.world import World
from gateway.model import SECOND

WEEK_S: Final = 7 * 86_400
STEP_S: Final = {"short": 600, "usual": 60, "long": 10}  # from reading to reading of a device
DEVICES: Final = 10
UNPACED: Final = 0
WITHIN_S: Final = 600.0


def week(folder: Path, size: Size, tell: Tell) -> Outcome:
    """A simulated week of readings while the server is away; a kill -9 while it catches up."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Victoria(folder / "victoria")
    steps = WEEK_S // STEP_S[size]
    start_ns = (int(time.time()) - WEEK_S) * SECOND
    world = World(
        folder,
        UNPACED,
        devices=DEVICES,
        delays="",
        more=server.sink(folder),
        most=steps * DEVICES,
        start_ns=start_ns,
        step_ns=STEP_S[size] * SECOND,
    )
    try:
        with world:
            world.publisher.start()
            tell("a week of readings, nobody takes them")
            wait_for(lambda: not world.publisher.is_alive(), "the week is published", WITHIN_S)
            wait_for(lambda: world.gateway.counts().get("waiting") == 0, "the week is stored", WITHIN_S)
            tell("the server is back")
            server.start()
            began = time.monotonic()
            wait_for(lambda: server.points() > 0, "the first batch arrives", WITHIN_S)
            world.gateway.kill()
            world.gateway.start()
            world.gateway.wait_up()
            wait_for(lambda: server.points() >= steps * DEVICES, "everything arrives", WITHIN_S)
            recovery_s = time.monotonic() - began
            account = world.settle()
            points = server.points()
    finally:
        server.stop()
    short = "" if points == account.acknowledged else f"{points} points at the sink"
    note = (
        f"{steps} readings of {DEVICES} devices each, killed once while it caught up; {points} points there"
    )
    return outcome("sink away for a week", note, account, recovery_s, short)
