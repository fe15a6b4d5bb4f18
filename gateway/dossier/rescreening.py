"""What whoever has the readings of an excursion needs to find it again: its rule, and since when it held."""

from __future__ import annotations

from typing import Any, Final

from gateway.dossier.case import Case
from gateway.model import SECOND
from gateway.published.values import moment
from gateway.screening.excursion import RETURNED
from gateway.screening.rules.limit import Parameters

PLAUSIBLE: Final = (
    "plausible"  # a rule that makes readings BAD for others; the attached ones do not have that
)


def screening(case: Case) -> dict[str, Any] | None:
    """Of a `limit` that readings came back from, all of it in the time shown; else None."""
    found, instance = case.found, case.as_of.measures.instance_of(case.found)
    is_whole = found.ended_by == RETURNED and found.cleared_ns is not None and not found.withdrawn
    if instance is None or not isinstance(instance.parameters, Parameters) or not is_whole:
        return None
    assert found.cleared_ns is not None
    gap_ns = _gap_ns(case)
    if gap_ns is None or found.cleared_ns >= min(case.shown[1], instance.valid_to_ns):
        return None
    rule = instance.parameters
    return {
        "side": rule.side,
        "limit": rule.limit,
        "deadband": rule.deadband,
        "on_delay_s": rule.on_delay_s,
        "off_delay_s": rule.off_delay_s,
        "max_gap_s": gap_ns / SECOND,
        "from": moment(max(case.shown[0], instance.valid_from_ns)),
    }


def _gap_ns(case: Case) -> int | None:
    """The longest that a line bridges; None where it changed, or readings were judged by more than that."""
    plan, number = case.as_of.plan, case.found.channel
    if any(one.channel == number and one.kind == PLAUSIBLE for one in plan.instances):
        return None
    gaps = next(one for one in plan.channels if one.channel == number)
    start_ns, end_ns = case.shown
    if any(start_ns < from_ns < end_ns for from_ns, _ in gaps.later_gaps):
        return None
    return [gaps.max_gap_ns, *(ns for from_ns, ns in gaps.later_gaps if from_ns <= start_ns)][-1]
