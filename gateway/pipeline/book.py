"""The alarm book: each excursion with what was inside the asset and what people did about it.

Fed in journal order by one thread. What happened (raised, acknowledged, returned, amended, withdrawn) is
written to the records at once; that an open excursion merely went on, at most once a second.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.alarms import lifecycle
from gateway.alarms.lifecycle import Acknowledgement, Alarm, AlarmState
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import AlarmRow, Records
from gateway.model import SECOND, Severity
from gateway.pipeline import view
from gateway.pipeline.measure import Measures
from gateway.screening.excursion import Excursion
from gateway.screening.record import Change
from gateway.traceability.containment import Containments
from gateway.traceability.exposure import Exposure, exposures
from gateway.traceability.model import Unit
from gateway.traceability.statements import from_body

log = logging.getLogger(__name__)
CONTAINMENT, ACKNOWLEDGE = "containment", "acknowledge"  # kinds of journal statements
WRITE_EVERY_NS = SECOND
MOST_CLOSED = 1000  # closed alarms kept in memory, for late data that opens one again


@dataclasses.dataclass(slots=True)
class _Entry:
    excursion: Excursion
    alarm: Alarm
    units: tuple[Exposure, ...] | None  # None: unknown
    change: str = ""  # what happened last: raised, amended, returned, withdrawn, acknowledged
    written: bool = False


class AlarmBook:
    """Alarms by id, in memory while anybody may still need them; all of them in the records."""

    def __init__(
        self, configuration: Configuration, names: Mapping[int, str], records: Records, measures: Measures
    ) -> None:
        self._configuration = configuration
        self._names = names
        self._records = records
        self._measures = measures
        self._entries: dict[str, _Entry] = {}
        self._containments = Containments()
        self._written_ns = 0

    def restore(self, journal: Journal, until_seq: int) -> None:
        """What the records and the journal's statements up to `until_seq` say."""
        for seq, statement in journal.statements(CONTAINMENT):
            if seq <= until_seq:
                self._contain(statement)
        for row in reversed(self._records.alarms()):
            self._entries[row.id] = _from_row(row)

    def enter(self, change: Change, now_ns: int) -> None:
        """An excursion appeared, went on, closed, was amended or withdrawn."""
        found = change.excursion
        entry = self._known(found.id)
        if entry is None:
            entry = _Entry(found, lifecycle.raised(found.id, now_ns), None, "raised")
            self._entries[found.id] = entry
            log.warning("alarm %s raised: %s %s", found.id, self._names.get(found.channel), found.rule)
        elif found.revision > entry.excursion.revision:
            entry.change = "amended"
        _follow(entry, found, now_ns)
        if entry.change:
            entry.units = self._units(found)
            log.info("alarm %s %s", found.id, entry.change)

    def hear(self, statement: Statement) -> None:
        """A statement from the journal; of other kinds nothing follows here."""
        if statement.kind == CONTAINMENT:
            for asset in self._contain(statement):
                self._look_inside_again(asset)
        elif statement.kind == ACKNOWLEDGE:
            self._acknowledge(statement)

    def write(self, follower: str, seq: int, now_ns: int) -> None:
        """Bring the records up to journal entry `seq`, in one transaction."""
        happened = [e for e in self._entries.values() if e.change]
        if not happened and now_ns - self._written_ns < WRITE_EVERY_NS:
            return
        unwritten = [e for e in self._entries.values() if not e.written]
        for entry in unwritten:
            if not entry.change:
                entry.units = self._units(entry.excursion)
        with self._records.transaction():
            self._records.put_alarms(self._row(e) for e in unwritten)
            for entry in happened:
                self._records.put_revision(
                    entry.alarm.id, entry.excursion.revision, entry.change, now_ns, self._public(entry)
                )
            self._records.move_cursor(follower, seq)
        for entry in unwritten:
            entry.change, entry.written = "", True
        self._written_ns = now_ns
        self._forget()

    def public(self) -> list[dict[str, Any]]:
        """Alarms that need somebody, newest first."""
        needing = [e for e in self._entries.values() if e.alarm.state is not AlarmState.CLOSED]
        return [self._public(e) for e in sorted(needing, key=lambda e: -e.alarm.raised_ns)]

    def state_of(self, channel: int) -> str:
        """The worst open excursion of a channel in words ("critical above-150"); empty: none."""
        mine = [
            e.excursion
            for e in self._entries.values()
            if e.excursion.channel == channel and _is_open(e.excursion)
        ]
        worst = max(mine, key=lambda e: (e.severity, -e.start_ns), default=None)
        return f"{worst.severity.name.lower()} {worst.rule}" if worst else ""

    def _known(self, identity: str) -> _Entry | None:
        """In memory, or in the records if it was closed long ago."""
        if identity not in self._entries:
            row = self._records.alarm(identity)
            if row is not None:
                self._entries[identity] = _from_row(row)
        return self._entries.get(identity)

    def _acknowledge(self, statement: Statement) -> None:
        entry = self._known(str(statement.body.get("alarm")))
        try:
            said = Acknowledgement(statement.by, statement.at_ns, str(statement.body.get("comment")))
            if entry is None:
                raise InputError(f"there is no alarm {statement.body.get('alarm')}")
            entry.alarm = lifecycle.acknowledge(entry.alarm, said)
        except InputError as error:  # said in good faith, too late or twice; it stays in the journal
            log.warning("acknowledgement by %s without effect: %s", statement.by, error)
            return
        entry.change, entry.written = "acknowledged", False
        log.info("alarm %s acknowledged by %s", entry.alarm.id, statement.by)

    def _contain(self, statement: Statement) -> set[str]:
        touched: set[str] = set()
        for body in statement.body["units"]:
            touched |= self._containments.state(from_body(body, statement.by, statement.at_ns))
        return touched

    def _look_inside_again(self, asset: str) -> None:
        for entry in self._entries.values():
            if self._place(entry.excursion)[0] == asset:
                entry.units, entry.written = self._units(entry.excursion), False

    def _units(self, found: Excursion) -> tuple[Exposure, ...] | None:
        asset, zone = self._place(found)
        contents = self._containments.inside(asset, zone, found.start_ns, found.end_ns)
        return exposures(contents, found.start_ns, found.end_ns, self._measures.of(found))

    def _place(self, found: Excursion) -> tuple[str, str | None]:
        channel = self._configuration.channels.get(self._names.get(found.channel, ""))
        return (channel.table.asset, channel.table.zone) if channel else ("", None)

    def _public(self, entry: _Entry) -> dict[str, Any]:
        name = self._names.get(entry.excursion.channel, "")
        channel = self._configuration.channels.get(name)
        return view.alarm(entry.alarm, entry.excursion, name, channel, entry.units)

    def _row(self, entry: _Entry) -> AlarmRow:
        body = {
            "public": self._public(entry),
            "excursion": dataclasses.asdict(entry.excursion),
            "alarm": dataclasses.asdict(entry.alarm),
            "units": None if entry.units is None else [dataclasses.asdict(u) for u in entry.units],
        }
        return AlarmRow(entry.alarm.id, entry.alarm.state is AlarmState.CLOSED, entry.alarm.raised_ns, body)

    def _forget(self) -> None:
        closed = [i for i, e in self._entries.items() if e.alarm.state is AlarmState.CLOSED]
        for identity in closed[: max(0, len(closed) - MOST_CLOSED)]:
            del self._entries[identity]


