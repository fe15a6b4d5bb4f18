"""An asset over a time, as for a leg or a shipment: what was measured, every excursion, what was inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier import basis, unknown
from gateway.dossier.case import Case
from gateway.dossier.course import Course, measured
from gateway.dossier.exposed import Exposed
from gateway.dossier.facts import SCHEMA
from gateway.dossier.inside import plain_stay
from gateway.dossier.listed import cases_of, listed
from gateway.dossier.places import Visit, plain_place, probe_at, visits
from gateway.dossier.report import Report, Samples
from gateway.dossier.state import State
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.published.values import moment
from gateway.times import format_rfc3339

KIND: Final = "asset"


@dataclass(frozen=True, slots=True)
class Period:
    """Of an asset (identity) over [start, end) as it was asked for."""

    state: State
    asset: str
    start_ns: int
    asked_end_ns: int

    @property
    def end_ns(self) -> int:
        """As far as the journal reaches."""
        return min(self.asked_end_ns, self.state.at_ns)

    @property
    def has_ended(self) -> bool:
        return self.asked_end_ns <= self.state.at_ns


def period_of(state: State, asset: str, start_ns: int, end_ns: int) -> Period:
    """`asset`: by any name it ever had.

    Raises InputError for an unknown asset, and a time that is none, or of which nothing is known yet.
    """
    known, identity = state.timeline.names.ever("assets"), state.timeline.asset_identity(asset)
    if asset not in known and identity not in known.values():
        raise InputError(f"no asset {asset!r} in the journal; `cryogate check` lists them")
    if end_ns <= start_ns:
        raise InputError("the interval ends before it starts")
    if start_ns >= state.at_ns:
        raise InputError(
            f"the journal ends at {format_rfc3339(state.at_ns)}, before the interval begins: nothing is "
            "known of it yet"
        )
    return Period(state, identity, start_ns, end_ns)


def report_of(period: Period, records: Records) -> Report:
    """To be printed."""
    told = facts(period, records)
    samples = (Samples("samples", tuple(told["channels"]), period.start_ns, period.end_ns),)
    return Report(lambda: told, period.state, samples if told["channels"] else ())


def facts(period: Period, records: Records) -> dict[str, Any]:
    """The same for the same state of the journal."""
    state, timeline, start_ns, end_ns = period.state, period.state.timeline, period.start_ns, period.end_ns
    cases = list(cases_of(state, records, period.asset, start_ns, end_ns))
    seen = list(visits(timeline, period.asset, start_ns, end_ns))
    contents = _contents(period, cases)
    excursions = [listed(case) for case in cases]
    names = timeline.names
    site = names.latest("sites", timeline.site_of(period.asset, start_ns))
    place = plain_place(state.document(end_ns - 1), site, names.latest("assets", period.asset))
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "report": KIND,
        "as_of": moment(state.at_ns),
        "preliminary": not period.has_ended or any(case.is_open for case in cases),
        "has_ended": period.has_ended,
        "shown": {"from": moment(start_ns), "to": moment(end_ns)},
        "asked_to": moment(period.asked_end_ns),
        "place": {**place, "zone": None, "since": None},
        "courses": [_course(state, visit) for visit in seen],
        "unmeasured": list(_unmeasured(seen, start_ns, end_ns)),
        "excursions": excursions,
        "contents": contents,
        "basis": _basis(period, cases, contents["units"], {one.channel for one in seen}),
        "channels": list(dict.fromkeys(names.latest("channels", one.channel) for one in seen)),
    }
    return found | {"unknown": unknown.of_period(found)}


def _course(state: State, visit: Visit) -> dict[str, Any]:
    """Of one channel while it was there."""
    span = (visit.from_ns, visit.to_ns)
    seen = measured(Course(state, visit.channel, *span), [span])
    return {
        "from": moment(visit.from_ns),
        "to": moment(visit.to_ns),
        "zone": visit.zone,
        "probe": probe_at(state, visit.channel, visit.from_ns),
        **seen,
        "clocks": {"shown": seen["clocks"][0]},
    }


def _unmeasured(seen: Sequence[Visit], start_ns: int, end_ns: int) -> Iterator[dict[str, Any]]:
    """Parts of the time in which no channel was placed there."""
    until_ns = start_ns
    for visit in sorted(seen, key=lambda one: one.from_ns):
        if visit.from_ns > until_ns:
            yield {"from": moment(until_ns), "to": moment(visit.from_ns)}
        until_ns = max(until_ns, visit.to_ns)
    if until_ns < end_ns:
        yield {"from": moment(until_ns), "to": moment(end_ns)}


def _contents(period: Period, cases: Sequence[Case]) -> dict[str, Any]:
    """Who was inside at any moment of it, from when to when, and what became of them."""
    known, exposed = period.state.stated, Exposed(cases)
    inside = known.containments.inside(period.asset, None, period.start_ns, period.end_ns)
    units = []
    for stay in sorted(inside.stays, key=lambda one: (one.from_ns, one.unit)):
        key = stay.unit.key
        rows = {row.id: row for row in known.containments.said_of(*key)}
        unit = {"product": stay.unit.product, "chain_of_identity": stay.unit.chain_of_identity}
        units.append(
            {
                "scheme": key[0],
                "code": key[1],
                **unit,
                **plain_stay(known, stay, rows),
                **exposed.of(key, stay),
            }
        )
    return {"known": inside.known, "units": units}


def _basis(
    period: Period, cases: Sequence[Case], stays: Sequence[dict[str, Any]], channels: set[str]
) -> dict[str, Any]:
    told = [(seq, change) for case in cases for seq, _, change in case.changes]
    entries = {
        "alarm": [seq for seq, _ in sorted(told, key=lambda one: one[0])],
        "contents": basis.stated_in(stays),
        "placements": basis.placements(period.state, channels),
    }
    versions = {change.version for _, change in told}
    found = basis.common(period.state, period.start_ns, entries, versions, period.state.seq)
    later = basis.later_configurations(period.state, period.start_ns, period.end_ns)
    found["configuration"]["later"] = later
    return found
