"""A year: how often which asset of which site was in excursion, how long, and what is still open.

A year is that of the clocks of each site. Counted are excursions that began in it; no reading is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier import basis, unknown
from gateway.dossier.case import Case, case_in
from gateway.dossier.facts import SCHEMA
from gateway.dossier.listed import count
from gateway.dossier.measured import excursion
from gateway.dossier.places import plain_place
from gateway.dossier.report import Report
from gateway.dossier.state import State
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.journal.verify import unreadable
from gateway.model import SECOND
from gateway.published.alarm import EXCURSION
from gateway.published.values import moment
from gateway.zones import zone

KIND: Final = "year"
FIRST, LAST = 1971, 2042  # what times of the journal can be (screening: 73 years from 1970)
MONTHS: Final = range(1, 13)
SEVERITIES: Final = ("critical", "major", "minor", "warning")
SILENT: Final = "no_data"
CLOSED: Final = "closed"
Progress = Callable[[int, int], None]
"""Hears how many alarms of how many are done."""


@dataclass(frozen=True, slots=True)
class Site:
    """By the names that a year ended with, and its year as [start, end)."""

    place: Mapping[str, Any]
    start_ns: int
    end_ns: int
    assets: tuple[str, ...]  # identities


def report_of(state: State, records: Records, year: int, progress: Progress = lambda *_: None) -> Report:
    """To be printed. Raises InputError for a year of which the journal cannot know anything."""
    if not FIRST <= year <= LAST:
        raise InputError(f"{year} is no year that a journal can have")
    if state.at_ns < _start(year, "UTC"):
        raise InputError(f"the journal ends at {moment(state.at_ns)}: nothing is known of {year} yet")
    told = facts(state, records, year, progress)
    return Report(lambda: told, state)


def facts(state: State, records: Records, year: int, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """The same for the same state of the journal."""
    sites = list(_sites(state, year))
    cases = list(_cases(state, records, sites, progress))
    rows = [_listed(case, sites) for case in cases]
    begin, end = min(one.start_ns for one in sites), max(one.end_ns for one in sites)
    has_ended = end <= state.at_ns
    told = sorted((seq, change.version) for case in cases for seq, _, change in case.changes)
    entries = {"alarm": [seq for seq, _ in told]}
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "report": KIND,
        "year": year,
        "as_of": moment(state.at_ns),
        "has_ended": has_ended,
        "preliminary": not has_ended or any(one["goes_on"] for one in rows),
        "shown": {"from": moment(begin), "to": moment(min(end, state.at_ns))},
        "asked_to": moment(end),
        "place": {"site": "", "site_name": "", "time_zone": "UTC", "asset": "", "asset_name": ""},
        "sites": [_site(state, one, rows) for one in sites],
        "excursions": rows,
        "basis": _basis(state, begin, end, entries, {version for _, version in told}),
        "channels": [],
        "unreadable": [
            {"from": moment(one.first_ns), "to": moment(one.last_ns)}
            for one in unreadable(state.journal.path, begin, end)
        ],
    }
    return found | {"unknown": unknown.of_year(found)}


def _sites(state: State, year: int) -> Iterator[Site]:
    """Every site that stood in a configuration which decided in the year, with its assets."""
    assets = dict[str, dict[str, None]]()
    steps = [one for one in state.timeline.steps if one.from_ns < _start(year + 1, "UTC") + 86_400 * SECOND]
    first = max((k for k, one in enumerate(steps) if one.from_ns <= _start(year, "UTC")), default=0)
    for step in steps[first:] or [state.step(state.at_ns)]:
        for asset, site in step.sites.items():
            assets.setdefault(site, {})[asset] = None
    document, names = state.document(min(_start(year + 1, "UTC"), state.at_ns)), state.timeline.names
    for site, inside in assets.items():
        place = plain_place(document, names.latest("sites", site), "")
        of_year = _start(year, place["time_zone"]), _start(year + 1, place["time_zone"])
        yield Site(place, *of_year, tuple(inside))


def _start(year: int, time_zone: str) -> int:
    return round(datetime(year, 1, 1, tzinfo=zone(time_zone)).timestamp()) * SECOND


def _cases(state: State, records: Records, sites: Sequence[Site], progress: Progress) -> Iterator[Case]:
    """Excursions that began in the year of their site."""
    if not sites:
        return
    begin, end = min(one.start_ns for one in sites), max(one.end_ns for one in sites)
    total, of_year = (
        records.book.count_within(begin, state.at_ns + 1),
        {one.place["site"]: one for one in sites},
    )
    found = list[Case]()
    for number, row in enumerate(records.book.raised_within(begin, state.at_ns + 1)):
        progress(number, total)
        start_ns = row.body[EXCURSION]["start_ns"] if EXCURSION in row.body else end
        if not begin <= start_ns < end:
            continue
        case = case_in(state, records, row)
        site = of_year.get(_site_of(case))
        if site is not None and site.start_ns <= case.found.start_ns < site.end_ns:
            found.append(case)
    progress(total, total)
    yield from sorted(found, key=lambda case: (case.found.start_ns, case.alarm))


def _site_of(case: Case) -> str:
    """By its latest name."""
    names, told = case.timeline.names, case.known["place"].get("site", "")
    return names.today("sites", told)


def _listed(case: Case, sites: Sequence[Site]) -> dict[str, Any]:
    known, names = case.known, case.timeline.names
    place = next(one.place for one in sites if one.place["site"] == _site_of(case))
    asset = names.today("assets", known["place"].get("asset", ""))
    return {
        "alarm": case.alarm,
        "place": {**place, "asset": asset},
        "zone": known["place"].get("zone"),
        "unit": known["place"].get("unit", ""),
        **excursion(case),
        "goes_on": case.is_open,
        "units": None if known["units"] is None else count(known["units"]),
    }


def _site(state: State, site: Site, excursions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Its assets, those without an excursion, too; and how many began in each of its months."""
    rows = [one for one in excursions if one["place"]["site"] == site.place["site"]]
    names, document = state.timeline.names, state.document(min(site.end_ns, state.at_ns))
    assets = []
    for identity in site.assets:
        name = names.latest("assets", identity)
        mine = [row for row in rows if row["place"]["asset"] == name]
        called = document["assets"].get(name, {}).get("name", "")
        assets.append({"asset": name, "asset_name": called, **_numbers(mine)})
    real = [row for row in rows if not row["withdrawn"]]
    months = [_month(row["start"], site.place["time_zone"]) for row in real]
    return {
        "place": site.place,
        "from": moment(site.start_ns),
        "to": moment(site.end_ns),
        **_numbers(rows),
        "months": [months.count(one) for one in MONTHS],
        "assets": sorted(assets, key=lambda one: (-one["count"], one["asset"])),
    }


def _numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of those that were; times of several probes of one asset are added up."""
    real = [row for row in rows if not row["withdrawn"]]
    lasted = [row["duration_s"] for row in real]
    return {
        "count": len(real),
        "by_severity": {one: sum(row["severity"] == one for row in real) for one in SEVERITIES},
        "silent": sum(row["kind"] == SILENT for row in real),
        "withdrawn": len(rows) - len(real),
        "goes_on": sum(row["goes_on"] for row in real),
        "not_closed": sum(row["state"] != CLOSED for row in real),
        "beyond_s": sum(row["beyond_s"] or 0.0 for row in real),
        "longest_s": max(lasted, default=None),
        "with_units": sum(bool(row["units"]) for row in real),
        "units_unknown": sum(row["units"] is None for row in real),
    }


def _month(at: str, time_zone: str) -> int:
    return datetime.fromisoformat(f"{at[:19]}+00:00").astimezone(zone(time_zone)).month


def _basis(
    state: State, start_ns: int, end_ns: int, entries: Mapping[str, Any], versions: set[str]
) -> dict[str, Any]:
    found = basis.common(state, start_ns, entries, versions, state.seq)
    found["configuration"]["later"] = basis.later_configurations(state, start_ns, end_ns)
    return found
