"""The alarm book: each excursion with what was inside the asset and what people did about it.

Fed in journal order by one thread. Whatever happens (raised, acknowledged, returned, amended, withdrawn) is
a revision of the alarm, kept with what was known then; that an open excursion merely went on is none.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.alarming import faults
from gateway.alarming.measure import Measures
from gateway.alarming.resets import RESET, Resets, StatedReset, stated
from gateway.alarms import lifecycle
from gateway.alarms.lifecycle import Acknowledgement, Alarm, AlarmState
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import AlarmRow, Records
from gateway.model import SECOND
from gateway.published import view
from gateway.published.view import AlarmPlace
from gateway.screening.excursion import RETURNED, Excursion
from gateway.screening.record import Change
from gateway.statements.acknowledge import KIND as ACKNOWLEDGE
from gateway.statements.containment import KIND as CONTAINMENT
from gateway.traceability.containment import Containments
from gateway.traceability.exposure import Exposure, exposures
from gateway.traceability.model import Contents, Unit, together
from gateway.traceability.statements import from_body

log = logging.getLogger(__name__)
WRITE_EVERY_NS = SECOND

Units = tuple[Exposure, ...] | None  # None: unknown


@dataclasses.dataclass(slots=True)
class _Entry:
    excursion: Excursion
    alarm: Alarm
    place: AlarmPlace
    units: Units
    resets: tuple[StatedReset, ...] = ()
    written: bool = False
    written_ns: int = 0  # when it was last; those that merely go on are not all written at one moment


@dataclasses.dataclass(frozen=True, slots=True)
class _Revision:
    id: str
    number: int
    change: str
    at_ns: int
    known: dict[str, Any]


class AlarmBook:
    """Alarms by id: in memory while their excursion is open, all of them in the records."""

    def __init__(
        self, configuration: Configuration, names: Mapping[int, str], records: Records, measures: Measures
    ) -> None:
        self._configuration = configuration
        self._names = names
        self._records = records
        self._measures = measures
        self._entries: dict[str, _Entry] = {}
        self._revisions: list[_Revision] = []  # not yet written
        self._containments = Containments()
        self._resets = Resets()

    def restore(self, journal: Journal, until_seq: int) -> None:
        """What the records and the journal's statements up to `until_seq` say."""
        for seq, statement in journal.statements(CONTAINMENT):
            if seq <= until_seq:
                self._contain(statement)
        for reset in stated(journal, until_seq):
            self._resets.state(reset)
        for row in self._records.ongoing():
            self._entries[row.id] = _from_row(row)

    def enter(self, change: Change, now_ns: int) -> None:
        """An excursion appeared, went on, closed, was amended or withdrawn."""
        found = change.excursion
        entry = self._known(found.id)
        before = None if entry is None else entry.excursion
        if entry is None:
            place = AlarmPlace.of(self._configuration.channels[self._names[found.channel]])
            entry = _Entry(found, lifecycle.raised(found.id, now_ns), place, None)
            self._entries[found.id] = entry
        entry.excursion = found
        self._advance(entry, before, now_ns)

    def _advance(self, entry: _Entry, before: Excursion | None, now_ns: int) -> None:
        """What follows for the alarm from what its excursion is now, and was `before`."""
        entry.written = False
        steps = list(_steps(entry.alarm, before, entry.excursion, now_ns))
        if steps:
            entry.units, entry.resets = self._units(entry, now_ns), self._bearing_on(entry)
        for happened, alarm in steps:
            entry.alarm = alarm
            self._revise(entry, happened, now_ns)

    def hear(self, statement: Statement, now_ns: int, changes: Sequence[Change] = ()) -> None:
        """A statement from the journal, and what changed because of it; of other kinds nothing follows."""
        if statement.kind == CONTAINMENT:
            for asset in self._contain(statement):
                self._look_inside_again(asset, now_ns)
        elif statement.kind == ACKNOWLEDGE:
            self._acknowledge(statement, now_ns)
        elif statement.kind == faults.FAULT:
            self._hear_of_fault(statement, now_ns)
        elif statement.kind == RESET:
            self._reset(StatedReset.of(statement), changes, now_ns)

    @property
    def has_news(self) -> bool:
        """Whether anything happened that is not written."""
        return bool(self._revisions)

    def is_due(self, now_ns: int) -> bool:
        """Whether the progress of an open excursion should be written by now."""
        return any(_is_due(e, now_ns) for e in self._entries.values())

    def write(self, now_ns: int, everything: bool = False) -> None:
        """Bring the records up to date; to be called within their transaction.

        Alarms to which something happened are written at once, each that merely goes on once a second.
        """
        happened = {r.id for r in self._revisions}
        unwritten = [
            e
            for e in self._entries.values()
            if _is_due(e, now_ns) or (not e.written and (everything or e.alarm.id in happened))
        ]
        for entry in unwritten:
            if _is_open(entry.excursion):
                self._refresh(entry, now_ns)
        self._records.put_alarms(_row(e) for e in unwritten)
        for r in self._revisions:
            self._records.put_revision(r.id, r.number, r.change, r.at_ns, r.known)
        for entry in unwritten:
            entry.written, entry.written_ns = True, now_ns
        self._revisions.clear()
        for identity in [i for i, e in self._entries.items() if e.written and not _is_open(e.excursion)]:
            del self._entries[identity]

    def states(self) -> dict[int, str]:
        """The worst open excursion of each channel that has one, in words ("critical above-150")."""
        ongoing = [e.excursion for e in self._entries.values() if _is_open(e.excursion)]
        ongoing.sort(key=lambda e: (e.severity, -e.start_ns))
        return {e.channel: f"{e.severity.name.lower()} {e.rule}" for e in ongoing}  # the last of each counts

    def _known(self, identity: str) -> _Entry | None:
        """In memory, or in the records if its excursion is over."""
        if identity not in self._entries:
            row = self._records.alarm(identity)
            if row is not None:
                self._entries[identity] = _from_row(row)
        return self._entries.get(identity)

    def _revise(self, entry: _Entry, change: str, now_ns: int) -> None:
        identity, entry.written = entry.alarm.id, False
        number, known = entry.excursion.revision, _public(entry)
        self._revisions.append(_Revision(identity, number, change, now_ns, known))
        log.warning(
            "alarm %s %s: %s %s",
            identity,
            change,
            known["channel"] or known["asset"],
            known["message"] or known["rule"],
        )

    def _acknowledge(self, statement: Statement, now_ns: int) -> None:
        entry = self._known(str(statement.body.get("alarm")))
        try:
            said = Acknowledgement(statement.by, statement.at_ns, str(statement.body.get("comment")))
            if entry is None:
                raise InputError(f"there is no alarm {statement.body.get('alarm')}")
            entry.alarm = lifecycle.acknowledge(entry.alarm, said)
        except InputError as error:  # said in good faith, too late or twice; it stays in the journal
            log.warning("acknowledgement by %s without effect: %s", statement.by, error)
            return
        self._revise(entry, "acknowledged", now_ns)

    def _hear_of_fault(self, statement: Statement, now_ns: int) -> None:
        entry = self._known(statement.body["id"])
        if statement.body["state"] == faults.RAISED:
            if entry is None:
                found, place = faults.excursion(statement), AlarmPlace.of_fault(statement.body)
                entry = _Entry(found, lifecycle.raised(found.id, now_ns), place, None)
                self._entries[found.id] = entry
                self._advance(entry, None, now_ns)
        elif entry is not None and _is_open(entry.excursion):
            before, end_ns = entry.excursion, max(statement.at_ns, entry.excursion.start_ns)
            entry.excursion = dataclasses.replace(
                before, end_ns=end_ns, cleared_ns=end_ns, ended_by=RETURNED, last_ns=end_ns
            )
            self._advance(entry, before, now_ns)

    def _reset(self, reset: StatedReset, changes: Sequence[Change], now_ns: int) -> None:
        self._resets.state(reset)
        for change in changes:
            self.enter(change, now_ns)
        channel = self._configuration.channels.get(reset.channel)
        for entry in self._of_asset(channel.table.asset) if channel else ():
            if (entry.place.channel, entry.excursion.rule) == (reset.channel, reset.rule):
                before, entry.resets = entry.resets, self._bearing_on(entry)
                if entry.resets != before:
                    self._revise(entry, "amended", now_ns)

    def _bearing_on(self, entry: _Entry) -> tuple[StatedReset, ...]:
        found = entry.excursion
        return self._resets.bearing_on(entry.place.channel, found.rule, found.start_ns, found.end_ns)

    def _contain(self, statement: Statement) -> set[str]:
        touched: set[str] = set()
        for body in statement.body["units"]:
            touched |= self._containments.state(from_body(body, statement.by, statement.at_ns))
        return touched

    def _look_inside_again(self, asset: str, now_ns: int) -> None:
        for entry in self._of_asset(asset):
            self._refresh(entry, now_ns)

    def _of_asset(self, asset: str) -> list[_Entry]:
        """Also alarms that are closed: a statement may be about the past."""
        for row in self._records.alarms_of(asset):
            if row.id not in self._entries:
                self._entries[row.id] = _from_row(row)
        return [entry for entry in self._entries.values() if asset in _assets(entry.place)]

    def _refresh(self, entry: _Entry, now_ns: int) -> None:
        """Look inside; who was there, other than for how long so far, is part of what an alarm says."""
        before, entry.units = entry.units, self._units(entry, now_ns)
        if _stays(entry.units) != _stays(before):
            self._revise(entry, "amended", now_ns)

    def _units(self, entry: _Entry, now_ns: int) -> Units:
        found, place = entry.excursion, entry.place
        until_ns = now_ns if found.end_ns is None else found.end_ns
        inside = [
            self._containments.inside(asset, place.zone, found.start_ns, until_ns) for asset in _assets(place)
        ]
        contents = together(inside) if inside else Contents(True, ())
        return exposures(contents, found.start_ns, found.end_ns, self._measures.of(found))


