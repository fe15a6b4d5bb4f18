"""Alarms are published from the plain data that the records keep exactly as from what screening found."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarming.entry import AlarmPlace, Entry, stored
from gateway.alarms.handling import Assignment, Handling, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, Alarm, AlarmState
from gateway.alarms.overlay import Overlay, OverlayKind
from gateway.model import EARLIEST_NS, SECOND, Severity
from gateway.published import view
from gateway.published.alarm import of_known
from gateway.published.values import moment
from gateway.screening.excursion import Excursion
from gateway.statements.containment import Unit
from gateway.traceability.exposure import Exposure, Exposures, Part

times = st.integers(0, 10**9).map(lambda ms: EARLIEST_NS + ms * SECOND // 1000)
perhaps = st.none() | times
numbers = st.none() | st.floats(-200, 50)
excursions = st.builds(
    Excursion,
    st.just("E-1"),
    st.just(3),
    st.just("above-150"),
    st.just("above"),
    st.sampled_from(Severity),
    st.lists(st.sampled_from(["1", "2"]), max_size=2).map(tuple),
    times,
    times,
    perhaps,
    perhaps,
    st.sampled_from(["", "returned", "moved", "retired"]),
    numbers,
    perhaps,
    st.none() | st.integers(0, 10**15),
    numbers,
    st.integers(0, 99),
    st.integers(0, 10**15),
    st.booleans(),
    times,
    times,
    st.integers(0, 9),
    st.booleans(),
)
part = Part(EARLIEST_NS, None, SECOND, -140.0)
units = st.none() | st.just(Exposures.of([Exposure(Unit("holder", "A"), part)]))


@given(excursions, units, st.sampled_from(AlarmState), perhaps)
def test_an_excursion(
    found: Excursion, inside: Exposures | None, state: AlarmState, over_ns: int | None
) -> None:
    alarm = Alarm("E-1", state, EARLIEST_NS, over_ns)
    known = json.loads(
        json.dumps(stored(Entry(found, alarm, AlarmPlace("top", "pudong", "dewar-1"), inside)))
    )
    published, twin = of_known(known, 7), view.excursion(found, "top", inside)
    assert {key: published[key] for key in twin} == twin
    assert (published["site"], published["asset"], published["changes"]) == ("pudong", "dewar-1", 7)
    returned = not found.withdrawn and found.ended_by in ("", "returned")
    assert published["returned"] == (published["over"] if returned else None)
    assert published["over"] == moment(over_ns)
    never_was = found.withdrawn and state is AlarmState.RETURNED
    assert published["state"] == ("withdrawn unacknowledged" if never_was else state.value)


@given(excursions)
def test_of_what_people_said_the_last_counts(found: Excursion) -> None:
    handling = Handling(
        (Taking("Li Na", EARLIEST_NS, "on my way"), Taking("Wu Yan", EARLIEST_NS, "here")),
        (Assignment("Li Na", "Wu Yan", EARLIEST_NS),),
        (Remark("Wu Yan", EARLIEST_NS, "lid open"),),
    )
    said = Acknowledgement("Li Na", EARLIEST_NS, "seen")
    alarm = Alarm("E-1", AlarmState.CLOSED, EARLIEST_NS, None, True, (said,), said, handling)
    quiet = Overlay(OverlayKind.SHELVED, "J-1", "Li Na", EARLIEST_NS, "door work")
    published = of_known(
        json.loads(json.dumps(stored(Entry(found, alarm, AlarmPlace(), None, overlay=quiet))))
    )
    at = moment(EARLIEST_NS)
    assert published["taken"] == {"by": "Wu Yan", "at": at, "comment": "here"}
    assert published["assigned"] == {"to": "Li Na", "by": "Wu Yan", "at": at}
    assert published["comments"] == [{"by": "Wu Yan", "at": at, "comment": "lid open"}]
    assert (
        published["acknowledgements"]
        == [published["closing"]]
        == [{"by": "Li Na", "at": at, "comment": "seen"}]
    )
    assert published["overlay"] == {"kind": "shelved", "by": "Li Na", "until": at, "reason": "door work"}
