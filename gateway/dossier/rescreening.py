"""What whoever has the readings of an excursion needs to find it again: its rule, and since when it held."""

from __future__ import annotations

from typing import Any, Final

from gateway.dossier.case import Case
from gateway.model import SECOND
from gateway.published.values import moment
from gateway.screening.excursion import RETURNED
from gateway.screening.rules.limit import Parameters
from gateway.statements import retention

PLAUSIBLE: Final = (
    "plausible"  # a rule that makes readings BAD for others; the attached ones do not have that
)


def screening(case: Case) -> dict[str, Any] | None:
    """Of a `limit` that readings came back from, all of it in the time shown and still kept; else None.

    The channel has its latest name, as in the samples.
    """
    found, instance = case.found, case.as_of.measures.instance_of(case.found)
    is_whole = found.ended_by == RETURNED and found.cleared_ns is not None and not found.withdrawn
    if instance is None or not isinstance(instance.parameters, Parameters) or not is_whole:
        return None
    assert found.cleared_ns is not None
    gap_ns, until_ns = _gap_ns(case), min(case.shown[1], instance.valid_to_ns)
    if gap_ns is None or found.cleared_ns >= until_ns or _is_thinned(case):
        return None
    rule = instance.parameters
    return {
        "channel": case.timeline.names.latest("channels", case.identity),
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


def _is_thinned(case: Case) -> bool:
    """Whether readings of it in the time shown are deleted, be it after the state of the report."""
    own, (start_ns, end_ns) = case.timeline.names.identity, case.shown
    stated = (retention.of(one.body) for _, one in case.journal.statements(retention.KIND))
    return any(
        case.identity in {own("channels", name) for name in one.channels}
        for one in stated
        if one.first_ns < end_ns and start_ns <= one.last_ns
    )
