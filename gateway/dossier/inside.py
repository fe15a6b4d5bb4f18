"""Which units were affected, what they went through, where they were before and after, and by whose word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.dossier.case import Case
from gateway.published import contents as published
from gateway.published.units import units_of_stored
from gateway.questions.contents import StatedContents, stated
from gateway.traceability.model import Stay

MOST_STAYS: Final = 50  # of one unit; nobody reads more on paper


def units(case: Case) -> list[dict[str, Any]] | None:
    """Each unit that was inside, with its exposure and its stays; None: nobody has said what was inside."""
    if case.known["units"] is None:
        return None
    known = stated(case.journal, case.timeline)
    return [
        {**unit, "stays": list(_stays(known, unit["scheme"], unit["code"]))}
        for unit in units_of_stored(case.known["units"])
    ]


def _stays(known: StatedContents, scheme: str, code: str) -> Iterator[dict[str, Any]]:
    rows = {row.id: row for row in known.containments.said_of(scheme, code)}
    for stay in known.containments.where_was(scheme, code)[-MOST_STAYS:]:
        yield _stay(known, stay, rows)


def _stay(known: StatedContents, stay: Stay, rows: dict[str, Any]) -> dict[str, Any]:
    asset = known.name(stay.asset)
    said = [rows[one] for one in stay.statements if one in rows]
    return {**published.where(stay, asset, ()), **published.rests_on(said, stay.ended_by)}