def _assets(place: AlarmPlace) -> tuple[str, ...]:
    """One; of a fault those that are not watched because of it, which may be none."""
    return place.assets if place.message else (place.asset,)


def _is_due(entry: _Entry, now_ns: int) -> bool:
    late = now_ns - entry.written_ns >= WRITE_EVERY_NS
    return not entry.written and (late or not _is_open(entry.excursion))


def _is_open(found: Excursion) -> bool:
    return found.end_ns is None and not found.withdrawn


def _steps(
    alarm: Alarm, before: Excursion | None, found: Excursion, now_ns: int
) -> Iterator[tuple[str, Alarm]]:
    """What happened to an alarm as its excursion changed, in order, with the alarm after each of it."""
    if before is None:
        yield "raised", alarm
    elif found.revision > before.revision and not found.withdrawn:
        yield "amended", alarm
    if found.withdrawn:
        if before is None or not before.withdrawn:
            yield "withdrawn", lifecycle.withdraw(alarm, now_ns)
    elif found.end_ns is not None and alarm.returned_ns is None:
        yield "returned", lifecycle.return_to_normal(alarm, now_ns)
    elif found.end_ns is None and alarm.returned_ns is not None:
        yield "raised", lifecycle.raise_again(alarm)


def _stays(units: Units) -> list[tuple[Unit, int, int | None, str | None]] | None:
    return None if units is None else [(u.unit, u.from_ns, u.to_ns, u.conflict) for u in units]