def _is_open(found: Excursion) -> bool:
    return found.end_ns is None and not found.withdrawn


def _follow(entry: _Entry, found: Excursion, now_ns: int) -> None:
    """The alarm's state follows its excursion; a new alarm stays "raised" even if it is over already."""
    alarm, is_new = entry.alarm, entry.change == "raised"
    change = entry.change
    if found.withdrawn and not entry.excursion.withdrawn:
        entry.alarm, change = lifecycle.withdraw(alarm, now_ns), "withdrawn"
    elif not _is_open(found) and alarm.returned_ns is None:
        entry.alarm, change = lifecycle.return_to_normal(alarm, now_ns), "returned"
    elif _is_open(found) and alarm.returned_ns is not None:
        entry.alarm, change = lifecycle.raise_again(alarm), "raised"
    entry.change = "raised" if is_new else change
    entry.excursion, entry.written = found, False


def _from_row(row: AlarmRow) -> _Entry:
    found, alarm, units = row.body["excursion"], row.body["alarm"], row.body["units"]
    return _Entry(
        Excursion(**{**found, "severity": Severity(found["severity"])}),
        Alarm(
            alarm["id"],
            AlarmState(alarm["state"]),
            alarm["raised_ns"],
            alarm["returned_ns"],
            tuple(Acknowledgement(**a) for a in alarm["acknowledgements"]),
        ),
        None if units is None else tuple(_exposures(units)),
        written=True,
    )


def _exposures(rows: list[dict[str, Any]]) -> Iterator[Exposure]:
    for row in rows:
        yield Exposure(**{**row, "unit": Unit(**row["unit"])})
