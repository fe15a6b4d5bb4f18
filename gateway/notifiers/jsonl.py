"""Alarm changes as lines of JSON in a file, synced: for scripts, log shippers and people with `tail -f`.

Exactly once: after a start whatever comes is looked for in the last lines first, and half a line that a
crash left is cut off.
"""

from __future__ import annotations

import json
import os
from dataclasses import field
from pathlib import Path
from typing import BinaryIO, Final

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.journal import rights
from gateway.text import json_text
from gateway.times import format_rfc3339

LAST_LINES: Final = 1000  # looked at after a start; a crash repeats a page of changes, which is far less
BLOCK: Final = 65_536  # bytes
OURS: Final = b'{"change": '  # how a line of ours begins

Key = tuple[str, int]  # id of the alarm, number of the change


@dataclass(frozen=True, slots=True)
class Options:
    """`path`: the file, created with its folder when missing."""

    path: str = field(metadata={"path": True, "writes": "file"})


class Notifier:
    """Appends one line a change; the line is on disk when `notify` returns."""

    def __init__(self, options: Options) -> None:
        self._path = Path(options.path)
        self._there: set[Key] | None = None  # in the file before this start; None: not looked yet

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown when the file cannot be written."""
        said = {"change": change.change, "number": change.number}
        recorded = {"recorded": format_rfc3339(change.recorded_ns)}
        line = json_text({**said, **recorded, **change.alarm})
        try:
            if (change.alarm.get("id"), change.number) not in self._looked():
                self._append(line + "\n")
        except OSError as error:
            raise LinkDown(f"{self._path}: {error.strerror}; check the path and the disk") from error
        return ""

    def _looked(self) -> set[Key]:
        if self._there is None:
            rights.make_folder(self._path.parent)
            with open(self._path, "a+b", opener=rights.opener) as file:
                self._there = _keys(_tail(file))
        return self._there

    def _append(self, line: str) -> None:
        with open(self._path, "a", encoding="utf-8", opener=rights.opener) as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def _tail(file: BinaryIO) -> list[bytes]:
    """The last whole lines; half a line of ours behind them is cut off."""
    end, tail = file.seek(0, os.SEEK_END), b""
    while end > 0 and tail.count(b"\n") <= LAST_LINES:
        start = max(0, end - BLOCK)
        file.seek(start)
        tail, end = file.read(end - start) + tail, start
    whole, newline, half = tail.rpartition(b"\n")
    if half.startswith(OURS):
        file.truncate(file.seek(0, os.SEEK_END) - len(half))
    elif half:
        file.write(b"\n")
    return (whole + newline).splitlines()[-LAST_LINES:]


def _keys(lines: list[bytes]) -> set[Key]:
    """Of those that we wrote; others may stand in the file, too."""
    found: set[Key] = set()
    for line in lines:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and "number" in said:
            found.add((said.get("id", ""), said["number"]))
    return found