def _public(entry: _Entry) -> dict[str, Any]:
    return view.alarm(entry.alarm, entry.excursion, entry.place, entry.units, entry.resets)


def _row(entry: _Entry) -> AlarmRow:
    body = {
        "public": _public(entry),
        "excursion": entry.excursion.plain(),
        "alarm": dataclasses.asdict(entry.alarm),
        "place": dataclasses.asdict(entry.place),
        "units": None if entry.units is None else [dataclasses.asdict(u) for u in entry.units],
        "resets": [dataclasses.asdict(r) for r in entry.resets],
    }
    return AlarmRow(entry.alarm.id, entry.alarm.state is AlarmState.CLOSED, entry.alarm.raised_ns, body)


def _from_row(row: AlarmRow) -> _Entry:
    alarm, units = row.body["alarm"], row.body["units"]
    return _Entry(
        Excursion.from_plain(row.body["excursion"]),
        Alarm(
            alarm["id"],
            AlarmState(alarm["state"]),
            alarm["raised_ns"],
            alarm["returned_ns"],
            tuple(Acknowledgement(**a) for a in alarm["acknowledgements"]),
        ),
        AlarmPlace(**{**row.body["place"], "assets": tuple(row.body["place"].get("assets", ()))}),
        None if units is None else tuple(_exposures(units)),
        tuple(StatedReset(**r) for r in row.body["resets"]),
        written=True,
    )


def _exposures(rows: list[dict[str, Any]]) -> Iterator[Exposure]:
    for row in rows:
        yield Exposure(**{**row, "unit": Unit(**row["unit"])})
