"""The published record of excursions: identities, revisions, withdrawals.

An excursion keeps its id from the start that was known first. Live progress of an open excursion is no
revision; anything that late data changes about what was published is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.model import SECOND, Severity
from gateway.screening.excursion import LIMB, NEVER, Excursion, Findings, Phase, identity
from gateway.screening.plan import FOREVER, Plan

Key = tuple[int, str, str]  # channel, rule, version

REMEMBERED: Final = 10_000  # excursions of one rule on one channel; about 6 MB if every rule had so many


@dataclass(frozen=True, slots=True)
class Change:
    """What became known of an excursion; `before` is None where it is new."""

    excursion: Excursion
    before: Excursion | None


class Record:
    """Every excursion published so far, the latest REMEMBERED of each rule on each channel."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[Key, dict[str, Excursion]] = {}  # by rule, then by id in order of publication
        self._starting: dict[tuple[Key, int], str] = {}  # ids of those not withdrawn, by rule and start
        self._forgotten: dict[Key, int] = {}  # latest `cleared` that was dropped
        self._ids: set[str] = set()

    def progress(self, findings: Findings) -> list[Change]:
        """Publish what readings in order, or the clock, brought."""
        changes = []
        for found in findings:
            now = self._excursion(found)
            before = self._starting_at(_key(now), now.start_ns)
            if found["phase"] == Phase.WITHDRAWN:
                if before is not None:
                    changes.append(self._withdraw(before))
                continue
            changes += self._put(now if before is None else _as(now, before, before.revision), before)
        return changes

    def amend(self, findings: Findings, since: dict[int, int]) -> list[Change]:
        """Publish a second screening of instances, by plan position.

        `since` gives the time up to which each one was not screened again: what was cleared by then stands.
        Findings are complete from there on, the last on each excursion counts.
        """
        again: dict[int, dict[int, Excursion]] = {n: {} for n in since}
        for found in findings:
            if found["phase"] != Phase.WITHDRAWN:
                again.setdefault(int(found["instance"]), {})[int(found["start"])] = self._excursion(found)
        changes = []
        for number, by_start in again.items():
            instance = self._plan.instances[number]
            key = (instance.channel, instance.rule, instance.version)
            changes += self._compare(key, list(by_start.values()), since.get(number, FOREVER))
        return changes

    def close_orphans(self, ends: dict[int, int]) -> list[Change]:
        """End what is open under rules that are no longer in the plan; `ends` is by channel."""
        live = {(i.channel, i.rule, i.version) for i in self._plan.instances}
        changes = []
        for key in self._known.keys() - live:
            for before in [e for e in self._known[key].values() if e.end_ns is None and not e.withdrawn]:
                end = max(before.confirmed_ns, ends.get(before.channel, before.last_ns))
                changes += self._put(replace(before, end_ns=end, cleared_ns=end), before)
        return changes

    def rows(self) -> list[dict[str, Any]]:
        """Everything known, as plain values."""
        return [e.plain() for known in self._known.values() for e in known.values()]

    def open(self) -> list[Excursion]:
        """Those that have not ended."""
        known = (e for by_id in self._known.values() for e in by_id.values())
        return [e for e in known if e.end_ns is None and not e.withdrawn]

    def load(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take over what `rows` gave."""
        for row in rows:
            excursion = Excursion(**{**row, "severity": Severity(row["severity"])})
            self._keep(excursion)

    def _compare(self, key: Key, now: list[Excursion], since: int) -> list[Change]:
        forgotten = self._forgotten.get(key, NEVER)
        now = [e for e in now if e.cleared_ns is None or e.cleared_ns > forgotten]
        known = self._known.get(key, {}).values()
        before = [e for e in known if e.cleared_ns is None or e.cleared_ns > since]
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
        if len(self._known[_key(now)]) > REMEMBERED:
            self._forget(_key(now))
        return [Change(now, before)]

    def _keep(self, excursion: Excursion) -> None:
        key = _key(excursion)
        self._known.setdefault(key, {})[excursion.id] = excursion
        self._ids.add(excursion.id)
        if not excursion.withdrawn:
            self._starting[key, excursion.start_ns] = excursion.id

    def _forget(self, key: Key) -> None:
        known = self._known[key]
        oldest = next(e for e in known.values() if e.cleared_ns is not None or e.withdrawn)
        del known[oldest.id]
        self._ids.discard(oldest.id)
        if self._starting.get((key, oldest.start_ns)) == oldest.id:
            del self._starting[key, oldest.start_ns]
        until = oldest.start_ns if oldest.cleared_ns is None else oldest.cleared_ns
        self._forgotten[key] = max(until, self._forgotten.get(key, NEVER))

    def _free_id(self, now: Excursion) -> str:
        name, attempt = self._plan.names[now.channel], 0
        while (free := identity(name, now.rule, now.start_ns, attempt)) in self._ids:
            attempt += 1
        return free

    def _starting_at(self, key: Key, start_ns: int) -> Excursion | None:
        name = self._starting.get((key, start_ns))
        return None if name is None else self._known[key][name]

    def _excursion(self, found: Any) -> Excursion:
        (number, phase, start, confirmed, end, cleared, first, extreme, extreme_at, beyond, high, low) = (
            found.item()[:12]
        )
        unproven, readings, last = found.item()[12:]
        instance = self._plan.instances[number]
        limited = beyond != NEVER
        return Excursion(
            "",
            instance.channel,
            instance.rule,
            instance.kind,
            instance.severity,
            instance.version,
            start,
            confirmed,
            end if phase == Phase.CLOSED else None,
            cleared if phase == Phase.CLOSED else None,
            extreme if readings > 0 else None,
            extreme_at if readings > 0 else None,
            beyond if limited else None,
            ((high << LIMB) + low) / SECOND if limited else None,
            readings,
            unproven,
            readings == 0 or unproven > 0,
            first,
            last,
            1,
            False,
        )


def _key(excursion: Excursion) -> Key:
    return excursion.channel, excursion.rule, excursion.version


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
