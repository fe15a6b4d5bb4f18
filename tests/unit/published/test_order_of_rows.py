"""Alarms are in one order, whether they are published before they are sorted or afterwards."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarming.entry import AlarmPlace, Cause, Entry, row_of
from gateway.alarms.drills import StatedDrill
from gateway.alarms.fault import StatedFault
from gateway.alarms.lifecycle import Alarm, AlarmState
from gateway.alarms.priority import Priorities, Risk, with_priority
from gateway.doctor.alarms import findings, findings_of_rows
from gateway.journal.alarm_tables import AlarmRow
from gateway.model import EARLIEST_NS, SECOND, Severity
from gateway.published.alarm import CAUSES, most_urgent_rows, of_known, severity_of
from gateway.published.urgency import most_urgent_first
from gateway.screening.excursion import Excursion
from gateway.statements.containment import Unit
from gateway.traceability.exposure import Exposure, Exposures, Part

LIMIT = ("above-150", "above", Severity.MAJOR, ("v1",))
NUMBERS = (-140.0, 0, 0, 0.0, 1, 0, False, 0, 0, 0, False)
EXCURSION = Excursion("", 0, *LIMIT, 0, 0, None, None, "", *NUMBERS)
BY = Priorities(risks={"plasma": Risk.ORDINARY, "cord blood": Risk.HIGH})
products = st.sampled_from(("plasma", "cord blood", "CAR-T", ""))
inside = st.none() | st.lists(
    st.builds(lambda product: Exposure(Unit("holder", "A", product), Part(0, None, None, None)), products),
    max_size=2,
).map(Exposures.of)
starts = st.integers(0, 3).map(lambda k: EARLIEST_NS + k * SECOND // 2)


@st.composite
def rows(draw: st.DrawFn, identity: str) -> AlarmRow:
    start_ns, end_ns = draw(starts), draw(st.none() | starts)
    severity = draw(st.sampled_from(Severity))
    assets = draw(st.sampled_from(((), ("dewar-1",), ("dewar-1", "dewar-2"))))
    cause: Cause = StatedFault(identity, "disk", severity, "disk full; free some", assets, start_ns, end_ns)
    kind = draw(st.sampled_from(CAUSES))
    if kind == "drill":
        told = ("a drill", ("dewar-1",), start_ns, start_ns, "Li Na", "above-150", "1", -100.0)
        cause = StatedDrill(identity, "drill:top", severity, *told, end_ns=end_ns)
    elif kind == "excursion":
        cause = replace(
            EXCURSION,
            id=identity,
            severity=severity,
            start_ns=start_ns,
            end_ns=end_ns,
            withdrawn=draw(st.booleans()),
        )
    alarm = Alarm(identity, draw(st.sampled_from(AlarmState)), start_ns, end_ns, end_ns is not None)
    place = AlarmPlace(site=draw(st.sampled_from(("", "shanghai"))))
    return row_of(Entry(cause, alarm, place, draw(inside)))


@st.composite
def several(draw: st.DrawFn) -> list[AlarmRow]:
    return [draw(rows(f"E-{k}")) for k in draw(st.permutations(range(draw(st.integers(0, 14)))))]


@given(several())
def test_the_same_order(found: list[AlarmRow]) -> None:
    published = [with_priority(of_known(row.body, row.number), BY) for row in found]
    in_order = [with_priority(of_known(row.body, row.number), BY) for row in most_urgent_rows(found, BY)]
    assert in_order == most_urgent_first(published)
    assert [severity_of(row) for row in found] == [alarm["severity"] for alarm in published]


@given(several())
def test_the_doctor_says_the_same_of_rows(found: list[AlarmRow]) -> None:
    published = most_urgent_first(with_priority(of_known(row.body, row.number), BY) for row in found)
    assert list(findings_of_rows(found, BY)) == list(findings(published))
