"""Files of one day each that are appended to exactly once: which are open, and how long they are.

    readings-2026-01-05.csv, readings-2026-01-05-more-7.csv

Those touched last stay open; their sizes are the resume state, which stays small however old a sink grows. A
file that is closed is never touched again: what comes later for its day goes into one more file. So whatever
a crash left behind the state can be told apart and taken away.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, field
from datetime import date
from pathlib import Path
from typing import Final, Self

from gateway.dataclass import dataclass

OPEN_FILES: Final = 3  # of one kind: midnight, and a clock that was set
_EPOCH: Final = date(1970, 1, 1).toordinal()
_NAME: Final = re.compile(r"([a-z]+)-(\d{4}-\d\d-\d\d)(?:-more-(\d+))?\.csv")


@dataclass(slots=True)
class DayFiles:
    """By kind of file ("readings"); a day is counted from 1970."""

    open: dict[str, int] = field(default_factory=dict)  # bytes that count, by name, touched last comes last
    closed: dict[str, int] = field(default_factory=dict)  # the newest day of a closed file, by kind
    more: int = 1  # number of the next additional file

    @classmethod
    def of_state(cls, state: bytes) -> Self:
        said = json.loads(state)
        return cls(**said) if "open" in said else cls.of_sizes(said)  # 0.1.0: sizes of all files

    @classmethod
    def of_folder(cls, folder: Path) -> Self:
        """Behind whatever is there."""
        return cls.of_sizes({p.name: p.stat().st_size for p in folder.glob("*.csv")})

    @classmethod
    def of_sizes(cls, sizes: dict[str, int]) -> Self:
        ours = sorted((name for name in sizes if _NAME.fullmatch(name)), key=_day)
        files = cls({name: sizes[name] for name in ours}, more=1 + max(map(_number, ours), default=0))
        files._close_the_oldest()
        return files

    def state(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    def name(self, kind: str, day: int) -> str:
        """The file for rows of a day; a new one is to be begun where it is not open."""
        plain = f"{kind}-{date.fromordinal(_EPOCH + day)}.csv"
        found = [name for name in self.open if _kind(name) == kind and _day(name) == day]
        if found or day > self.closed.get(kind, -1):
            return found[-1] if found else plain
        self.more += 1
        return f"{plain.removesuffix('.csv')}-more-{self.more - 1}.csv"

    def grown(self, sizes: dict[str, int]) -> None:
        """These were written to, and count up to these sizes."""
        for name, size in sizes.items():
            self.open.pop(name, None)
            self.open[name] = size
        self._close_the_oldest()

    def cut_back(self, folder: Path) -> None:
        """Take away what was written behind this state: the batches that come again may be cut elsewhere."""
        for path in [p for p in folder.glob("*.csv") if _NAME.fullmatch(p.name)]:
            if path.name in self.open:
                if path.stat().st_size > self.open[path.name]:
                    os.truncate(path, self.open[path.name])
            elif self._is_behind(path.name):
                path.unlink()

    def _is_behind(self, name: str) -> bool:
        number = _number(name)
        return number >= self.more if number else _day(name) > self.closed.get(_kind(name), -1)

    def _close_the_oldest(self) -> None:
        for kind in {_kind(name) for name in self.open}:
            mine = [name for name in self.open if _kind(name) == kind]
            for name in mine[:-OPEN_FILES]:
                del self.open[name]
                self.closed[kind] = max(_day(name), self.closed.get(kind, -1))


def _parts(name: str) -> re.Match[str]:
    found = _NAME.fullmatch(name)
    assert found is not None, name
    return found


def _kind(name: str) -> str:
    return _parts(name)[1]


def _day(name: str) -> int:
    return date.fromisoformat(_parts(name)[2]).toordinal() - _EPOCH


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    return int(found[3]) if found and found[3] else 0
