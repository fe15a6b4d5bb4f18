"""python -m benchmarks.read_only_disk: how often a disk that turns read-only says "written" of what is gone.

A program of a few lines appends to a file on ext4, calls fdatasync after each block, and notes what was said
to be written; the file system is aborted meanwhile, as the kernel does at an error of the disk, checked and
mounted again. Once as it is, and once with the question that the journal asks after each commit. Needs root.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.rig import Unavailable
from benchmarks.rig.disks import Image
from gateway.errors import JournalError
from gateway.journal.still_written import StillWritten

BLOCK = 12_288  # bytes, three pages
DISK_BYTES = 72_000_000
BEFORE_S = 0.5  # of writing, until it fails


class Writer(threading.Thread):
    """Appends blocks that hold their number until the file system refuses."""

    def __init__(self, folder: Path, asks: bool) -> None:
        super().__init__(daemon=True)
        self.said = 0  # blocks that were said to be written
        self._still_written = StillWritten(folder) if asks else None
        self._file = os.open(folder / "log", os.O_CREAT | os.O_WRONLY)

    def run(self) -> None:
        try:
            while True:
                os.pwrite(self._file, _block(self.said), self.said * BLOCK)
                os.fdatasync(self._file)
                if self._still_written is not None:
                    self._still_written.check()
                self.said += 1
                time.sleep(random.uniform(0, 0.004))
        except (OSError, JournalError):
            os.close(self._file)
            if self._still_written is not None:
                self._still_written.close()


def lies(folder: Path, asks: bool) -> bool:
    """Whether in one try anything is gone that was said to be written."""
    image = Image(folder / "disk.ext4", folder / "disk", DISK_BYTES)
    try:
        writer = Writer(image.folder, asks)
        writer.start()
        time.sleep(BEFORE_S)
        image.fail()
        writer.join()
        image.repair()
        data = (image.folder / "log").read_bytes()
        return any(data[n * BLOCK : (n + 1) * BLOCK] != _block(n) for n in range(writer.said))
    finally:
        image.unmount()
        shutil.rmtree(folder, ignore_errors=True)


def _block(number: int) -> bytes:
    return number.to_bytes(8, "big") * (BLOCK // 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=80, help="of each; 80 take about two minutes")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as base:
        for asks in (False, True):
            found = sum(lies(Path(base) / f"{asks}-{n}", asks) for n in range(tries))
            asked = "fdatasync, then another size of a file" if asks else "fdatasync alone"
            print(f"{asked}: something was gone in {found} of {tries} tries", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Unavailable as error:
        raise SystemExit(str(error)) from error
