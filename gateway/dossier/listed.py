"""Excursions as a report of several lists them, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gateway.dossier import measured
from gateway.dossier.case import Case, case_in
from gateway.dossier.state import State
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.published.alarm import EXCURSION


def cases_of(state: State, records: Records, asset: str, start_ns: int, end_ns: int) -> Iterator[Case]:
    """Excursions in an asset (identity) that have a part in [start, end), by their start."""
    rows = _excursions(records.book.of_asset(asset))
    found = [case_in(state, records, row) for row in rows if known_in(state, records, row)]
    touching = (case for case in found if case.found.start_ns < end_ns and start_ns < case.end_ns)
    yield from sorted(touching, key=lambda case: (case.found.start_ns, case.alarm))


def listed(case: Case) -> dict[str, Any]:
    """Its numbers, how certain it is, and how many units were inside; null: nobody has said."""
    units = case.known["units"]
    return {
        "alarm": case.alarm,
        "zone": case.known["place"].get("zone"),
        "unit": case.known["place"].get("unit", ""),
        **measured.excursion(case),
        "goes_on": case.is_open,
        "certainty": measured.certainty(case),
        "units": None if units is None else count(units),
    }


def count(stored: Any) -> int:
    """Of units in their stored form."""
    return len(stored) if isinstance(stored, list) else len(stored["named"]["code"])


def known_in(state: State, records: Records, row: AlarmRow) -> bool:
    """Whether an alarm was there already."""
    first = None if state.is_now else records.book.first_transition(row.id)
    return state.is_now or (first is not None and first <= state.seq)


def _excursions(rows: Iterable[AlarmRow]) -> Iterator[AlarmRow]:
    return (row for row in rows if EXCURSION in row.body)
