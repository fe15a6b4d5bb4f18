"""Screening of readings in any order: duplicates, conflicts and late data end in the same record.

Readings that are newer than what their channel has shown go straight through the screen. Late ones rewind
their channel to a saved state before them, and what the journal holds since then is screened again; what
that changes in the published record is an amendment.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from gateway.model import SECOND, Mask, Quality, Samples, Times
from gateway.screening.excursion import NEVER, Excursion, in_order
from gateway.screening.judged import Read, judged
from gateway.screening.memories import Memories
from gateway.screening.plan import FOREVER, FOREVER_PAST, Instance, Plan, Reset
from gateway.screening.ranges import Rows, starts
from gateway.screening.record import Change, Past, Record
from gateway.screening.resolve import resolve
from gateway.screening.screen import Screen, state_key

SPACING_NS: Final = 60 * SECOND  # between saved states
HOUR_NS: Final = 3600 * SECOND
LOOK_NS: Final = 300 * SECOND  # of windows read again at once: bounds the memory of a start
MOST_LOOKS: Final = 12  # in the longest window
BUDGET: Final = "budget"  # the kind of rules that people reset


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of a channel; None where it has never been heard."""

    seen_ns: int | None  # latest reading of any quality
    heard_ns: int | None  # latest usable reading
    value: float | None  # of that reading
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class RuleState:
    """What is known of one instance of the plan."""

    instance: Instance
    raw: bool  # the condition holds, though perhaps not for long enough
    open: bool


