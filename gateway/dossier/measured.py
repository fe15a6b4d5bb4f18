"""What was measured in an excursion: its numbers, where, by which probe, and how certain it is."""

from __future__ import annotations

from typing import Any, Final

from gateway.dossier.case import Case
from gateway.dossier.places import plain_place, plain_probe
from gateway.model import SECOND, Quality
from gateway.published.alarm import of_known
from gateway.published.values import moment
from gateway.times import format_rfc3339

NUMBERS: Final = (
    "channel", "rule", "kind", "severity", "start", "confirmed", "end", "cleared", "extreme", "extreme_at",
    "beyond_s", "degree_seconds", "readings", "unproven_s", "contains_gap", "profile_versions", "ended_by",
    "revision", "withdrawn", "state",
)  # fmt: skip
CERTAIN, POSSIBLE, WITHIN, NOT_APPLICABLE = "certain", "possible", "within uncertainty", "not applicable"


def excursion(case: Case) -> dict[str, Any]:
    """The numbers of screening, and the limit that they are about."""
    told = of_known({**case.known, "units": None})
    side, value = case.limit or (None, None)
    duration_ns = case.end_ns - case.found.start_ns
    limit = {"side": side, "value": value}
    return {name: told[name] for name in NUMBERS} | {"limit": limit, "duration_s": duration_ns / SECOND}


def place(case: Case) -> dict[str, Any]:
    """Where it was, by the names of then, and by which clock people live there."""
    told = case.known["place"]
    names = plain_place(case.document, told.get("site", ""), told.get("asset", ""))
    return {**names, "zone": told.get("zone"), "since": _since(case)}


def probe(case: Case) -> dict[str, Any]:
    """What measured, and how well by its certificate."""
    channel = case.timeline.last_known(case.identity, case.found.start_ns)
    told = case.known["place"]
    known = plain_probe(case.document, told["channel"], channel)
    return {**known, "calibration": told.get("calibration"), "expanded_uncertainty": told.get("uncertainty")}


def certainty(case: Case) -> dict[str, Any]:
    """Whether it can be told from an error of measurement, by the expanded uncertainty (k = 2)."""
    calibration, uncertainty = case.known["place"].get("calibration"), case.known["place"].get("uncertainty")
    found, limit = case.found, case.limit
    if limit is None or found.extreme is None:
        return _judged(NOT_APPLICABLE, "no limit", None)
    excess = abs(found.extreme - limit[1])
    if calibration is None or uncertainty is None:
        return _judged(POSSIBLE, "no calibration", excess)
    if calibration.get("due") and calibration["due"] < format_rfc3339(found.start_ns)[:10]:
        return _judged(POSSIBLE, "calibration overdue", excess)
    if excess <= uncertainty:
        return _judged(WITHIN, "excess within uncertainty", excess)
    if not _is_good_beyond(case, limit, uncertainty):
        return _judged(POSSIBLE, "uncertain readings", excess)
    return _judged(CERTAIN, "excess beyond uncertainty", excess)


def _since(case: Case) -> str | None:
    """When the channel came into this place; None: from the beginning."""
    placed = case.timeline.placed_at(case.identity, case.found.start_ns)
    return moment(placed.from_ns) if placed.from_ns > 0 else None


def _is_good_beyond(case: Case, limit: tuple[str, float], uncertainty: float) -> bool:
    sign = 1.0 if limit[0] == "high" else -1.0
    for piece in case.course.pieces():
        samples = piece.around
        inside = (samples.time >= case.found.start_ns) & (samples.time < case.end_ns)
        beyond = sign * (samples.value - limit[1]) > uncertainty
        if (inside & beyond & (samples.quality == Quality.GOOD)).any():
            return True
    return False


def _judged(outcome: str, reason: str, excess: float | None) -> dict[str, Any]:
    return {"outcome": outcome, "reason": reason, "excess": None if excess is None else round(excess, 9)}
