"""Alarm changes as lines of JSON in a file, synced: for scripts, log shippers and people with `tail -f`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.errors import LinkDown


@dataclass(frozen=True, slots=True)
class Options:
    """`path`: the file, created with its folder when missing."""

    path: str = field(metadata={"path": True})


class Notifier:
    """Appends one line a change; the line is on disk when `notify` returns."""

    def __init__(self, options: Options) -> None:
        self._path = Path(options.path)

    def notify(self, change: str, alarm: Mapping[str, Any]) -> None:
        """Raises LinkDown when the file can not be written."""
        line = json.dumps({"change": change, **alarm}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise LinkDown(f"{self._path}: {error.strerror}; check the path and the disk") from error