class Screener:
    """Takes readings as they come and says what changed in the record of excursions.

    `read(channels, start_ns, end_ns)` gives every journaled reading of these channels with
    start_ns <= time < end_ns (None: no end), in any order, repeats and conflicts included, and among them
    those that are just being taken. `past` keeps excursions that are over, once `leave_past` was called.
    Excursions are named after the journal with the id `journal`.
    """

    def __init__(
        self,
        plan: Plan,
        read: Read,
        spacing_ns: int = SPACING_NS,
        past: Past | None = None,
        journal: str = "",
    ) -> None:
        self._plan = plan
        self._read = read
        self._screen = Screen(plan)
        self._ranges = _ranges(plan)
        self._record = Record(plan, past, journal)
        self._memories = Memories(spacing_ns)
        self._now_ns: int | None = None
        self._waiting: list[Change] = []

    def take(self, samples: Samples) -> list[Change]:
        """Screen these readings, in any order. Channels that are not in the plan are passed over."""
        fresh = resolve(samples.take(self._screen.rows(samples.channel) >= 0))
        changes, self._waiting = self._waiting, []
        while True:  # what is screened may carry a pair of channels past readings that were not late
            row = self._screen.rows(fresh.channel)
            late = fresh.time <= self._screen.reached[row]
            behind = self._is_behind_judges(row, fresh)
            if late.any():
                changes += self._amend(row[late], fresh.take(late))
                fresh = fresh.take(~late)
            elif behind.any():
                old = judged(self._screen, self._read, fresh.take(behind))
                changes += self._record.progress(self._screen.feed(old, judged=True))
                fresh = fresh.take(~behind)
            else:
                break
        changes += self._record.progress(self._screen.feed(fresh))
        self._save_state()
        return changes

    def reset(self, reset: Reset) -> list[Change]:
        """Let a budget count anew from then on; what that changes of the past is an amendment.

        One that was stated before changes nothing, nor does one of a rule that is not in the plan.
        """
        changes, self._waiting = self._waiting, []
        if reset in self._plan.resets or not _is_about(reset, self._plan):
            return changes
        self._plan = replace(self._plan, resets=self._plan.resets | {reset})
        self._screen = self._screen.under(self._plan.resets)
        row, moment = self._screen.rows(np.array([reset.channel])), np.array([reset.at_ns])
        if moment[0] <= self._screen.reached[row[0]]:
            changes += self._screen_from(row, moment)
        return changes

    def advance(self, now_ns: int) -> list[Change]:
        """Let the clock speak: silences that have become too long. The clock never goes back."""
        changes, self._waiting = self._waiting, []
        self._now_ns = now_ns if self._now_ns is None else max(now_ns, self._now_ns)
        return changes + self._record.progress(self._screen.advance(self._now_ns))

    def replan(self, plan: Plan) -> list[Change]:
        """Go on under another plan; what that changes of the past is an amendment."""
        raise NotImplementedError

    def adopt(self, stated: Iterable[Excursion], stands: Callable[[Excursion], bool]) -> list[Change]:
        """Take over the names and revisions under which excursions were stated, after screening again.

        `stated` has the last form of each that was stated after the state that was begun from. What differs
        from it is a change; what is no longer found is withdrawn, unless it `stands` because its readings
        were deleted. Changes that were given since the start are not to be stated: these are all there are.
        """
        raise NotImplementedError

    def channel_state(self, channel: int) -> ChannelState:
        """What is known of a channel of the plan."""
        seen, heard, value, quality = self._screen.channels[self._screen.rows(np.array([channel]))[0]].item()
        if heard == NEVER:
            return ChannelState(None if seen == NEVER else seen, None, None, None)
        return ChannelState(seen, heard, value, Quality(quality))

    def rule_states(self) -> list[RuleState]:
        """What is known of every instance, in the plan's order."""
        raw, is_open = np.zeros((2, len(self._plan.instances)), np.bool_)
        for group in self._screen.groups.values():
            raw[group.members.number], is_open[group.members.number] = group.standing()
        columns = zip(self._plan.instances, raw.tolist(), is_open.tolist(), strict=True)
        return [RuleState(*column) for column in columns]

    def open(self) -> list[Excursion]:
        """Excursions that have not ended."""
        return self._record.open()

    def leave_past(self) -> None:
        """Leave every excursion that is over to `past`, where it must be by now."""
        self._record.leave_past()

    def save(self) -> bytes:
        """All that `read` and `past` do not give; saved states to rewind to are not part of it."""
        header = {"now": self._now_ns, "record": self._record.rows()}
        parts = {
            "header": json.dumps(header).encode(),
            "in_force": self._ranges,
            "screen": self._screen.save(),
        }
        file = io.BytesIO()
        columns = {name: np.frombuffer(part, np.uint8) for name, part in parts.items()}
        np.savez(file, allow_pickle=False, **columns)
        return file.getvalue()

    def restore(self, saved: bytes) -> None:
        """Continue from what `save` returned, under this plan.

        A rule that is new here comes into force after the last reading its channel has shown; one that went
        out of force meanwhile does so there. What is open under rules that are no more ends there too, and is
        told with the next `take` or `advance`. Raises ValueError for another format.
        """
        with np.load(io.BytesIO(saved), allow_pickle=False) as arrays:
            if "in_force" not in arrays:
                raise ValueError("saved screening state has format 1")
            header, state = json.loads(arrays["header"].tobytes()), arrays["screen"].tobytes()
            in_force = json.loads(zlib.decompress(arrays["in_force"].tobytes()))
        self._screen.restore(state)
        seen = dict(zip(self._screen.numbers.tolist(), self._screen.channels["seen"].tolist(), strict=True))
        self._screen = Screen(_in_force(self._plan, in_force, seen))
        self._ranges = _ranges(self._screen.plan)
        self._screen.restore(state)
        self._look_back()
        self._now_ns = header["now"]
        self._record.load(header["record"])
        self._waiting = self._record.close_orphans({c: s + 1 for c, s in seen.items() if s != NEVER})
        self._save_state()

    def _look_back(self) -> None:
        """Read again what rules look back on; channels that spoke last in one hour together, bit by bit."""
        known, span = self._screen.channels, self._screen.looks_back(np.arange(len(self._screen.channels)))
        row = np.flatnonzero((known["heard"] != NEVER) & (span > 0))
        begin = known["heard"][row] - span[row] + 1
        for one in np.unique(begin // HOUR_NS).tolist():
            mine = begin // HOUR_NS == one
            first, last = int(begin[mine].min()), int(known["heard"][row[mine]].max())
            step = max(LOOK_NS, (last - first) // MOST_LOOKS + 1)
            for from_ns in range(first, last + 1, step):
                raw, at = self._stored(row[mine], from_ns, min(from_ns + step, last + 1))
                self._screen.recall(raw.take(raw.time <= known["heard"][row[mine]][at]))

    def _stored(self, row: Rows, begin: int, end: int) -> tuple[Samples, Rows]:
        """What the journal holds of these channels in [begin, end), as rules see it, and whose each is."""
        raw = resolve(self._read(self._screen.numbers[row].tolist(), begin, end))
        raw = judged(self._screen, self._read, raw)
        return raw, np.searchsorted(row, self._screen.rows(raw.channel))

    def _save_state(self) -> None:
        latest = int(self._screen.channels["seen"].max(initial=NEVER))
        if latest != NEVER and self._memories.due(latest):
            self._memories.add(latest, self._screen.remember())

    def _is_behind_judges(self, row: Rows, fresh: Samples) -> Mask:
        """Where what judges a reading may no longer be in memory, because its channel is far ahead."""
        if not self._screen.is_guided:
            return np.zeros(len(fresh), np.bool_)
        guides, forgotten = self._screen.guides, np.full(len(self._screen.channels), NEVER)
        seen = self._screen.channels["seen"][guides.by]
        np.maximum.at(forgotten, guides.one, np.where(seen == NEVER, NEVER, seen - guides.gap))
        return np.asarray(fresh.time <= forgotten[row])

    def _amend(self, row: Rows, late: Samples) -> list[Change]:
        """Screen again what these late readings, sorted by (channel, time), may have changed."""
        news = ~self._is_repeat(row, late)
        row, late = row[news], late.take(news)
        first = starts(row)
        return self._screen_from(row[first], late.time[first])

    def _screen_from(self, row: Rows, moment: Times) -> list[Change]:
        """Screen again what news about these channels, each from its moment on, may have changed."""
        row, earliest = self._screen.affected(row, moment)
        seen = self._screen.reached[row]
        row, which = self._screen.together(row, self._memories.before(row, earliest))
        self._memories.distrust(row, earliest)
        changes: list[Change] = []
        for k in np.unique(which).tolist():
            group = which == k
            changes += self._screen_again(k, row[group], seen[group])
        return changes

    def _is_repeat(self, row: Rows, late: Samples) -> Any:
        """Whether a late reading is the one its channel has shown last: the usual repeat of a delivery."""
        last = self._screen.channels[row]
        same = (late.time == last["heard"]) & (last["heard"] == last["seen"])
        return same & (late.value == last["value"]) & (late.quality == last["quality"])

    def _screen_again(self, k: int, row: Rows, seen: Times) -> list[Change]:
        """Rewind channels to saved state `k` (-1: the beginning) and bring them back to where they were."""
        memory = None if k < 0 else self._memories.kept[k].memory
        from_ns = np.full(len(row), NEVER) if memory is None else memory.channels["seen"][row]
        numbers = self._screen.numbers[row]
        begin = FOREVER_PAST
        if memory is not None and (from_ns != NEVER).all():
            heard = memory.channels["heard"][row]
            back = np.where(heard == NEVER, from_ns, heard) - self._screen.looks_back(row)
            begin = int(back.min()) + 1
        raw, at = self._stored(row, begin, int(seen.max()) + 1)
        again = raw.time > from_ns[at]
        self._screen.rewind(row, memory, raw.take(~again))
        stands = self._screen.followed
        found = [self._screen.feed(raw.take(again & (raw.time <= seen[at])), judged=True)]
        if self._now_ns is not None:
            found.append(self._screen.advance(self._now_ns))
        found.append(self._screen.present(row))  # what was open in the saved state and got no reading since
        mine = set(numbers.tolist())
        since = {n: int(stands[n]) for n, i in enumerate(self._plan.instances) if i.channel in mine}
        return self._record.amend(in_order(found), since)


def _ranges(plan: Plan) -> bytes:
    """When each instance is in force, by key, for `_in_force`; long, and the same until the next start."""
    keys = {state_key(i): [i.valid_from_ns, i.valid_to_ns] for i in plan.instances}
    return zlib.compress(json.dumps(keys).encode())


def _in_force(plan: Plan, before: dict[str, list[int]], seen: dict[int, int]) -> Plan:
    """The plan with the ranges its instances really have, given the ranges they had before a restart."""
    made = [_ranged(i, before.get(state_key(i)), seen[i.channel]) for i in plan.instances]
    return replace(plan, instances=tuple(made))


def _is_about(reset: Reset, plan: Plan) -> bool:
    named = (reset.channel, reset.rule, BUDGET)
    return any((i.channel, i.rule, i.kind) == named for i in plan.instances)


def _ranged(instance: Instance, before: list[int] | None, seen: int) -> Instance:
    if before is None:
        begin = instance.valid_from_ns if seen == NEVER else max(instance.valid_from_ns, seen + 1)
        never = (FOREVER - 1, FOREVER)
        valid = (begin, instance.valid_to_ns) if begin < instance.valid_to_ns else never
    else:
        end = instance.valid_to_ns if instance.valid_to_ns > seen else min(before[1], seen + 1)
        valid = (before[0], max(end, before[0] + 1))
    return replace(instance, valid_from_ns=valid[0], valid_to_ns=valid[1])
