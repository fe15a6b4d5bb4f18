"""The published record of excursions: identities, revisions, withdrawals.

An excursion keeps its id from the start that was known first. Live progress of an open excursion is no
revision; anything that late data changes about what was published is one. What is over may be left to
whoever keeps it (`Past`), so that only what is open takes memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from gateway.model import SECOND
from gateway.screening.excursion import LIMB, NEVER, RETURNED, Excursion, Findings, Phase, identity
from gateway.screening.plan import FOREVER, SUPERSEDED, Instance, Key, Plan

CLOSED, WITHDRAWN = int(Phase.CLOSED), int(Phase.WITHDRAWN)
_INSTANCE, _PHASE, _START = 0, 1, 2  # positions in FINDING


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


class Nothing:
    """The past of a record that keeps everything itself."""

    def since(self, channel: int, rule: str, moment_ns: int) -> Iterable[Excursion]:  # noqa: ARG002
        return ()

    def has(self, identity: str) -> bool:  # noqa: ARG002
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

    def progress(self, findings: Findings) -> list[Change]:
        """Publish what readings in order, or the clock, brought."""
        changes = []
        for found in findings.tolist():
            before = self._starting_at(self._keys[found[_INSTANCE]], found[_START])
            if found[_PHASE] != WITHDRAWN:
                changes += self._put(self._excursion(found, before), before)
            elif before is not None:
                changes.append(self._withdraw(before))
        return changes

    def amend(self, findings: Findings, since: dict[int, int]) -> list[Change]:
        """Publish a second screening of instances, by plan position.

        `since` gives the time up to which each one was not screened again: what was cleared by then stands.
        Findings are complete from there on, the last on each excursion counts.
        """
        stands: dict[Key, int] = {}
        for number, moment_ns in since.items():
            key = self._keys[number]
            stands[key] = max(moment_ns, stands.get(key, moment_ns))
        again: dict[Key, dict[int, Excursion]] = {key: {} for key in stands}
        for found in findings.tolist():
            if found[_PHASE] != WITHDRAWN:
                again.setdefault(self._keys[found[_INSTANCE]], {})[found[_START]] = self._excursion(
                    found, None
                )
        changes = []
        for key, by_start in again.items():
            changes += self._compare(key, list(by_start.values()), stands.get(key, FOREVER))
        return changes

    def close_orphans(self, ends: dict[int, int]) -> list[Change]:
        """End what is open under versions that are no longer in the plan; `ends` is by channel."""
        live = {
            (key, name)
            for key, i in zip(self._keys, self._plan.instances, strict=True)
            for name in (i.version, *(v.name for v in i.later))
        }
        changes = []
        for before in [e for e in self.open() if (_key(e), e.versions[-1]) not in live]:
            end = max(before.confirmed_ns, ends.get(before.channel, before.last_ns))
            changes += self._put(replace(before, end_ns=end, cleared_ns=end, ended_by=SUPERSEDED), before)
        return changes

    def leave_past(self) -> None:
        """Forget what is over: by now it is in the past."""
        for key, known in list(self._known.items()):
            for over in [e for e in known.values() if e.end_ns is not None or e.withdrawn]:
                del known[over.id]
                self._ids.discard(over.id)
                if self._starting.get((key, over.start_ns)) == over.id:
                    del self._starting[key, over.start_ns]
            if not known:
                del self._known[key]

    def rows(self) -> list[dict[str, Any]]:
        """Everything that was not left to the past, as plain values."""
        return [e.plain() for known in self._known.values() for e in known.values()]

    def open(self) -> list[Excursion]:
        """Those that have not ended."""
        known = (e for by_id in self._known.values() for e in by_id.values())
        return [e for e in known if e.end_ns is None and not e.withdrawn]

    def load(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take over what `rows` gave."""
        for row in rows:
            self._keep(Excursion.from_plain(row))

    def _compare(self, key: Key, now: list[Excursion], since: int) -> list[Change]:
        known = {e.id: e for e in self._past.since(*key, since)} | self._known.get(key, {})
        before = [e for e in known.values() if e.cleared_ns is None or e.cleared_ns > since]
        now = [e for e in now if e.cleared_ns is None or e.cleared_ns > since]
        before.sort(key=lambda e: (e.start_ns, e.id))
        pairs, new, gone = _match(before, now)
        changes = []
        for was, found in pairs:
            same = _as(found, was, was.revision)
            changes += [] if same == was else self._put(_as(found, was, was.revision + 1), was)
        changes += [self._withdraw(was) for was in gone]
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
            self._starting.pop((_key(before), before.start_ns), None)
        self._keep(now)
        return [Change(now, before)]

    def _keep(self, excursion: Excursion) -> None:
        key = _key(excursion)
        self._known.setdefault(key, {})[excursion.id] = excursion
        self._ids.add(excursion.id)
        if not excursion.withdrawn:
            self._starting[key, excursion.start_ns] = excursion.id

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

    def _excursion(self, found: tuple[Any, ...], before: Excursion | None) -> Excursion:
        """From a row of FINDING, under the identity of `before`."""
        (number, phase, start, confirmed, end, cleared, first, extreme, extreme_at, beyond, high, low) = (
            found[:12]
        )
        unproven, readings, last = found[12:]
        instance = self._plan.instances[number]
        limited = beyond != NEVER
        end_ns = end if phase == CLOSED else None
        known_ns = max(confirmed, last) if end_ns is None else end_ns - 1
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


def _as(now: Excursion, before: Excursion, revision: int) -> Excursion:
    """`now` under the identity of `before`."""
    return replace(now, id=before.id, revision=revision, withdrawn=False)


def _match(
    before: list[Excursion], now: list[Excursion]
) -> tuple[list[tuple[Excursion, Excursion]], list[Excursion], list[Excursion]]:
    """Which published excursion is which found one: the same start, else the first that overlaps.

    Returns pairs, what is new, and what is gone. A withdrawn one comes back only with its own start.
    """
    by_start = {e.start_ns: e for e in sorted(before, key=lambda e: not e.withdrawn)}
    pairs = [(by_start.pop(e.start_ns), e) for e in now if e.start_ns in by_start]
    paired = {id(found) for _, found in pairs}
    taken = {was.id for was, _ in pairs}
    left = [e for e in before if e.id not in taken and not e.withdrawn]
    new = []
    for found in [e for e in now if id(e) not in paired]:
        was = next((e for e in left if _overlap(e, found)), None)
        if was is None:
            new.append(found)
        else:
            left.remove(was)
            pairs.append((was, found))
    return pairs, new, left


def _overlap(one: Excursion, other: Excursion) -> bool:
    before_end = other.end_ns is None or one.start_ns < other.end_ns
    return before_end and (one.end_ns is None or other.start_ns < one.end_ns)
