"""Sinks, one file each: committed readings to the outside world; the file's name is the `kind` of a sink.

A file in this folder provides

    class Options                          frozen dataclass: the sink's table, without `kind`
    class Sink:                            see `Sink` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.model import Arrivals


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel measures and what, as the configuration has it; empty where it does not say.

    A channel that left the configuration has its name alone.
    """

    channel: str
    site: str = ""
    asset: str = ""
    zone: str = ""
    quantity: str = ""
    unit: str = ""  # canonical: the unit of the values


Places = Mapping[int, Place]  # by channel number


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a batch.

    `state` is what the sink needs to resume behind it. `rejected` are the readings that the outside world
    will never take, with the reason, by position in the batch; the follower parks them.
    """

    state: bytes
    rejected: Mapping[int, str] = field(default_factory=dict)


class Sink(Protocol):
    """One outside world. Used by one thread: resume, any number of writes, close; then resume again.

    `write` returns when the outside world has the batch. The follower stores the state together with its
    cursor, and what `resume` returns before the first write. After a crash the last batch comes again, and
    must not count twice.
    """

    def resume(self, state: bytes | None) -> bytes:
        """Go on behind the state that `resume` or `write` returned last; None: there is none."""

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown when it has to be tried again; `places` has every channel of the batch."""

    def close(self) -> None:
        """Let go of connections. Does not raise."""
