"""The screening kernel: readings in, findings out, all channels and all rules at once.

Feeding the same readings in other portions gives the same findings in the end, bit for bit; so does
saving and restoring in between. Memory is the state below: a few dozen bytes a channel and about 250 bytes
an instance, plus the readings of the longest window a rule looks back on.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Samples, Times
from gateway.screening import history
from gateway.screening.batch import Batch
from gateway.screening.boundaries import Boundaries
from gateway.screening.excursion import NEVER, Phase
from gateway.screening.findings import Findings, in_order, no_findings
from gateway.screening.history import History
from gateway.screening.kernels import kernel
from gateway.screening.members import Group, Guides, Members, Pairing, unguided, unheard
from gateway.screening.plan import Instance, Plan
from gateway.screening.ranges import Rows, chosen, starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARTHEST_NS: Final = 2**61  # either side of 1970 (73 years of ns): differences of times never overflow
LATEST: Final = np.iinfo(np.int64).max
LONG: Final = 64  # readings a channel from which on searching for its first is cheaper than looking at each
TEMPORARY: Final = (
    16 * 2**20
)  # bytes; else each one is given back and comes again page by page: half the time
FORMAT: Final = 6  # of saved states


@dataclass(frozen=True, eq=False)
class Memory:
    """A copy of the state: of every channel, and of the instances something is going on at."""

    channels: NDArray[Any]  # CHANNEL[C]
    busy: tuple[Rows, ...]  # of each group: members that differ from the blank state
    states: tuple[NDArray[Any], ...]  # of each group: the states of these


class Screen:
    """Screens the channels of one plan."""

    def __init__(self, plan: Plan, most: int | None = None) -> None:
        """`most`: readings of a channel that are kept at most to look back on; None: as the rules need."""
        np.empty(
            TEMPORARY, np.uint8
        )  # once freed, glibc keeps blocks of this size (mallopt(3), dynamic threshold)
        self.plan = plan
        self.numbers = np.sort(np.array([c.channel for c in plan.channels], np.int64))
        self.channels = unheard(len(self.numbers))
        self.groups: dict[str, Group] = _groups(plan)
        self._pairing = [group for group in self.groups.values() if isinstance(group, Pairing)]
        self.is_guided = len(self.guides.one) > 0
        needed = history.MOST_OF_PAIRS if self._pairing or self.is_guided else history.MOST
        self.most = needed if most is None else most
        self._history = self._no_history()
        for group in self._pairing:
            group.remembers(self._history)
        self.now_ns = NEVER  # what the clock has said last
        self._boundaries = Boundaries.of(plan)

    def _no_history(self) -> History:
        return History(*_spans(self.groups, len(self.numbers)), self.most)

    def rows(self, channel: NDArray[Any]) -> Rows:
        """Positions of channel numbers in the screen; -1 for one that is not in the plan."""
        if len(channel) == len(self.numbers) and (channel == self.numbers).all():
            return np.arange(len(channel))
        if len(self.numbers) == 0:
            return np.full(len(channel), -1)
        at = self.numbers[:-1].searchsorted(channel)
        return np.where(self.numbers[at] == channel, at, -1)

    def feed(self, samples: Samples, judged: bool = False, settled: bool = False) -> Findings:
        """Screen readings sorted by (channel, time), each newer than all that its channel has shown before.

        Channels that are not in the plan are passed over. Findings come ordered by (instance, start): every
        excursion that closed, and the present state of each one that is open and got a reading.
        Readings are as `resolve` makes them, or as `judged` makes them. Only what is `settled` is found where
        more follows at once, and `present` in the end. Raises ValueError when channels are out of order, a
        channel's first reading is not newer than its last, or times are centuries away.
        """
        samples, row, lo = self._segments(samples)
        if len(samples) == 0:
            return in_order([])
        batch = self._batch(samples, row, lo, self.channels, self._history)
        batch = batch if judged else self._without_spoiled(batch)
        findings = [part for group in self.groups.values() for part in group.feed(batch)]
        batch.remember()
        self.channels[chosen(row, len(self.channels))] = batch.after
        for group in () if settled else self._pairing:
            findings += group.ahead(row, self.channels["heard"])
        return self._boundaries.ended(in_order(findings), self.now_ns)

    def judged(self, samples: Samples) -> Samples:
        """These readings with those that no sensor can mean made BAD, by nothing but themselves."""
        samples, row, lo = self._segments(samples)
        if len(samples) == 0:
            return samples
        nothing = unheard(len(self.channels))
        batch = self._without_spoiled(self._batch(samples, row, lo, nothing, self._no_history()))
        return Samples(batch.time, samples.channel, batch.value, batch.quality)

    def advance(self, now_ns: int, silent_until: Times | None = None) -> Findings:
        """What the clock alone brings: silences that have become too long, rules that go out of force.

        `silent_until` int64[C] ns UTC: how long each channel is known to have been silent; None: until now.
        """
        before, self.now_ns = self.now_ns, max(now_ns, self.now_ns)
        found = [self._of_instances(self._boundaries.between(before, self.now_ns))]
        for group in self.groups.values():
            row = group.members.row
            until = np.array(self.now_ns) if silent_until is None else silent_until[row]
            found += group.advance(until, self.channels[row])
        return self._boundaries.ended(in_order(found), self.now_ns)

    def present(self, row: Rows) -> Findings:
        """What is open on the channels at these positions, also where no reading came lately, and what is not
        settled of pairs.

        What the clock has ended since then comes as closed.
        """
        chosen = np.zeros(len(self.channels), np.bool_)
        chosen[row] = True
        groups = self.groups.values()
        found = [g.present(np.flatnonzero(chosen[g.members.row])) for g in groups]
        return self._boundaries.ended(in_order(found), self.now_ns)

    def lingering(self) -> Findings:
        """What the clock has ended, but readings of before then, should they come, would say otherwise of."""
        found = []
        for group in self.groups.values():
            if group.members.bounded:
                over = group.standing()[1] & (group.members.valid_to <= self.now_ns)
                found.append(group.present(np.flatnonzero(over)))
        return in_order(found)

    def _of_instances(self, number: Rows) -> Findings:
        """What is open under these instances of the plan."""
        if len(number) == 0:
            return no_findings()
        found = [g.present(np.flatnonzero(np.isin(g.members.number, number))) for g in self.groups.values()]
        return in_order([part[part["phase"] == Phase.OPEN] for part in found])  # pairs say what is over, too

    @property
    def reached(self) -> Times:
        """ns UTC, int64[C]: a reading of a channel up to this time is late."""
        reached = self.shown
        if self.is_guided:
            guides = self.guides
            np.maximum.at(reached, guides.by, guides.doubt)
        return reached

    @property
    def shown(self) -> Times:
        """ns UTC, int64[C]: the same, but for what channels could still say about others that they judge."""
        shown = self.channels["seen"].copy()
        for couples in (group.coupled() for group in self._pairing):
            np.maximum.at(shown, couples.one, couples.reached)
            np.maximum.at(shown, couples.other, couples.reached)
        return shown

    @property
    def guides(self) -> Guides:
        """Which channels' readings are judged by another channel."""
        each = [group.guided() for group in self.groups.values()]
        columns = ([getattr(g, name) for g in (unguided(), *each)] for name in ("one", "by", "gap", "doubt"))
        return Guides(*(np.concatenate(column) for column in columns))

    @property
    def followed(self) -> Times:
        """ns UTC up to which each instance of the plan has looked at its readings."""
        followed = np.full(len(self.plan.instances), NEVER)
        for group in self.groups.values():
            couples, seen = group.coupled(), self.channels["seen"][group.members.row]
            followed[group.members.number] = couples.seen if len(couples.seen) > 0 else seen
        return followed

    def affected(self, row: Rows, moment: Times) -> tuple[Rows, Times]:
        """What news of these channels from these moments on is about: they, and all that are looked at
        together with them or judged by them, each with the earliest moment."""
        return self._closed(row, moment, self.guides)

    def together(self, row: Rows, moment: Times) -> tuple[Rows, Times]:
        """These channels and all that are looked at together with them, each with the earliest moment."""
        return self._closed(row, moment, unguided())

    def _closed(self, row: Rows, moment: Times, guides: Guides) -> tuple[Rows, Times]:
        earliest = np.full(len(self.channels), LATEST)
        earliest[row] = moment
        one, other = (np.concatenate(side) for side in self._couples())
        while True:
            before = earliest.copy()
            np.minimum.at(earliest, one, before[other])
            np.minimum.at(earliest, other, before[one])
            doubted = before[guides.by] <= guides.doubt
            np.minimum.at(earliest, guides.one[doubted], before[guides.by[doubted]])
            if (earliest == before).all():
                found = np.flatnonzero(earliest < LATEST)
                return found, earliest[found]

    def _couples(self) -> tuple[list[Rows], list[Rows]]:
        couples = [group.coupled() for group in self._pairing]
        none = np.empty(0, np.int64)
        return [none, *(c.one for c in couples)], [none, *(c.other for c in couples)]

    def remember(self) -> Memory:
        """A copy of the state, to `rewind` to."""
        groups = self.groups.values()
        busy = tuple(_differs(g.state, g.blank(1)) for g in groups)
        return Memory(
            self.channels.copy(), busy, tuple(g.state[b] for g, b in zip(groups, busy, strict=True))
        )

    def looks_back(self, row: Rows) -> Times:
        """ns before its last reading that `rewind` needs of each of these channels."""
        return self._history.span[row]

    def rewind(self, row: Rows, memory: Memory | None, recent: Samples) -> None:
        """Put the channels at these positions back to what they were; None: to before the first reading.

        `recent` are the readings that they had shown in the time they look back, as `judged` makes them.
        """
        chosen = np.zeros(len(self.channels), np.bool_)
        chosen[row] = True
        self.channels[row] = unheard(1) if memory is None else memory.channels[row]
        for k, group in enumerate(self.groups.values()):
            group.state[chosen[group.members.row]] = group.blank(1)
            if memory is not None:
                mine = chosen[group.members.row[memory.busy[k]]]
                group.state[memory.busy[k][mine]] = memory.states[k][mine]
        self._history.clear(row)
        self.recall(recent)

    def recall(self, recent: Samples) -> None:
        """Look back on these readings, as `judged` makes them; their channels look back on nothing yet."""
        if len(recent) > 0:
            lo = starts(recent.channel)
            row = self.rows(recent.channel[lo])
            self._batch(recent, row, lo, unheard(len(self.channels)), self._history).remember()

    def look_back_like(self, other: Screen, row: Rows, there: Rows) -> Rows:
        """Take over what another screen has in memory of channels: `there` are their positions in it.

        Returns those of `row`, which rises, that look back further than they did there; of these `recall` has
        to be told.
        """
        mine, theirs = self._history.span[row], other._history.span[there]
        known = self.channels["heard"][row] != NEVER
        same = known & (mine > 0) & (mine <= theirs)
        moment = self.channels["heard"][row[same]] - mine[same]
        count, time, value = other._history.after(there[same], moment)
        end = np.cumsum(count)
        self._history.append(row[same], end - count, end, time, value)
        further: Rows = row[known & (mine > theirs)]
        return further

    def save(self) -> bytes:
        """The state, for `restore` under the same plan; what is looked back on is not part of it."""
        arrays: dict[str, NDArray[Any]] = {"channels": self.channels}
        memory = self.remember()
        for kind, busy, state in zip(self.groups, memory.busy, memory.states, strict=True):
            arrays[f"state {kind}"], arrays[f"busy {kind}"] = state, busy
        header = {"format": FORMAT, "plan": self.plan.fingerprint, "now": self.now_ns}
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **arrays)
        return file.getvalue()

    def restore(self, saved: bytes) -> None:
        """Continue from what `save` returned, once `recall` has been told what rules look back on.

        Raises ValueError for another format, or another plan.
        """
        with np.load(io.BytesIO(saved), allow_pickle=False) as arrays:
            header = json.loads(arrays["header"].tobytes())
            if header["format"] != FORMAT:
                raise ValueError(f"saved screening state has format {header['format']}, expected {FORMAT}")
            if header["plan"] != self.plan.fingerprint:
                raise ValueError("saved screening state belongs to another plan")
            self.now_ns = header["now"]
            self.channels[:] = arrays["channels"]
            for kind, group in self.groups.items():
                group.state[arrays[f"busy {kind}"]] = arrays[f"state {kind}"]

    def _batch(self, samples: Samples, row: Rows, lo: Rows, channels: NDArray[Any], before: History) -> Batch:
        batch = Batch.of(samples, row, lo, channels, before)
        _refuse_disorder(batch)
        return batch

    def _without_spoiled(self, batch: Batch) -> Batch:
        spoiled = [group.spoiled(batch) for group in self.groups.values()]
        return batch.without(np.concatenate(some)) if (some := [s for s in spoiled if len(s) > 0]) else batch

    def _segments(self, samples: Samples) -> tuple[Samples, Rows, Rows]:
        if 0 < LONG * len(self.numbers) < len(samples):
            lo = self._evenly(samples)
            row = np.flatnonzero(samples.channel[np.minimum(lo, len(samples) - 1)] == self.numbers)
            final = samples.channel[np.append(lo[row[1:]], len(samples)) - 1] if len(row) > 0 else row
            if len(row) > 0 and lo[row[0]] == 0 and (final == self.numbers[row]).all():
                return samples, row, lo[row]
        lo = starts(samples.channel)
        row = self.rows(samples.channel[lo])
        if (row >= 0).all():
            return samples, row, lo
        length = np.diff(np.append(lo, len(samples)))
        kept = samples.take(np.repeat(row >= 0, length))
        return kept, row[row >= 0], starts(kept.channel)

    def _evenly(self, samples: Samples) -> Rows:
        """Where each channel's readings would begin; probes that are read together bring as many each."""
        each, rest = divmod(len(samples), len(self.numbers))
        lo = np.arange(len(self.numbers)) * each
        if rest == 0:
            firsts, finals = samples.channel[lo], samples.channel[lo + each - 1]
            if (firsts == self.numbers).all() and (finals == self.numbers).all():
                return lo
        return np.searchsorted(samples.channel, self.numbers.astype(np.int32))


