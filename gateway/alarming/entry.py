"""One alarm with everything known about it, and the form in which transitions and records keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.alarming.resets import StatedReset
from gateway.alarming.stored_units import Columns, columns, exposures_of, plain_exposures
from gateway.alarms.drills import StatedDrill
from gateway.alarms.fault import StatedFault
from gateway.alarms.handling import Assignment, Handling, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, Alarm, AlarmState
from gateway.alarms.overlay import Overlay, OverlayKind
from gateway.config.timeline import Place
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import AlarmRow
from gateway.model import SECOND, Severity
from gateway.screening.excursion import Excursion
from gateway.traceability.exposure import Exposures
from gateway.traceability.model import Unit

STORED: Final = 3
"""Schema of the stored form. Of 1 each unit told all of its part (stored_units.py); of 1 and 2 nobody could
take an alarm, and each of them spoke."""
WRITE_EVERY_NS: Final = SECOND  # an alarm that merely goes on
_NOT_HANDLED: Final = Handling()
Cause = Excursion | StatedFault | StatedDrill
Units = Exposures | None  # None: unknown


@dataclass(frozen=True, slots=True)
class AlarmPlace:
    """Where an alarm is, and how well it is measured there, at the time of its excursion.

    Of a fault only `assets` has anything: those that are not watched because of it, by identity.
    """

    channel: str = ""
    site: str = ""
    asset: str = ""
    zone: str | None = None
    quantity: str = ""
    unit: str = ""
    uncertainty: float | None = None  # expanded, in `unit`; None: not calibrated
    calibration: Mapping[str, Any] | None = None
    assets: tuple[str, ...] = ()  # identities (config/names.py) of what may hold the units in danger

    @staticmethod
    def of(place: Place) -> AlarmPlace:
        told = place.calibration
        words = (place.channel, place.site, place.asset, place.zone, place.quantity, place.unit)
        if told is None:
            return AlarmPlace(*words, assets=(place.asset_identity,))
        certificate = {key: f"{told.get(key, '')}" for key in ("certificate", "date", "due")}
        uncertainty = told.get(f"expanded_uncertainty_{place.unit}")
        return AlarmPlace(*words, uncertainty, certificate, (place.asset_identity,))


@dataclass(slots=True)
class Entry:
    """An alarm in the book."""

    cause: Cause
    alarm: Alarm
    place: AlarmPlace
    units: Units
    resets: tuple[StatedReset, ...] = ()
    number: int = 0  # how many transitions there were
    overlay: Overlay | None = None  # why it does not speak
    spent: frozenset[str] = frozenset()  # what keeps it quiet no more (alarms/overlay.py)
    noted: AlarmState | None = None  # its state as it was stated last
    written: bool = False
    written_ns: int = 0  # when it was last; those that merely go on are not all written at one moment
    columns: tuple[tuple[Unit, ...], Columns] | None = None  # of these units, as they are stored

    @property
    def is_open(self) -> bool:
        """Whether what it is about goes on."""
        return is_open(self.cause)

    @property
    def is_closed(self) -> bool:
        """Whether it needs nobody any more."""
        return self.alarm.state is AlarmState.CLOSED


def is_open(cause: Cause) -> bool:
    """Whether it has not ended."""
    return cause.end_ns is None and not (isinstance(cause, Excursion) and cause.withdrawn)


def is_due(entry: Entry, now_ns: int) -> bool:
    """Whether what has changed of it should be written by now."""
    late = now_ns - entry.written_ns >= WRITE_EVERY_NS
    return not entry.written and (late or not is_open(entry.cause))


def was_so(entry: Entry, change: str, now_ns: int) -> int:
    """When what a transition says was so, in event time where it has one."""
    cause = entry.cause
    if not isinstance(cause, Excursion):
        return now_ns
    told = {"raised": cause.confirmed_ns, "returned": cause.cleared_ns, "ended": cause.end_ns}.get(change)
    return now_ns if told is None else told


def row_of(entry: Entry) -> AlarmRow:
    """As the records keep it."""
    alarm: Alarm = entry.alarm
    return AlarmRow(alarm.id, alarm.state is AlarmState.CLOSED, alarm.raised_ns, entry.number, stored(entry))


def stored(entry: Entry) -> dict[str, Any]:
    """Plain JSON data, for `of_stored` and for published/alarm.py."""
    cause = entry.cause
    return {
        "schema": STORED,
        **_stored_cause(cause),
        "alarm": _plain(entry.alarm),
        "place": _plain(entry.place),
        "units": None if entry.units is None else plain_exposures(entry.units, _columns(entry, entry.units)),
        "resets": [_plain(r) for r in entry.resets],
        "overlay": None if entry.overlay is None else _plain(entry.overlay),
        "spent": sorted(entry.spent),
    }


def of_stored(known: Mapping[str, Any], number: int) -> Entry:
    """What `stored` gave, after so many transitions."""
    alarm = alarm_of(known)
    return Entry(
        cause_of(known),
        alarm,
        AlarmPlace(**{**known["place"], "assets": tuple(known["place"]["assets"])}),
        None if known["units"] is None else exposures_of(known["units"]),
        tuple(StatedReset(**r) for r in known["resets"]),
        number,
        overlay_of(known),
        frozenset(known.get("spent", ())),
        alarm.state,
        written=True,
    )


def cause_of(known: Mapping[str, Any]) -> Cause:
    """The excursion, the fault or the drill of a stored alarm."""
    if "excursion" in known:
        return Excursion.from_plain(known["excursion"])
    made = StatedDrill if "drill" in known else StatedFault
    told = known["drill" if "drill" in known else "fault"]
    return made(**{**told, "severity": Severity(told["severity"]), "assets": tuple(told["assets"])})


def alarm_of(known: Mapping[str, Any]) -> Alarm:
    """The life of a stored alarm so far."""
    told, closing = known["alarm"], known["alarm"]["closing"]
    return Alarm(
        told["id"],
        AlarmState(told["state"]),
        told["raised_ns"],
        told["over_ns"],
        told["ended"],
        tuple(Acknowledgement(**a) for a in told["acknowledgements"]),
        None if closing is None else Acknowledgement(**closing),
        _handling_of(told.get("handling", {})),
    )


def overlay_of(known: Mapping[str, Any]) -> Overlay | None:
    """Why a stored alarm did not speak; None: it did."""
    told = known.get("overlay")
    return None if told is None else Overlay(**{**told, "kind": OverlayKind(told["kind"])})


def _handling_of(told: Mapping[str, Any]) -> Handling:
    if not any(told.values()):  # as of most of 10 000
        return _NOT_HANDLED
    return Handling(
        tuple(Taking(**one) for one in told.get("takings", ())),
        tuple(Assignment(**one) for one in told.get("assignments", ())),
        tuple(Remark(**one) for one in told.get("remarks", ())),
    )


def _stored_cause(cause: Cause) -> dict[str, Any]:
    """Of a fault its stored form has "fault", of a drill "drill": nobody takes one for the other."""
    if isinstance(cause, Excursion):
        return {"excursion": cause.plain()}
    return {"drill" if isinstance(cause, StatedDrill) else "fault": _plain(cause)}


def _columns(entry: Entry, units: Exposures) -> Columns:
    """Made once for as long as the same are inside."""
    if entry.columns is None or entry.columns[0] is not units.units:
        entry.columns = units.units, columns(units.units)
    return entry.columns[1]


def _plain(of: Any) -> Any:
    """Of a dataclass; `dataclasses.asdict` takes ten times as long."""
    return msgspec.to_builtins(of)
