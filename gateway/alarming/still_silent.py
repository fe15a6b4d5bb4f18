"""Silences that somebody answered while their cause lasted: once it is over they ask again.

A cause is a fault that leaves assets unwatched, as a broker that is away does, or that this gateway was away
itself. Until the no-data time of a channel has passed behind the end of its cause, nobody can know that it is
silent for another reason: whoever answered by then had the cause in mind. All of it follows from what is
stated; an alarm that asks again is answered no more, so it does so once. Several that fell silent at one site
without any fault have a cause, too, that ended when half of them talk again (fell_silent.py).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from gateway.alarming.entry import Entry
from gateway.alarming.fell_silent import FellSilent
from gateway.alarms.lifecycle import Alarm, AlarmState
from gateway.alarms.member import leaves_unwatched
from gateway.config.tables import Problems, build
from gateway.config.timeline import Timeline
from gateway.config.types import CallLimits
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import AlarmTables
from gateway.model import SECOND, to_ns
from gateway.screening.excursion import Excursion
from gateway.statements import Statement, fault

SILENCE: Final = "no_data"  # kind of the rule
LATE_NS: Final = 60 * SECOND  # raised so long after its time: until then this gateway was away
EVERY_NS: Final = SECOND  # 10 000 alarms take some milliseconds
MOST_SPELLS: Final = 50  # of an asset; an answer that nobody was asked about again is hardly older


@dataclass(frozen=True, slots=True)
class Spell:
    """A cause that is over, and the statement that said so; empty: the alarm itself does."""

    begin_ns: int
    end_ns: int
    because: str = ""

    def is_about(self, answered_ns: int, wait_ns: int) -> bool:
        """Whether who answered then had it in mind: it lasted, or nobody could know what is silent still."""
        return self.begin_ns <= answered_ns < self.end_ns + wait_ns


@dataclass(frozen=True, slots=True)
class _Lasting:
    begin_ns: int
    assets: tuple[str, ...]  # identities


class StillSilent:
    """By the word of every fault that was heard so far."""

    def __init__(self, timeline: Timeline, tables: AlarmTables) -> None:
        self._timeline = timeline
        self._together = FellSilent(tables)
        self._lasting: dict[str, _Lasting] = {}  # by id of the fault
        self._spells: dict[str, deque[Spell]] = {}  # by asset
        self._after: tuple[str, int] = ("", 0)  # ns, of the configuration of this fingerprint
        self._looked_ns = 0

    def hear(self, statement: Statement) -> None:
        """A fault begins, or is over."""
        told = fault.of(statement.body)
        if isinstance(told, fault.FaultRaised):
            if leaves_unwatched(told.fault, told.assets):
                assets = tuple(map(self._timeline.asset_identity, told.assets))
                self._lasting[told.id] = _Lasting(statement.at_ns, assets)
        elif (cause := self._lasting.pop(told.id, None)) is not None:
            for asset in cause.assets:
                spells = self._spells.setdefault(asset, deque(maxlen=MOST_SPELLS))
                spells.append(Spell(cause.begin_ns, statement.at_ns, statement.id))

    def due(self, entries: Iterable[Entry], now_ns: int) -> Iterator[tuple[str, Entry]]:
        """Those that ask again now, each with the id of the statement because of which it does."""
        if self._looked_ns <= now_ns < self._looked_ns + EVERY_NS:
            return
        self._looked_ns = now_ns
        self._together.begin_look()
        silences = [(one, one.cause) for one in entries if one.is_open and _is_silence(one.cause)]
        going_on = {entry.alarm.id for entry, _ in silences}
        for entry, cause in silences:
            assert isinstance(cause, Excursion)
            last = self._last_cause(entry, cause, now_ns, going_on)
            if last is not None and last.end_ns + self._wait_ns(cause, now_ns) + self._after_ns() <= now_ns:
                yield last.because, entry
        self._together.forget({entry.alarm.raised_ns for entry, _ in silences})

    def _last_cause(
        self, entry: Entry, cause: Excursion, now_ns: int, going_on: Collection[str]
    ) -> Spell | None:
        """What ended last of what may have silenced it; None: it goes on, or no answer was about it."""
        answered_ns = _answered_ns(entry.alarm)
        if not answered_ns:
            return None
        spells = list(_own(entry.alarm, cause))
        spells += (spell for asset in entry.place.assets for spell in self._spells.get(asset, ()))
        wait_ns = self._wait_ns(cause, now_ns)
        if not any(spell.is_about(answered_ns, wait_ns) for spell in spells):
            together = self._together.spell(entry, going_on, now_ns)
            if together is None or not Spell(*together).is_about(answered_ns, wait_ns):
                return None
            spells.append(Spell(*together))
        if any(not set(entry.place.assets).isdisjoint(one.assets) for one in self._lasting.values()):
            return None
        return max(spells, key=lambda spell: spell.end_ns)

    def _wait_ns(self, cause: Excursion, now_ns: int) -> int:
        identity = self._timeline.identity_of(cause.channel)
        return 0 if identity is None else to_ns(self._timeline.last_known(identity, now_ns).silence.timeout_s)

    def _after_ns(self) -> int:
        """Of the newest configuration."""
        if self._after[0] != self._timeline.fingerprint:
            table = json.loads(self._timeline.document).get("calls", {})
            calls = build(CallLimits, table, "calls", Problems()) or CallLimits()
            self._after = self._timeline.fingerprint, to_ns(calls.asks_again_after_s)
        return self._after[1]


def _is_silence(cause: object) -> bool:
    return isinstance(cause, Excursion) and cause.kind == SILENCE


def _own(alarm: Alarm, cause: Excursion) -> Iterator[Spell]:
    """That this gateway was away when it should have raised the alarm."""
    if alarm.raised_ns - cause.confirmed_ns > LATE_NS:
        yield Spell(cause.confirmed_ns, alarm.raised_ns)


def _answered_ns(alarm: Alarm) -> int:
    """When somebody last did something about an alarm that nobody is called about; 0: people are."""
    handling = alarm.handling
    if alarm.state is not AlarmState.ACKNOWLEDGED and handling.taken is None:
        return 0
    moments = [one.at_ns for one in alarm.acknowledgements]
    moments += [one.at_ns for one in handling.takings]
    moments += [one.at_ns for one in handling.assignments]
    return max(moments + [one.at_ns for one in handling.remarks])
