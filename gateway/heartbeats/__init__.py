"""Heartbeats, one file each: that this gateway lives, to somebody who notices when it does not say so.

The file's name is the `kind` of a heartbeat. A file in this folder provides

    class Options                          frozen dataclass with `period_s`: the table, without `kind`
    class Heartbeat:                       see `Heartbeat` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

from gateway.dataclass import dataclass

SHORTEST_PERIOD_S: Final = 5.0
LONGEST_PERIOD_S: Final = 3600.0  # longer, and nobody would be called within the hour


class Health(StrEnum):
    """What a gateway says of itself."""

    STARTING = "starting"  # its parts have not all gone round yet
    ALIVE = "alive"  # readings can be stored, are screened, and faults are looked for
    BLIND = "blind"  # it runs, and knows that it does not watch
    STOPPED = "stopped"  # somebody ended it


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat. `why`: what is wrong where it is blind; empty otherwise."""

    gateway: str
    journal: str  # id
    sites: tuple[str, ...]
    health: Health
    why: str
    at_ns: int


class Heartbeat(Protocol):
    """One way to say so. Used by one thread."""

    def beat(self, beat: Beat, /) -> str:
        """Returns once it was answered, with what; empty where nothing was to be said. Raises LinkDown."""

    def close(self) -> None:
        """Let go of connections. Does not raise."""


def check_period(period_s: float) -> None:
    """Raises ValueError."""
    if not SHORTEST_PERIOD_S <= period_s <= LONGEST_PERIOD_S:
        raise ValueError(
            f"period_s must lie between {SHORTEST_PERIOD_S:g} and {LONGEST_PERIOD_S:g}, found {period_s:g}"
        )
