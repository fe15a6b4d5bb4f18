"""A report before it is printed: its facts, and the readings that are attached to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from gateway.dataclass import dataclass
from gateway.dossier.kinds import kind_of
from gateway.dossier.state import State
from gateway.json_text import canonical


@dataclass(frozen=True, slots=True)
class Samples:
    """Readings of channels (names) over [start, end), as files of this name.

    `heard`: the number of the one whose readings facts are made of.
    """

    name: str
    channels: tuple[str, ...]
    start_ns: int
    end_ns: int
    heard: int | None = None


@dataclass(frozen=True)
class Report:
    """`told["report"]` names its kind (kinds/). Facts are made when they are asked for, after samples."""

    tell: Callable[[], Mapping[str, Any]]
    state: State
    samples: tuple[Samples, ...] = ()

    @cached_property
    def told(self) -> Mapping[str, Any]:
        return self.tell()

    @property
    def words(self) -> str:
        """For people at a terminal."""
        about = kind_of(self.told).foot(self.told)
        return f"report of {about}" + (", preliminary" if self.told["preliminary"] else "")


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """The canonical form that is attached: keys sorted, no blanks, UTF-8."""
    return canonical(dict(told))
