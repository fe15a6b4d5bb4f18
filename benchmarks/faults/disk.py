"""The disk: full, read-only after an error, slow."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig import Unavailable
from benchmarks.rig.disks import Image, fill, small_memory_disk
from benchmarks.rig.gateway import Gateway, wait_for
from benchmarks.rig.world import World
from gateway.alarming.faults import FAULT
from gateway.app import JOURNAL
from gateway.journal.journal import Journal
from gateway.running.space import SPACE

HELD_S: Final = {"short": 1.5, "usual": 20.0, "long": 120.0}  # how long the fault lasts
DISK_BYTES: Final = 24_000_000
LOW_BYTES: Final = 6_000_000
RATE: Final = 3000
FAST: Final = 8_000  # more than a gateway with so slow a disk and so short a queue takes
SYNC_US: Final = 200_000
QUEUE: Final = 2000  # messages in memory, where the disk is slow
MOST_GROWTH_MB: Final = 30.0  # of memory, from the first moment of a fault on


def full(folder: Path, size: Size, tell: Tell) -> Outcome:
    """Somebody else's file fills the disk step by step, stays, and goes."""
    with (
        small_memory_disk(folder / "disk", DISK_BYTES) as disk,
        World(folder, RATE, data=disk / "data", journal=f"low_space_bytes = {LOW_BYTES}") as world,
    ):
        world.publisher.start()
        tell("the disk fills up")
        filler = fill(disk, LOW_BYTES - 1_000_000)
        wait_for(lambda: _faults(world, SPACE), "the disk is announced as filling up")
        announced_ns = time.time_ns()
        fill(disk, 0)
        wait_for(lambda: world.gateway.counts().get("problem"), "the journal cannot be written")
        memory = Memory(world.gateway)
        time.sleep(HELD_S[size])
        held = world.publisher.acknowledged_count - _stored(world)
        grown_mb = memory.grown_mb()
        tell("room again")
        filler.unlink()
        recovery_s = wait_for(lambda: world.gateway.counts().get("problem") == "", "it is written again")
        account = world.settle()
        outage = _outage(world)
    failed = "" if outage is not None and outage > announced_ns else "the outage is not in the journal"
    failed = failed or _too_much(grown_mb)
    note = (
        f"announced before, nothing acknowledged for {HELD_S[size]:.0f} s, {held} messages waited with the "
        f"broker, memory +{grown_mb:.0f} MB, the outage stands in the journal"
    )
    return outcome("disk full", note, account, recovery_s, failed)


def read_only(folder: Path, size: Size, tell: Tell) -> Outcome:
    """The file system turns read-only under the running gateway; it is repaired and both start again."""
    image = Image(folder / "disk.ext4", folder / "disk", 3 * DISK_BYTES)
    try:
        with World(folder, RATE, data=image.folder / "data") as world:
            world.publisher.start()
            time.sleep(HELD_S[size])
            tell("read-only")
            image.fail()
            wait_for(lambda: world.gateway.counts().get("problem"), "the journal cannot be written")
            said = world.gateway.counts()["problem"]
            memory = Memory(world.gateway)
            time.sleep(HELD_S[size])
            grown_mb = memory.grown_mb()
            tell("repaired")
            world.gateway.kill()
            image.repair()
            world.gateway.start()
            recovery_s = world.first_commit()
            account = world.settle()
    finally:
        image.unmount()
    told = "" if "read-only" in said or "disk" in said else f"it does not say why: {said}"
    note = f"ext4 aborted as at a disk error for {HELD_S[size]:.0f} s, checked, mounted, started again"
    return outcome("disk read-only", note, account, recovery_s, told or _too_much(grown_mb))


def slow(folder: Path, size: Size, tell: Tell) -> Outcome:
    """Every sync takes 200 ms, the queue is short, and devices send more than goes through."""
    strace = shutil.which("strace")
    if strace is None:
        raise Unavailable("strace is not installed (Debian package strace)")
    delayed = [
        strace,
        "-D",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        f"inject=fsync,fdatasync:delay_exit={SYNC_US}",
        "-o",
        "/dev/null",
    ]
    bounded = f"queue_messages = {QUEUE}"
    with World(folder, FAST, journal=bounded, prefix=delayed) as world:
        memory = Memory(world.gateway)
        world.publisher.start()
        tell("every sync takes 200 ms")
        time.sleep(HELD_S[size])
        held = world.publisher.acknowledged_count - _stored(world)
        waiting = world.gateway.counts()["waiting"]
        world.publisher.paused.set()
        grown_mb = memory.grown_mb()
        tell(f"{held} messages wait with the broker")
        began = time.monotonic()
        account = world.settle()
        recovery_s = time.monotonic() - began
    note = (
        f"the broker held up to {held} messages, the gateway {waiting} (queue {QUEUE}), "
        f"memory +{grown_mb:.0f} MB"
    )
    failed = "" if held > QUEUE else "the broker held nothing: the disk was not slow enough"
    return outcome("slow disk, sync 200 ms", note, account, recovery_s, failed or _too_much(grown_mb))


class Memory:
    """Watches the memory of a gateway in a thread."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._enough = threading.Event()
        self.seen_mb = [gateway.resident_mb()]
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self._thread.start()

    def grown_mb(self) -> float:
        """The most it ever held, less what it held at first; ends the watch."""
        self._enough.set()
        self._thread.join()
        return max(self.seen_mb) - self.seen_mb[0]

    def _watch(self) -> None:
        while not self._enough.wait(0.1):
            self.seen_mb.append(self._gateway.resident_mb())


def _too_much(grown_mb: float) -> str:
    return f"memory grew by {grown_mb:.0f} MB" if grown_mb > MOST_GROWTH_MB else ""


def _faults(world: World, key: str) -> bool:
    with Journal.open_reading(world.gateway.data / JOURNAL) as journal:
        return any(s.body["fault"] == key for _, s in journal.statements(FAULT))


def _outage(world: World) -> int | None:
    """When the last outage was stated."""
    with Journal.open_reading(world.gateway.data / JOURNAL) as journal:
        return max((s.at_ns for _, s in journal.statements("outage")), default=None)


def _stored(world: World) -> int:
    with Journal.open_reading(world.gateway.data / JOURNAL) as journal:
        return len(journal.read(None, 0, None))
