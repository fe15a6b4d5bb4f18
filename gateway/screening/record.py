"""The published record of excursions: identities, revisions, withdrawals.

An excursion keeps its id from the start that was known first. Live progress of an open excursion is no
revision; anything that late data changes about what was published is one. What is over may be left to
whoever keeps it (`Past`), so that only what is open takes memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from gateway.dataclass import dataclass
from gateway.model import SECOND
from gateway.screening.excursion import NEVER, RETURNED, Excursion, Phase, identity
from gateway.screening.findings import LIMB, Findings
from gateway.screening.matching import known_as, match
from gateway.screening.plan import FOREVER_PAST, Instance, Key, Plan

CLOSED, WITHDRAWN, COMPLETE = int(Phase.CLOSED), int(Phase.WITHDRAWN), int(Phase.COMPLETE)
_INSTANCE, _PHASE, _START, _CLEARED = 0, 1, 2, 5  # positions in FINDING


@dataclass(frozen=True, slots=True)
class Change:
    """What became known of an excursion; `before` is None where it is new."""

    excursion: Excursion
    before: Excursion | None


class Past(Protocol):
    """Keeps excursions that are over, which the record has left to it."""

    def since(self, channel: int, rule: str, moment_ns: int) -> Iterable[Excursion]:
        """Those of a rule that were cleared after `moment_ns`, or withdrawn before they were cleared."""

    def has(self, identity: str) -> bool:
        """Whether one of this id is kept."""

    def stands(self, excursion: Excursion) -> bool:
        """Whether readings it was found in were deleted, so that screening again says nothing about it."""


class Nothing:
    """The past of a record that keeps everything itself."""

    def since(self, channel: int, rule: str, moment_ns: int) -> Iterable[Excursion]:  # noqa: ARG002
        return ()

    def has(self, identity: str) -> bool:  # noqa: ARG002
        return False

    def stands(self, excursion: Excursion) -> bool:  # noqa: ARG002
        return False


class Record:
    """Every excursion published so far; of those that are over only what was not left to `past`."""

    def __init__(self, plan: Plan, past: Past | None = None, journal: str = "") -> None:
        """`journal` is the id of the journal that excursions are named after."""
        self._plan = plan
        self._keys = plan.keys
        self._journal = journal
        self._past = Nothing() if past is None else past
        self._known: dict[Key, dict[str, Excursion]] = {}  # by rule, then by id in order of publication
        self._starting: dict[tuple[Key, int], str] = {}  # ids of those not withdrawn, by rule and start
        self._ids: set[str] = set()
        self._loaded: dict[str, Excursion] = {}  # as they were when this record began, by id

    def replan(self, plan: Plan) -> None:
        """From now on findings are about the instances of this plan."""
        self._plan, self._keys = plan, plan.keys

    def progress(self, findings: Findings, now_ns: int = NEVER) -> list[Change]:
        """Publish what readings in order, or the clock, brought; `now_ns` is what the clock said last.

        What was over changes only where the clock had ended it before these readings came.
        """
        return self._progress(findings.tolist(), now_ns)

    def _progress(self, findings: Sequence[tuple[Any, ...]], now_ns: int) -> list[Change]:
        changes: list[Change] = []
        since = {found[_INSTANCE]: found[_START] for found in findings if found[_PHASE] == COMPLETE}
        every: dict[int, dict[int, Excursion]] = {number: {} for number in since}
        for found in findings:
            number = found[_INSTANCE]
            if number not in every or (found[_PHASE] == CLOSED and found[_CLEARED] <= since[number]):
                changes += self._told(found, now_ns)
            elif found[_PHASE] != COMPLETE:
                every[number][found[_START]] = self._excursion(found, None, now_ns)
        for number, by_start in every.items():
            instance = self._plan.instances[number]
            changes += self._compare(self._keys[number], list(by_start.values()), since[number], instance)
        return changes

    def _told(self, found: tuple[Any, ...], now_ns: int) -> list[Change]:
        before = self._starting_at(self._keys[found[_INSTANCE]], found[_START])
        if found[_PHASE] == WITHDRAWN:
            return [] if before is None else [self._withdraw(before)]
        if before is None or before.end_ns is None:
            return self._put(self._excursion(found, before, now_ns), before)
        return self._put(known_as(self._excursion(found, before, now_ns), before), before)

    def amend(self, findings: Findings, since: Mapping[Key, int], now_ns: int = NEVER) -> list[Change]:
        """Publish a second screening of rules.

        `since` gives the time up to which each one was not screened again: what was cleared by then stands.
        Findings on them are complete from there on, the last on each excursion counts; those on others are
        progress.
        """
        again: dict[Key, dict[int, Excursion]] = {key: {} for key in since}
        others = []
        for found in findings.tolist():
            key = self._keys[found[_INSTANCE]]
            if key not in again:
                others.append(found)
            elif found[_PHASE] not in (WITHDRAWN, COMPLETE):
                again[key][found[_START]] = self._excursion(found, None, now_ns)
        changes = self._progress(others, now_ns)
        for key, by_start in again.items():
            changes += self._compare(key, list(by_start.values()), since[key])
        return changes

    def adopt(self, stated: Iterable[Excursion]) -> list[Change]:
        """What differs from the last stated forms, and from the begin of this record; see Screener.adopt."""
        told: dict[Key, dict[str, Excursion]] = {}
        for excursion in stated:
            told.setdefault(_key(excursion), {})[excursion.id] = excursion
        changes = []
        for key in sorted(self._known.keys() | told.keys()):
            changes += self._adopt(key, told.get(key, {}))
        return changes

    def _adopt(self, key: Key, stated: dict[str, Excursion]) -> list[Change]:
        past = {e.id: e for e in self._past.since(*key, FOREVER_PAST)}
        found = {**{name: e for name, e in past.items() if name in stated}, **self._known.get(key, {})}
        published = {**past, **self._loaded, **stated}
        before = [published[name] for name in found.keys() | stated.keys() if name in published]
        before.sort(key=lambda e: (e.start_ns, e.id))
        self._forget(key)
        for was in before:
            self._keep(was)
        changes, new = self._matched(before, [e for e in found.values() if not e.withdrawn])
        for now in new:
            changes += self._put(replace(now, revision=1), None)
        return changes

    def _matched(self, before: list[Excursion], now: list[Excursion]) -> tuple[list[Change], list[Excursion]]:
        """What became of those of before, and those that are none of them."""
        pairs, new, gone = match(before, now)
        changes: list[Change] = []
        for was, found in pairs:
            if was.end_ns is None or not self._past.stands(was):
                changes += self._put(known_as(found, was), was)
        changes += [self._withdraw(was) for was in gone if not self._past.stands(was)]
        return changes, new

    def leave_past(self, lingering: Findings) -> None:
        """Forget what is over: by now it is in the past. Not yet what is `lingering`."""
        stays = {(self._keys[found[_INSTANCE]], found[_START]) for found in lingering.tolist()}
        for key, known in list(self._known.items()):
            for over in [e for e in known.values() if e.end_ns is not None or e.withdrawn]:
                if over.withdrawn or (key, over.start_ns) not in stays:
                    self._drop(key, over)
            if not known:
                del self._known[key]

    def known(self) -> list[Excursion]:
        """Everything that was not left to the past."""
        return [e for by_id in self._known.values() for e in by_id.values()]

    def open(self) -> list[Excursion]:
        """Those that have not ended."""
        return [e for e in self.known() if e.end_ns is None and not e.withdrawn]

    def load(self, known: Iterable[Excursion]) -> None:
        """Begin with what another record knew."""
        for excursion in known:
            self._keep(excursion)
            self._loaded[excursion.id] = excursion

    def _compare(
        self, key: Key, now: list[Excursion], since: int, only: Instance | None = None
    ) -> list[Change]:
        """What is found of a rule, complete from `since` on, or `only` of one instance of it."""
        known = {e.id: e for e in self._past.since(*key, since)} | self._known.get(key, {})
        before = [e for e in known.values() if e.cleared_ns is None or e.cleared_ns > since]
        if only is not None:
            before = [e for e in before if only.valid_from_ns <= e.start_ns < only.valid_to_ns]
        now = [e for e in now if e.cleared_ns is None or e.cleared_ns > since]
        before.sort(key=lambda e: (e.start_ns, e.id))
        changes, new = self._matched(before, now)
        for found in new:
            changes += self._put(found, None)
        return changes

    def _withdraw(self, before: Excursion) -> Change:
        now = replace(before, withdrawn=True, revision=before.revision + 1)
        self._put(now, before)
        return Change(now, before)

    def _put(self, now: Excursion, before: Excursion | None) -> list[Change]:
        if now == before:
            return []
        if before is None:
            now = replace(now, id=self._free_id(now))
        else:
            self._unstart(before)
        self._keep(now)
        return [Change(now, before)]

    def _keep(self, excursion: Excursion) -> None:
        key = _key(excursion)
        self._known.setdefault(key, {})[excursion.id] = excursion
        self._ids.add(excursion.id)
        if not excursion.withdrawn:
            self._starting[key, excursion.start_ns] = excursion.id

    def _drop(self, key: Key, excursion: Excursion) -> None:
        del self._known[key][excursion.id]
        self._ids.discard(excursion.id)
        self._unstart(excursion)

    def _unstart(self, excursion: Excursion) -> None:
        """Another one may have its start already."""
        place = _key(excursion), excursion.start_ns
        if self._starting.get(place) == excursion.id:
            del self._starting[place]

    def _forget(self, key: Key) -> None:
        for excursion in list(self._known.get(key, {}).values()):
            self._drop(key, excursion)

    def _free_id(self, now: Excursion) -> str:
        attempt = 0
        while True:
            free = identity(self._journal, now.channel, now.rule, now.start_ns, attempt)
            if free not in self._ids and not self._past.has(free):
                return free
            attempt += 1

    def _starting_at(self, key: Key, start_ns: int) -> Excursion | None:
        name = self._starting.get((key, start_ns))
        return None if name is None else self._known[key][name]

    def _excursion(self, found: tuple[Any, ...], before: Excursion | None, now_ns: int) -> Excursion:
        """From a row of FINDING, under the identity of `before`."""
        (number, phase, start, confirmed, end, cleared, first, extreme, extreme_at, beyond, high, low) = (
            found[:12]
        )
        unproven, readings, last = found[12:]
        instance = self._plan.instances[number]
        limited = beyond != NEVER
        end_ns = end if phase == CLOSED else None
        known_ns = max(confirmed, last, now_ns) if end_ns is None else end_ns - 1
        return Excursion(
            "" if before is None else before.id,
            instance.channel,
            instance.rule,
            instance.kind,
            instance.severity_at(known_ns),
            instance.versions(start, known_ns),
            start,
            confirmed,
            end_ns,
            cleared if phase == CLOSED else None,
            _ended_by(end_ns, instance),
            extreme if readings > 0 else None,
            extreme_at if readings > 0 else None,
            beyond if limited else None,
            ((high << LIMB) + low) / SECOND if limited else None,
            readings,
            unproven,
            readings == 0 or unproven > 0,
            first,
            last,
            1 if before is None else before.revision,
            False,
        )


def _key(excursion: Excursion) -> Key:
    return excursion.channel, excursion.rule


def _ended_by(end_ns: int | None, instance: Instance) -> str:
    """Whoever ends by readings ends before the rule does."""
    if end_ns is None:
        return ""
    return instance.ends_by if end_ns == instance.valid_to_ns else RETURNED
