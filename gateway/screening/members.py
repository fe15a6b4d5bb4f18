"""The instances of one rule kind as columns, ordered by channel, so that a batch finds its own at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Times, to_ns
from gateway.screening.batch import CHANNEL, Batch
from gateway.screening.cells import Cells
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings
from gateway.screening.gaps import Gaps
from gateway.screening.history import History
from gateway.screening.plan import FOREVER, FOREVER_PAST, SUPERSEDED, ChannelPlan, Instance, Reset
from gateway.screening.ranges import Rows, expand

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Members:
    """All instances of one kind; arrays of length I.

    Those without an end come first, ordered by `row`, then the others, also ordered by `row`: of rules that
    changed often most instances are over, and what comes live passes them over at once.
    """

    number: NDArray[np.int32]  # position in the plan
    row: Rows  # position of the channel in the screen
    parameters: tuple[Any, ...]
    valid_from: Times  # ns UTC; FOREVER_PAST where unbounded
    valid_to: Times  # ns UTC; FOREVER where unbounded
    goes_on: Mask  # where the readings from then on are of the same place
    sees_from: Times  # ns UTC; what lies before is not looked back on
    silent_from: Times  # ns UTC; from then on a channel that was never heard is silent, NEVER for not at all
    gaps: Gaps  # of each member's channel
    begin: Rows  # int64[C + 1], first member without an end of each channel
    ending: Rows  # int64[C + 1], first of the others
    gaps_of: Gaps  # of every channel of the screen
    names: tuple[str, ...]  # of every channel of the screen
    resets: tuple[tuple[int, ...], ...]  # ns UTC, those that people stated

    @staticmethod
    def of(
        instances: list[tuple[int, int, Instance]],
        channels: list[ChannelPlan],
        resets: Iterable[Reset] = (),
    ) -> Members:
        """From (number, row, instance) in any order; `channels` in the order of the screen."""
        ordered = sorted(instances, key=lambda e: (e[2].valid_to_ns != FOREVER, e[1], e[0]))
        row = np.array([e[1] for e in ordered], np.int64)
        lasting = sum(e[2].valid_to_ns == FOREVER for e in ordered)
        gaps = Gaps.of(channels)
        stated: dict[tuple[int, str], list[int]] = {}
        for reset in resets:
            stated.setdefault((reset.channel, reset.rule), []).append(reset.at_ns)
        return Members(
            np.array([e[0] for e in ordered], np.int32),
            row,
            tuple(e[2].parameters for e in ordered),
            np.array([e[2].valid_from_ns for e in ordered], np.int64),
            np.array([e[2].valid_to_ns for e in ordered], np.int64),
            np.array([e[2].ends_by == SUPERSEDED for e in ordered], np.bool_),
            np.array([e[2].looks_from_ns for e in ordered], np.int64),
            np.array([e[2].silent_from_ns for e in ordered], np.int64),
            gaps.take(row),
            np.searchsorted(row[:lasting], np.arange(len(channels) + 1)),
            np.searchsorted(row[lasting:], np.arange(len(channels) + 1)) + lasting,
            gaps,
            tuple(c.name for c in channels),
            tuple(tuple(stated.get((e[2].channel, e[2].rule), ())) for e in ordered),
        )

    def __len__(self) -> int:
        return len(self.number)

    @cached_property
    def bounded(self) -> bool:
        """Whether any instance comes into force or out of it."""
        return bool((self.valid_from != FOREVER_PAST).any() or (self.valid_to != FOREVER).any())

    @cached_property
    def sees_after(self) -> Times:
        """ns UTC; what is looked back on is later."""
        return self.sees_from - (self.sees_from > FOREVER_PAST)

    @cached_property
    def everyone(self) -> Rows:
        return np.arange(len(self))

    @cached_property
    def one_each(self) -> bool:
        """Whether every channel of the screen has one instance."""
        return bool((np.diff(self.begin) == 1).all())

    def touched(self, batch: Batch, besides: Mask | None = None) -> tuple[Rows, Rows]:
        """The members that may see readings of the batch, or have something open that ends in it, and the
        segment of each; ordered by member.

        `besides`: also those that come into force later, or were in force before the channel was heard.
        """
        member, segment = self._lasting_of(batch)
        if not self.bounded:
            return member, segment
        if self._last_begin > batch.seen.min():
            come = self._have_come(member, segment, batch, besides)
            member, segment = member[come], segment[come]
        begun = batch.before["seen"]
        if besides is None:
            begun = np.where(begun == NEVER, batch.time[batch.lo], begun)
        if self._last_end <= begun.min():
            return member, segment
        lo = self.ending[batch.row]
        count = self.ending[batch.row + 1] - lo
        other, its = expand(lo, count), np.repeat(np.arange(len(lo)), count)
        alive = self._have_come(other, its, batch, besides) & (self.valid_to[other] > begun[its])
        return np.concatenate((member, other[alive])), np.concatenate((segment, its[alive]))

    def _have_come(self, member: Rows, segment: Rows, batch: Batch, besides: Mask | None) -> Mask:
        come: Mask = self.valid_from[member] <= batch.seen[segment]
        return come if besides is None else come | besides[member]

    def _lasting_of(self, batch: Batch) -> tuple[Rows, Rows]:
        """The members without an end whose channel has readings in the batch, and the segment of each."""
        if len(batch.row) == len(self.begin) - 1:  # every channel of the screen
            return self.everyone[: self.begin[-1]], self.row[: self.begin[-1]]
        if self.one_each:
            return batch.row, np.arange(len(batch.row))
        lo = self.begin[batch.row]
        count = self.begin[batch.row + 1] - lo
        return expand(lo, count), np.repeat(np.arange(len(lo)), count)

    @cached_property
    def _last_begin(self) -> int:
        """ns UTC; all that have no end are in force from then on."""
        return int(self.valid_from[: self.begin[-1]].max(initial=FOREVER_PAST))

    @cached_property
    def _last_end(self) -> int:
        """ns UTC; all that have an end are over by then."""
        return int(self.valid_to[self.begin[-1] :].max(initial=FOREVER_PAST))

    def pairs(self, batch: Batch) -> tuple[Rows, Rows]:
        """(member, cell) for every cell of the batch that a member's channel has, ordered by both."""
        return with_cells(batch.cells, *self.touched(batch))

    def column(self, name: str) -> Floats:
        """A parameter of every member, float64[I]."""
        return np.array([getattr(p, name) for p in self.parameters], np.float64)

    def delay(self, name: str) -> Times:
        """A parameter in seconds of every member, int64[I] ns."""
        return np.array([to_ns(getattr(p, name)) for p in self.parameters], np.int64)

    def flag(self, name: str, wanted: object) -> Mask:
        """Where a parameter has the value `wanted`, bool[I]."""
        return np.array([getattr(p, name) == wanted for p in self.parameters], np.bool_)

    def channels_named(self, name: str) -> Rows:
        """Positions in the screen of the channels that a parameter names, -1 where it names none.

        Raises ValueError for a channel that is not in the plan.
        """
        place = {channel: k for k, channel in enumerate(self.names)} | {None: -1}
        wanted = [getattr(p, name) for p in self.parameters]
        unknown = sorted(set(wanted) - place.keys())
        if unknown:
            raise ValueError(f"{name} {unknown[0]!r} is no channel of the plan")
        return np.array([place[channel] for channel in wanted], np.int64)


