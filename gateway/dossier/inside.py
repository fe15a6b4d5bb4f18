"""Which units were affected, what they went through, where they were before and after, and by whose word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.dossier.case import Case
from gateway.published import contents as published
from gateway.published.units import units_of_stored
from gateway.questions.contents import StatedContents
from gateway.traceability.model import Containment, Stay

MOST_STAYS: Final = 50  # of one unit; nobody reads more on paper


def units(case: Case) -> list[dict[str, Any]] | None:
    """Each unit that was inside, with its exposure and its stays; None: nobody has said what was inside."""
    if case.known["units"] is None:
        return None
    known = case.as_of.stated
    return [
        {**unit, "stays": stays(known, unit["scheme"], unit["code"])}
        for unit in units_of_stored(case.known["units"])
    ]


def stays(known: StatedContents, scheme: str, code: str) -> list[dict[str, Any]]:
    """Of one unit, the last ones."""
    return list(_stays(known, scheme, code))


def _stays(known: StatedContents, scheme: str, code: str) -> Iterator[dict[str, Any]]:
    rows = {row.id: row for row in known.containments.said_of(scheme, code)}
    for stay in known.containments.where_was(scheme, code)[-MOST_STAYS:]:
        yield plain_stay(known, stay, rows)


def plain_stay(known: StatedContents, stay: Stay, rows: Mapping[str, Containment]) -> dict[str, Any]:
    """`rows`: what was said of its unit, by id."""
    said = [rows[one] for one in stay.statements if one in rows]
    return {**published.where(stay, known.name(stay.asset), ()), **published.rests_on(said, stay.ended_by)}