def _groups(plan: Plan) -> dict[str, Group]:
    channels = sorted(plan.channels, key=lambda c: c.channel)
    row = {c.channel: k for k, c in enumerate(channels)}
    kinds: dict[str, list[tuple[int, int, Instance]]] = {}
    for n, instance in enumerate(plan.instances):
        kinds.setdefault(instance.kind, []).append((n, row[instance.channel], instance))
    return {
        kind: kernel(kind).group(Members.of(kinds[kind], channels, plan.resets)) for kind in sorted(kinds)
    }


def _spans(groups: dict[str, Group], channels: int) -> tuple[Times, Times]:
    """How far the rules of each channel look back, int64[C] ns: those farthest, and those least that do."""
    span, shortest = np.zeros(channels, np.int64), np.full(channels, LATEST)
    for row, ns in (group.looks_back() for group in groups.values()):
        np.maximum.at(span, row, ns)
        np.minimum.at(shortest, row[ns > 0], ns[ns > 0])
    return span, shortest


def _refuse_disorder(batch: Batch) -> None:
    first, last = batch.time[batch.lo], batch.seen
    if (batch.row[1:] <= batch.row[:-1]).any():
        raise ValueError("readings are not sorted by channel")
    if first.min() < -FARTHEST_NS or last.max() > FARTHEST_NS:
        raise ValueError("a reading's time lies more than 73 years from 1970")
    if (first <= batch.before["seen"]).any():
        raise ValueError("a reading is not newer than what its channel has shown before")


def _differs(state: NDArray[Any], blank: NDArray[Any]) -> Rows:
    """Positions of the rows that are not the blank one, bit for bit."""
    size = state.dtype.itemsize
    bits = np.ascontiguousarray(state).view(np.uint8).reshape(len(state), size)
    return np.flatnonzero((bits != blank.view(np.uint8).reshape(1, size)).any(axis=1))
