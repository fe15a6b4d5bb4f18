"""All facts of an excursion as plain JSON data: what `--json` prints, is attached, and sections lay out."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from gateway.dossier import basis, inside, judged, measured, rescreening, told, unknown
from gateway.dossier import course as courses
from gateway.dossier.case import Case
from gateway.dossier.places import visits
from gateway.dossier.report import Report, Samples
from gateway.published.values import moment

SCHEMA: Final = 1
KIND: Final = "excursion"


def facts(case: Case) -> dict[str, Any]:
    """The same for the same state of the journal."""
    history, units = told.history(case), inside.units(case)
    spans = ((case.found.start_ns, case.end_ns), case.shown)
    seen = courses.measured(case.course, spans)
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
        "screening": rescreening.screening(case),
        "certainty": measured.certainty(case),
        **seen,
        "clocks": dict(zip(("excursion", "shown"), seen["clocks"], strict=True)),
        "units": units,
        "history": history,
        "review": judged.review(case),
        "basis": basis.basis(case, history, units or []),
        "channels": list(channels_beside(case)),
    }
    return found | {"unknown": unknown.unknown(found)}


def report_of(case: Case) -> Report:
    """To be printed."""
    is_one_piece = case.shown[1] - case.shown[0] <= courses.PIECE_NS
    heard = case.found.channel if is_one_piece else None
    samples = Samples("samples", tuple(channels_beside(case)), *case.shown, heard)
    return Report(partial(facts, case), case.as_of, (samples,))


def channels_beside(case: Case) -> list[str]:
    """Names of all channels that measured the asset in the shown time, its own first."""
    own, timeline = case.identity, case.timeline
    asset = timeline.placed_at(own, case.found.start_ns).asset
    beside = dict.fromkeys([own, *(one.channel for one in visits(timeline, asset, *case.shown))])
    return [timeline.names.latest("channels", identity) for identity in beside]
