"""A unit, as far as it was stated where it was: what was proven there, excursions, budgets, statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier import basis, judged, unknown
from gateway.dossier.budgets import Budgets
from gateway.dossier.case import Case
from gateway.dossier.course import Course
from gateway.dossier.exposed import Exposed, longest
from gateway.dossier.facts import SCHEMA
from gateway.dossier.inside import plain_stay
from gateway.dossier.listed import cases_of
from gateway.dossier.places import Visit, plain_place, visits
from gateway.dossier.report import Report
from gateway.dossier.state import State
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.published import contents as published
from gateway.published.values import moment
from gateway.questions.contents import units_with
from gateway.traceability.history import history_of
from gateway.traceability.model import Stay

KIND: Final = "unit"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Passport:
    """Of one unit: scheme and code."""

    state: State
    key: Key


def passport_of(state: State, code: str) -> Passport:
    """`code`: as it stands, or as its scheme writes it. Raises InputError for none, or several units."""
    keys = units_with(state.stated.containments, code)
    if not keys:
        raise InputError(
            f"nobody has stated anything about a unit {code[:80]!r}; `cryogate contents` lists all"
        )
    if len(keys) > 1:
        named = ", ".join(f"{known} ({scheme})" for scheme, known in keys)
        raise InputError(f"{code[:80]!r} is the code of several units: {named[:500]}; give the whole of one")
    return Passport(state, keys[0])


def report_of(passport: Passport, records: Records) -> Report:
    """To be printed; readings are attached to the reports of its excursions."""
    return Report(partial(facts, passport, records), passport.state)


def facts(passport: Passport, records: Records) -> dict[str, Any]:
    """The same for the same state of the journal."""
    state, key = passport.state, passport.key
    known = state.stated.containments
    stays, mentions = known.where_was(*key), history_of(known, *key)
    cases = {case.alarm: case for stay in stays for case in _cases(state, records, stay)}
    exposed, budgets = Exposed(list(cases.values())), Budgets()
    told = [_stay(state, stay, exposed, budgets) for stay in stays]
    parts = sorted(exposed.parts(key), key=lambda part: (part["from"], part["alarm"]))
    unit = stays[-1].unit if stays else mentions[-1].said.unit
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "report": KIND,
        "as_of": moment(state.at_ns),
        "preliminary": any(one["to"] is None for one in told) or any(part["goes_on"] for part in parts),
        "unit": published.unit(unit),
        "place": told[-1]["place"] if told else plain_place(state.document(state.at_ns), "", ""),
        "stays": told,
        "between": list(_between(stays)),
        "excursions": parts,
        "beyond_s": longest(parts),
        "budgets": budgets.plain(),
        "decisions": [one for case in cases.values() for one in judged.decisions(case, *key)],
        "statements": [published.mention(one) for one in mentions],
        "conflicts": [c.words() for c in known.conflicts() if c.unit.key == key],
        "basis": _basis(state, told, [case for case in cases.values() if _names(parts, case)]),
        "channels": [],
    }
    return found | {"unknown": unknown.of_unit(found)}


def _cases(state: State, records: Records, stay: Stay) -> Iterator[Case]:
    end_ns = state.at_ns if stay.to_ns is None else stay.to_ns
    yield from cases_of(state, records, stay.asset, stay.from_ns, end_ns)


def _stay(state: State, stay: Stay, exposed: Exposed, budgets: Budgets) -> dict[str, Any]:
    known, timeline = state.stated, state.timeline
    rows = {row.id: row for row in known.containments.said_of(*stay.unit.key)}
    end_ns = min(stay.to_ns or state.at_ns, state.at_ns)
    site = timeline.names.latest("sites", timeline.site_of(stay.asset, stay.from_ns))
    seen = [
        one
        for one in visits(timeline, stay.asset, stay.from_ns, end_ns)
        if stay.zone is None or one.zone in (None, stay.zone)
    ]
    return {
        **plain_stay(known, stay, rows),
        **exposed.of(stay.unit.key, stay),
        "known_to": moment(max(end_ns, stay.from_ns)),
        "place": plain_place(state.document(max(end_ns - 1, stay.from_ns)), site, known.name(stay.asset)),
        "probes": _probes(state, seen, budgets),
    }


def _probes(state: State, seen: Sequence[Visit], budgets: Budgets) -> list[dict[str, Any]]:
    """What each proves of the stay, over the time that both were there."""
    with budgets.stay():
        return [_probe(state, visit, budgets) for visit in seen]


def _probe(state: State, visit: Visit, budgets: Budgets) -> dict[str, Any]:
    course = Course(state, visit.channel, visit.from_ns, visit.to_ns)
    limits = budgets.limits(course)
    clocks, *spent = course.proofs([None, *(one.limit for one in limits)])
    for budget, proof in zip(limits, spent, strict=True):
        if proof is not None:
            budgets.spend(budget, proof.clocks)
    return {
        "channel": state.timeline.names.latest("channels", visit.channel),
        "zone": visit.zone,
        "from": moment(visit.from_ns),
        "to": moment(visit.to_ns),
        "clocks": None if clocks is None else clocks.public(),
    }


def _between(stays: Sequence[Stay]) -> Iterator[dict[str, Any]]:
    """Times between its first and its last stay of which nobody has said where it was."""
    until_ns: int | None = stays[0].from_ns if stays else None
    for stay in stays:
        if until_ns is None:
            return
        if stay.from_ns > until_ns:
            yield {"from": moment(until_ns), "to": moment(stay.from_ns)}
        until_ns = None if stay.to_ns is None else max(until_ns, stay.to_ns)


def _names(parts: Sequence[dict[str, Any]], case: Case) -> bool:
    return any(part["alarm"] == case.alarm for part in parts)


def _basis(state: State, stays: Sequence[dict[str, Any]], cases: Sequence[Case]) -> dict[str, Any]:
    told = sorted((seq, change.version) for case in cases for seq, _, change in case.changes)
    entries = {"alarm": [seq for seq, _ in told], "contents": basis.stated_in(stays)}
    return basis.common(state, state.at_ns, entries, {version for _, version in told}, state.seq)
