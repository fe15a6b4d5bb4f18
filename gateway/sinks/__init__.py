"""Sinks, one file each: committed readings and what happens to alarms, to the outside world.

The file's name is the `kind` of a sink.

A file in this folder provides

    class Options                          frozen dataclass: the sink's table, without `kind`
    class Sink:                            see `Sink` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.model import Arrivals, Channels, Times

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel measured and what; empty where nobody said.

    A channel that no configuration ever had has its name alone.
    """

    channel: str
    site: str = ""
    asset: str = ""
    zone: str = ""
    quantity: str = ""
    unit: str = ""  # canonical: the unit of the values


class Places(Protocol):
    """Where every channel that the journal knows was, at any time."""

    def of(self, channel: Channels, time: Times, /) -> tuple[NDArray[np.int32], Sequence[Place]]:
        """int32[N]: for each reading, the position of its place in the list of different places."""


class FixedPlaces(dict[int, Place]):
    """By channel number, for channels that never move."""

    def of(self, channel: Channels, _: Times, /) -> tuple[NDArray[np.int32], Sequence[Place]]:
        numbers, which = np.unique(channel, return_inverse=True)
        return which.astype(np.int32), [self[number] for number in numbers.tolist()]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a batch of readings or of alarm changes.

    `state` is what the sink needs to resume behind it. `rejected` is what the outside world will never take,
    with the reason, by position in the batch; the follower parks it. `is_binding`: the next write, or a
    resume, takes away what earlier states need, so this one has to be durable before.
    """

    state: bytes
    rejected: Mapping[int, str] = field(default_factory=dict)
    is_binding: bool = False


class Sink(Protocol):
    """One outside world. Used by one thread: resume, any number of writes, close; then resume again.

    Writes return when the outside world has the batch. The follower stores the state together with its
    cursor, and what `resume` returns before the first write. After a crash the last batch comes again, or a
    longer one that begins with it, and must not count twice.
    """

    def resume(self, state: bytes | None) -> bytes:
        """Go on behind the state that `resume` or `write` returned last; None: there is none."""

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown when it has to be tried again."""

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """The same for what happened to alarms, at least one change, in the order it happened."""

    def close(self) -> None:
        """Let go of connections. Does not raise."""


@runtime_checkable
class Retaining(Protocol):
    """A sink whose outside keeps alarms at places that the configuration names, so it may have to move."""

    def succeed(self, name: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Called once, before `resume`: configurations of this journal, the oldest first, this one last."""

    @property
    def is_to_move(self) -> bool:
        """Whether something may stand where the present configuration has nothing; asked after `resume`."""

    def move(self, told: Iterable[AlarmChange], untold: Iterable[AlarmChange]) -> Written:
        """Bring it to its place and empty the old one. Raises LinkDown; once more does no harm.

        `told`: every change that this sink has delivered, as its cursor says; `untold`: those behind that.
        """