def with_cells(cells: Cells, member: Rows, segment: Rows) -> tuple[Rows, Rows]:
    """(member, cell) for every cell of these members' segments, ordered as the members are."""
    if cells.one_each:
        return member, segment
    count = np.append(cells.begin[1:], len(cells.lo))[segment] - cells.begin[segment]
    return np.repeat(member, count), expand(cells.begin[segment], count)


def unheard(count: int) -> NDArray[Any]:
    """CHANNEL of channels that have shown nothing."""
    made = np.zeros(count, CHANNEL)
    made["seen"] = made["heard"] = NEVER
    made["value"] = np.nan
    return made


@dataclass(frozen=True, eq=False)
class Couples:
    """Pairs of channels (positions in the screen) that are looked at together, one pair a member."""

    one: Rows
    other: Rows
    reached: Times  # ns UTC up to which the pair has been followed; what comes for earlier is late
    seen: Times  # ns UTC of the last moment of the pair's signal


def uncoupled() -> Couples:
    """What `coupled` says of rules that look at one channel only."""
    none = np.empty(0, np.int64)
    return Couples(none, none, none, none)


@dataclass(frozen=True, eq=False)
class Guides:
    """Channels (positions in the screen) that decide which readings of others are BAD."""

    one: Rows  # whose readings are judged
    by: Rows  # the channel that decides
    gap: Times  # ns, how long a reading of that one holds
    doubt: Times  # ns UTC up to which a reading of it that is still to come could decide otherwise


def unguided() -> Guides:
    """What `guided` says of rules that judge no reading by another channel."""
    none = np.empty(0, np.int64)
    return Guides(none, none, none, none)


class Group(Protocol):
    """All instances of one kind, with their state; what a rule file's `group` makes."""

    members: Members
    state: NDArray[Any]  # one structured row per member; all there is to save

    def spoiled(self, batch: Batch) -> Rows:
        """Positions of readings that this kind declares BAD, before any rule is fed."""

    def feed(self, batch: Batch) -> list[Findings]:
        """Findings of these readings; `instance` holds plan positions."""

    def advance(self, until_ns: Times, known: NDArray[Any]) -> list[Findings]:
        """Findings of silence alone, where the channel is known to be silent until then (ns UTC, one for all
        or int64[I]); `known` is CHANNEL[I], each member's channel."""

    def present(self, member: Rows) -> Findings:
        """What is open at these members."""

    def looks_back(self) -> tuple[Rows, Times]:
        """Channels (positions in the screen) and the ns of history that these rules need of each."""

    def coupled(self) -> Couples:
        """Pairs of channels that are looked at together; none, or one for each member."""

    def guided(self) -> Guides:
        """Which channels' readings are judged by another channel."""

    def standing(self) -> tuple[Mask, Mask]:
        """Of each member whether its condition holds and whether an excursion is open, bool[I]."""

    def blank(self, count: int) -> NDArray[Any]:
        """State rows of instances that nothing has happened to."""


@runtime_checkable
class Pairing(Group, Protocol):
    """A group whose instances look at two channels, of which one may be behind."""

    def remembers(self, history: History) -> None:
        """Where the screen keeps what its channels have shown last."""

    def ahead(self, row: Rows, heard: Times) -> list[Findings]:
        """What follows `feed`: everything about pairs of these channels that is not settled.

        `heard` int64[C] ns UTC, the last usable reading of every channel.
        """
