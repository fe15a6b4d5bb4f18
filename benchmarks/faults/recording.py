"""The system calls by which a process changes files, recorded with strace, and the states a power cut leaves.

Modelled: bytes that were written but not synced are there or not, in units of 512; the last write is torn.
Not modelled: a file or its removal that the directory forgets (SQLite syncs the directory itself).
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from benchmarks.rig import Unavailable

SECTOR: Final = 512  # bytes that a disk writes whole
CALLS: Final = "openat,pwrite64,write,ftruncate,fdatasync,fsync,unlink"
WRITE: Final = re.compile(r'pwrite64\(\d+<(.*?)>, "(.*)", \d+, (\d+)\) += (\d+)')
SAID: Final = re.compile(r'write\(1<.*?>, "(.*)", \d+\) += \d+')
SYNC: Final = re.compile(r"f(?:data)?sync\(\d+<(.*?)>\) += 0")
TRUNCATE: Final = re.compile(r"ftruncate\(\d+<(.*?)>, (\d+)\) += 0")
UNLINK: Final = re.compile(r'unlink\("(.*?)"\) += 0')
CREATE: Final = re.compile(r'openat\(.*?, "(.*?)", [A-Z_|]*O_CREAT.*\) += \d+')

Files = dict[str, bytearray]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: on the file of that name; `said`: a line of the standard output."""

    kind: Literal["create", "write", "truncate", "sync", "unlink", "said"]
    name: str = ""
    at: int = 0  # offset, or the new length
    data: bytes = b""


_Choice = Callable[[Operation], Iterator[Operation]]


def record(command: Sequence[str], folder: Path) -> list[Operation]:
    """Run `command`; what it did to files in `folder`, in order. Raises Unavailable."""
    strace = shutil.which("strace")
    if strace is None:
        raise Unavailable("strace is not installed (Debian package strace)")
    trace = folder.with_suffix(".trace")
    watched = [strace, "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(trace), *command]
    done = subprocess.run(watched, capture_output=True, text=True, check=False)
    if not trace.exists() or not trace.stat().st_size:
        raise Unavailable(f"strace cannot trace here: {done.stderr.strip()}")
    with trace.open() as lines:
        return [operation for line in lines for operation in _parsed(line, folder)]


def _parsed(line: str, folder: Path) -> Iterator[Operation]:
    if found := SAID.match(line):
        yield Operation("said", data=_bytes(found[1]))
    elif found := WRITE.match(line):
        yield from _inside(folder, found[1], "write", int(found[3]), _bytes(found[2])[: int(found[4])])
    elif found := SYNC.match(line):
        yield from _inside(folder, found[1], "sync")
    elif found := TRUNCATE.match(line):
        yield from _inside(folder, found[1], "truncate", int(found[2]))
    elif found := UNLINK.match(line):
        yield from _inside(folder, found[1], "unlink")
    elif found := CREATE.match(line):
        yield from _inside(folder, found[1], "create")


def _inside(
    folder: Path,
    path: str,
    kind: Literal["create", "write", "truncate", "sync", "unlink"],
    at: int = 0,
    data: bytes = b"",
) -> Iterator[Operation]:
    """Of files that a power cut leaves; the shared memory is none."""
    where = Path(_bytes(path).decode())
    if where.parent == folder and not where.name.endswith("-shm"):
        yield Operation(kind, where.name, at, data)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class Disk:
    """What is on the disk for certain, and what has been written since the last sync of each file."""

    def __init__(self) -> None:
        self._safe: Files = {}
        self._open: dict[str, list[Operation]] = {}  # not yet synced
        self._newest: Operation | None = None

    def do(self, operation: Operation) -> None:
        name, self._newest = operation.name, operation
        if operation.kind == "create":
            self._safe.setdefault(name, bytearray())
        elif operation.kind == "unlink":
            self._safe.pop(name, None)
            self._open.pop(name, None)
        elif operation.kind == "sync":
            for one in self._open.pop(name, []):
                _apply(self._safe[name], one)
        elif operation.kind in ("write", "truncate"):
            self._open.setdefault(name, []).append(operation)

    def all_written(self) -> Files:
        """Everything reached the disk: the process alone was killed."""
        return self._with(lambda one: iter([one]))

    def synced_only(self) -> Files:
        """Nothing reached the disk that was not synced."""
        return self._with(lambda _: iter([]))

    def torn(self) -> Iterator[Files]:
        """Everything but the end of the newest write, cut at each border of sectors."""
        last = self._newest
        if last is None or last.kind != "write":
            return
        first = last.at // SECTOR * SECTOR + SECTOR
        for border in range(first, last.at + len(last.data), SECTOR):
            cut = Operation("write", last.name, last.at, last.data[: border - last.at])
            yield self._with(lambda one, cut=cut: iter([cut if one is last else one]))  # type: ignore[misc]

    def shuffled(self, dice: random.Random) -> Files:
        """Of what was not synced each sector reached the disk or not."""

        def some(one: Operation) -> Iterator[Operation]:
            if one.kind == "truncate":
                yield from [one] if dice.random() < 0.5 else []
                return
            at, end = one.at, one.at + len(one.data)
            while at < end:
                border = min(end, at // SECTOR * SECTOR + SECTOR)
                if dice.random() < 0.5:
                    yield Operation("write", one.name, at, one.data[at - one.at : border - one.at])
                at = border

        return self._with(some)

    def _with(self, chosen: _Choice) -> Files:
        files = dict(self._safe)
        for name, waiting in self._open.items():
            files[name] = bytearray(files[name])
            for one in waiting:
                for part in chosen(one):
                    _apply(files[name], part)
        return files


def _apply(file: bytearray, one: Operation) -> None:
    if one.kind == "truncate":
        del file[one.at :]
        file.extend(bytes(one.at - len(file)))
        return
    file.extend(bytes(max(0, one.at - len(file))))
    file[one.at : one.at + len(one.data)] = one.data
