"""Screening of readings in any order: duplicates, conflicts and late data end in the same record.

Readings that are newer than what their channel has shown go straight through the screen. Late ones rewind
their channel to a saved state before them, and what the journal holds since then is screened again; what
that changes in the published record is an amendment.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import SECOND, Mask, Quality, Samples, Times
from gateway.screening.differences import differences
from gateway.screening.excursion import NEVER, Excursion
from gateway.screening.findings import Findings, in_order, no_findings
from gateway.screening.job import Job, Scan, needed_from
from gateway.screening.judged import Read, judged
from gateway.screening.memories import Memories
from gateway.screening.plan import FOREVER, Instance, Key, Plan, Reset
from gateway.screening.put_off import PutOff
from gateway.screening.ranges import Rows, starts
from gateway.screening.record import Change, Past, Record
from gateway.screening.replanned import Replanned
from gateway.screening.resolve import resolve
from gateway.screening.screen import Memory, Screen

SPACING_NS: Final = 60 * SECOND  # between saved states
HOUR_NS: Final = 3600 * SECOND
LOOK_NS: Final = 300 * SECOND  # of windows read again at once: bounds the memory of a start
MOST_LOOKS: Final = 12  # in the longest window


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
    those that are just being taken. `past` keeps excursions that are over, once `leave_past` was called, and
    knows which of them stand because their readings were deleted.
    Excursions are named after the journal with the id `journal`.
    """

    def __init__(
        self,
        plan: Plan,
        read: Read,
        spacing_ns: int = SPACING_NS,
        past: Past | None = None,
        journal: str = "",
        scan: Scan | None = None,
    ) -> None:
        self.put_off = PutOff(scan)  # with `scan`, what comes very late is left to `catch_up`
        self._plan = plan
        self._read = read
        self._screen = Screen(plan)
        self._channel_of = np.array([c for c, _ in plan.keys], np.int64)
        self._record = Record(plan, past, journal)
        self._memories = Memories(spacing_ns)
        self._silent_until: Times | None = None

    def take(self, samples: Samples) -> list[Change]:
        """Screen these readings, in any order. Channels that are not in the plan are passed over."""
        fresh = resolve(samples.take(self._screen.rows(samples.channel) >= 0))
        self.put_off.hear(fresh)
        changes: list[Change] = []
        while True:  # what is screened may carry a pair of channels past readings that were not late
            row = self._screen.rows(fresh.channel)
            late = fresh.time <= self._screen.reached[row]
            behind = self._is_behind_judges(row, fresh)
            if late.any():
                changes += self._amend(row[late], fresh.take(late))
                fresh = fresh.take(~late)
            elif behind.any():
                old = judged(self._screen, self._read, fresh.take(behind))
                changes += self._record.progress(self._screen.feed(old, judged=True), self._screen.now_ns)
                fresh = fresh.take(~behind)
            else:
                break
        changes += self._record.progress(self._screen.feed(fresh), self._screen.now_ns)
        self._save_state()
        return changes

    def reset(self, reset: Reset) -> list[Change]:
        """Let a budget count anew from then on; what that changes of the past is an amendment. One that was
        stated before changes nothing, nor does one of a rule that is not in the plan."""
        if reset in self._plan.resets or not self._plan.has_budget(reset):
            return []
        return self.replan(replace(self._plan, resets=self._plan.resets | {reset}))

    def advance(self, now_ns: int, silent_until: Times | None = None) -> list[Change]:
        """Let the clock speak: silences that have become too long, rules that went out of force or got
        another severity. The clock never goes back.

        `silent_until` int64 ns UTC by channel number: how long each channel is known to have been silent, for
        those with a number below its length; None: all until now.
        """
        self._silent_until = silent_until
        return self._record.progress(self._advance(now_ns), self._screen.now_ns)

    def anew(self, channels: Sequence[int], since_ns: int, stored: Samples) -> list[Change]:
        """Screen channels again from a time on: what is stored of them has changed, and is `stored` now."""
        self.put_off.begin_anew(self._plan.names)
        row = self._screen.rows(np.array(sorted(channels), np.int64))
        past = row[(row >= 0) & (self._screen.reached[row] >= since_ns)]
        changes = self._screen_from(past, np.full(len(past), since_ns)) if len(past) else []
        is_news = stored.time > self._screen.reached[self._screen.rows(stored.channel)]
        return changes + self.take(stored.take(is_news))

    def replan(self, plan: Plan) -> list[Change]:
        """Go on under another plan, as if it had been this one from the beginning.

        What is the same in both keeps its state. A channel is screened again from the first moment at which
        anything about it is decided differently, if that lies before what it has shown; what that changes of
        what was published is an amendment. Readings of channels that were not in the plan are read.
        """
        if plan == self._plan:
            return []
        moments, old = differences(self._plan, plan), set(self._plan.keys)
        self.put_off.begin_anew(plan.names)
        replanned = Replanned.of(self._screen, plan)
        self._plan, self._screen = plan, replanned.after
        self._channel_of = np.array([c for c, _ in plan.keys], np.int64)
        self._memories.replan(replanned)
        self._record.replan(plan)
        self._look_back(replanned.look_back())
        return self._decide_anew(moments, replanned.new, old - set(plan.keys))

    def adopt(self, stated: Iterable[Excursion]) -> list[Change]:
        """Take over the names and revisions under which excursions were stated, after screening again.

        `stated` has the last form of each that was stated after the state that was begun from. What differs
        from it, or from that state, is a change; what is no longer found is withdrawn, unless readings of it
        were deleted (`past.stands`). Changes that were given since the beginning are not to be stated: these
        are all that there are.
        """
        return self._record.adopt(stated)

    @property
    def plan(self) -> Plan:
        return self._plan

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

    def known(self) -> list[Excursion]:
        """Every excursion that was not left to `past`."""
        return self._record.known()

    def newest_ns(self) -> int:
        """ns UTC of the newest reading of any channel; NEVER where there was none."""
        return int(self._screen.channels["seen"].max(initial=NEVER))

    def leave_past(self) -> None:
        """Leave every excursion that is over to `past`, where it must be by now."""
        self._record.leave_past(self._screen.lingering())

    def save(self) -> bytes:
        """All that `read` and `past` do not give; saved states to rewind to are not part of it."""
        known = [e.plain() for e in self._record.known()]
        late = json.dumps(self.put_off.save()).encode()
        parts = {"record": json.dumps(known).encode(), "screen": self._screen.save(), "late": late}
        file = io.BytesIO()
        columns = {name: np.frombuffer(part, np.uint8) for name, part in parts.items()}
        np.savez(file, allow_pickle=False, **columns)
        return file.getvalue()

    def restore(self, saved: bytes) -> None:
        """Continue from what `save` returned, under the same plan; `replan` leads on to another.

        Raises ValueError for another format, or another plan.
        """
        with np.load(io.BytesIO(saved), allow_pickle=False) as arrays:
            if "record" not in arrays:
                raise ValueError("saved screening state has an earlier format")
            self._screen.restore(arrays["screen"].tobytes())
            known = json.loads(arrays["record"].tobytes())
            late = json.loads(arrays["late"].tobytes()) if "late" in arrays else []
        self.put_off.restore(late, self._plan.names)
        self._record.load(map(Excursion.from_plain, known))
        self._look_back(np.arange(len(self._screen.channels)))
        self._save_state()

    def _look_back(self, row: Rows) -> None:
        """Read again what rules look back on; channels that spoke last in one hour together, bit by bit."""
        known, span = self._screen.channels, self._screen.looks_back(row)
        row = row[(known["heard"][row] != NEVER) & (span > 0)]
        begin = known["heard"][row] - self._screen.looks_back(row) + 1
        for one in np.unique(begin // HOUR_NS).tolist():
            mine = begin // HOUR_NS == one
            first, last = int(begin[mine].min()), int(known["heard"][row[mine]].max())
            step = max(LOOK_NS, (last - first) // MOST_LOOKS + 1)
            for from_ns in range(first, last + 1, step):
                raw, at = self._stored(row[mine], from_ns, min(from_ns + step, last + 1))
                self._screen.recall(raw.take(raw.time <= known["heard"][row[mine]][at]))

    def _stored(self, row: Rows, begin: int, end: int | None) -> tuple[Samples, Rows]:
        """What the journal holds of these channels in [begin, end), as rules see it, and whose each is."""
        stored = self._read(self._screen.numbers[row].tolist(), begin, end)
        raw = judged(self._screen, self._read, resolve(stored))
        return raw, np.searchsorted(row, self._screen.rows(raw.channel))

    def _save_state(self) -> None:
        latest = self.newest_ns()
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
        row, moment = row[first], late.time[first]
        now = ~self.put_off.takes(self._screen, row, moment)
        return self._screen_from(row[now], moment[now]) if now.any() else []

    def catch_up(
        self, is_enough: Callable[[], bool], ready: Container[int] | None = None, most: int = FOREVER
    ) -> list[Change]:
        """Go on with what was put off, of channels that are `ready` (None: all); until it is enough, or there
        are `most` changes or more: channels that are screened again together bring theirs at once."""
        changes: list[Change] = []
        while self.put_off.is_due(ready):
            job = self.put_off.job or self.put_off.next_job(self._screen, self._memories, self._read, ready)
            if job.goes_on(is_enough):
                return changes
            self.put_off.job = None
            changes += self._finished(job)
            if is_enough() or len(changes) >= most:
                return changes
        return changes

    def behind(self) -> list[int]:
        """Channels of which something is put off."""
        return sorted(self.put_off.moments())

    def _finished(self, job: Job) -> list[Change]:
        found = job.end()
        self._memories.distrust(job.row, job.earliest)
        if job.kept is not None:
            self._memories.keep(job.keep_ns, job.row, job.kept)
        self._look_back(job.aside.put_back())
        return self._amended(job.row, job.from_ns, job.aside.stands, found, set())

    def _screen_from(self, row: Rows, moment: Times) -> list[Change]:
        """Screen again what news about these channels, each from its moment on, may have changed."""
        row, earliest = self._screen.affected(row, moment)
        return self._screen_since(row, earliest, self._memories.before(row, earliest), set())

    def _decide_anew(self, moments: dict[int, int], new: Rows, gone: set[Key]) -> list[Change]:
        """Screen again what is decided differently, each channel from its moment on.

        Channels at the positions `new` were not in the plan before; rules that are `gone` are in it no more.
        """
        kept = {c: moment_ns for c, moment_ns in moments.items() if c in self._plan.names}
        changes = self._record.amend(no_findings(), {k: NEVER for k in gone if k[0] not in kept})
        row = self._screen.rows(np.array(sorted(kept), np.int64))
        row, earliest = self._screen.affected(row, np.array([kept[c] for c in sorted(kept)], np.int64))
        reached = self._screen.reached[row]
        past = (earliest <= reached) & (reached != NEVER)
        past |= np.isin(row, new)
        which = np.where(past, self._memories.before(row, earliest), len(self._memories.kept))
        return changes + self._screen_since(row, earliest, which, {k for k in gone if k[0] in kept}, new)

    def _screen_since(
        self, row: Rows, earliest: Times, which: Rows, gone: set[Key], new: Rows | None = None
    ) -> list[Change]:
        """Screen channels again from the saved states `which` on (-1: the beginning, the number of states: as
        they are now), which know nothing of what came at `earliest` or later."""
        seen = self._screen.reached[row]
        if new is not None:
            seen[np.isin(row, new)] = FOREVER
        row, which = self._memories.together(self._screen, row, earliest, which)
        self._memories.distrust(row, earliest)
        changes: list[Change] = []
        begins = [(which == k, self._memory(k)) for k in np.unique(which).tolist()]
        for group, memory in begins:  # screening again keeps states on the way: numbers change their meaning
            changes += self._screen_again(memory, row[group], earliest, seen[group], gone)
        return changes

    def _memory(self, k: int) -> Memory | Literal["now"] | None:
        if k == len(self._memories.kept):
            return "now"
        return None if k < 0 else self._memories.kept[k].memory

    def _is_repeat(self, row: Rows, late: Samples) -> Any:
        """Whether a late reading is the one its channel has shown last: the usual repeat of a delivery."""
        last = self._screen.channels[row]
        same = (late.time == last["heard"]) & (last["heard"] == last["seen"])
        return same & (late.value == last["value"]) & (late.quality == last["quality"])

    def _screen_again(
        self,
        memory: Memory | Literal["now"] | None,
        row: Rows,
        earliest: Times,
        seen: Times,
        gone: set[Key],
    ) -> list[Change]:
        """Put channels back to a saved state (None: the beginning) and bring them to where they were."""
        if memory == "now":
            stands, from_ns, found = self._screen.followed, self._screen.channels["seen"][row], no_findings()
        else:
            from_ns = np.full(len(row), NEVER) if memory is None else memory.channels["seen"][row]
            stands, found = self._rewound(memory, row, from_ns, int(earliest.min()), seen)
        return self._amended(row, from_ns, stands, found, gone)

    def _amended(
        self, row: Rows, from_ns: Times, stands: Times, found: Findings, gone: set[Key]
    ) -> list[Change]:
        """What channels that were screened again, each behind its ns UTC, change in the record."""
        clock = self._advance(self._screen.now_ns) if self._screen.now_ns != NEVER else no_findings()
        present = self._screen.present(row)  # also what was open in the saved state and got no reading since
        since: dict[Key, int] = {}
        for n in np.flatnonzero(np.isin(self._channel_of, self._screen.numbers[row])).tolist():
            key = self._plan.keys[n]
            since[key] = max(int(stands[n]), since.get(key, NEVER))
        begin = dict(zip(self._screen.numbers[row].tolist(), from_ns.tolist(), strict=True))
        since |= {key: begin[key[0]] for key in gone if key[0] in begin}
        return self._record.amend(in_order([found, clock, present]), since, self._screen.now_ns)

    def _rewound(
        self,
        memory: Memory | None,
        row: Rows,
        from_ns: Times,
        moment_ns: int,
        seen: Times,
    ) -> tuple[Times, Findings]:
        """Rewind channels, and feed them what they had seen since then; returns up to when instances had
        looked at their readings in that state, and findings."""
        latest = int(seen.max())
        until = None if latest == FOREVER else latest + 1
        raw, at = self._stored(row, needed_from(self._screen, row, memory), until)
        again = raw.time > from_ns[at]
        self._screen.rewind(row, memory, raw.take(~again))
        stands = self._screen.followed
        again &= raw.time <= seen[at]
        return stands, self._memories.feed(self._screen, row, raw.take(again), moment_ns)

    def _advance(self, now_ns: int) -> Findings:
        """What the clock brings, and silence as long as it is known to last."""
        told = self._silent_until
        if told is None or len(told) == 0:
            return self._screen.advance(now_ns)
        numbers = self._screen.numbers
        counted = (numbers >= 0) & (numbers < len(told))
        until = np.where(counted, told[np.where(counted, numbers, 0)], now_ns)
        return self._screen.advance(now_ns, until)
