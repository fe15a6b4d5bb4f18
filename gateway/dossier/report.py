"""A report before it is printed: its facts, and the readings that are attached to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.dataclass import dataclass
from gateway.dossier.kinds import kind_of
from gateway.dossier.state import State
from gateway.questions.signed_records import canonical


@dataclass(frozen=True, slots=True)
class Samples:
    """Readings of channels (names) over [start, end), as files of this name."""

    name: str
    channels: tuple[str, ...]
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Report:
    """`told["report"]` names its kind (kinds/)."""

    told: Mapping[str, Any]
    state: State
    samples: tuple[Samples, ...] = ()

    @property
    def words(self) -> str:
        """For people at a terminal."""
        about = kind_of(self.told).foot(self.told)
        return f"report of {about}" + (", preliminary" if self.told["preliminary"] else "")


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """The canonical form that is attached: keys sorted, no blanks, UTF-8."""
    return canonical(dict(told))
