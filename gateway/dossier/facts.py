"""All facts of a report as plain JSON data: what `--json` prints, what is attached, what sections lay out."""

from __future__ import annotations

from typing import Any, Final

from gateway.dossier import basis, inside, measured, told, unknown
from gateway.dossier.case import Case
from gateway.published.values import moment
from gateway.questions.signed_records import canonical

SCHEMA: Final = 1
KIND: Final = "excursion"


def facts(case: Case) -> dict[str, Any]:
    """Of one excursion; the same for the same state of the journal."""
    history, units = told.history(case), inside.units(case)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "report": KIND,
        "alarm": case.alarm,
        "as_of": moment(case.as_of.at_ns),
        "preliminary": case.is_open,
        "shown": {"from": moment(case.shown[0]), "to": moment(case.shown[1])},
        "place": measured.place(case),
        "probe": measured.probe(case),
        "excursion": measured.excursion(case),
        "certainty": measured.certainty(case),
        "limits": measured.limits(case),
        "clocks": measured.clocks(case),
        "gaps": measured.plain_gaps(measured.gaps(case)),
        "line": measured.line(case),
        "units": units,
        "history": history,
        "basis": basis.basis(case, history, units or []),
        "channels": list(measured.channels_beside(case)),
    }
    return found | {"unknown": unknown.unknown(found)}


def as_bytes(of: dict[str, Any]) -> bytes:
    """The canonical form that is attached: keys sorted, no blanks, UTF-8."""
    return canonical(of)
