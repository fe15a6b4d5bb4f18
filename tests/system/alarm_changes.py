"""What happens to alarms, as the sinks of the tests are told of it: made by what makes it in the gateway."""

from __future__ import annotations

import dataclasses

from gateway.alarming.entry import AlarmPlace, Entry, stored
from gateway.alarms import lifecycle
from gateway.alarms.change import AlarmChange
from gateway.alarms.fault import StatedFault
from gateway.alarms.lifecycle import Acknowledgement
from gateway.model import SECOND, Severity
from gateway.published.alarm import of_known
from gateway.screening.excursion import Excursion
from gateway.traceability.exposure import Exposure, Exposures, Part
from gateway.traceability.model import Unit

BASE_NS = 1_767_610_800 * SECOND
PLACE = AlarmPlace("top", "pudong", "freezer-1", "top", "temperature", "degC")
FOUND = Excursion(
    id="E-7Q2M9XKD",
    channel=1,
    rule="above-150",
    kind="limit",
    severity=Severity.CRITICAL,
    versions=("1",),
    start_ns=BASE_NS,
    confirmed_ns=BASE_NS + 60 * SECOND,
    end_ns=None,
    cleared_ns=None,
    ended_by="",
    extreme=-140.5,
    extreme_at_ns=BASE_NS + 30 * SECOND,
    beyond_ns=60 * SECOND,
    degree_seconds=300.25,
    readings=61,
    unproven_ns=0,
    contains_gap=False,
    first_ns=BASE_NS,
    last_ns=BASE_NS + 60 * SECOND,
    revision=0,
    withdrawn=False,
)
UNIT = Exposure(Unit("holder", 'BAG "1",\n批', "CAR-T", "COI-1"), Part(BASE_NS, None, 60 * SECOND, -140.5))


def life(identity: str = FOUND.id, first_number: int = 1, start_ns: int = BASE_NS) -> list[AlarmChange]:
    """Raised, acknowledged, amended by late data to begin 5 s earlier, returned and so closed."""
    found = dataclasses.replace(FOUND, id=identity, start_ns=start_ns)
    earlier = dataclasses.replace(found, start_ns=start_ns - 5 * SECOND, revision=1)
    end_ns = start_ns + 90 * SECOND
    ended = dataclasses.replace(earlier, end_ns=end_ns, cleared_ns=end_ns, ended_by="returned")
    raised = lifecycle.raised(identity, start_ns + 60 * SECOND)
    seen = lifecycle.acknowledge(
        raised, Acknowledgement("Li Na", start_ns + 70 * SECOND, "door closed, \\o/")
    )
    closed = lifecycle.return_to_normal(seen, start_ns + 90 * SECOND)
    steps = [
        ("raised", raised, found),
        ("acknowledged", seen, found),
        ("amended", seen, earlier),
        ("returned", closed, ended),
    ]
    return [
        AlarmChange(
            number,
            change,
            start_ns + (60 + number) * SECOND,
            start_ns,
            of_known(stored(Entry(e, alarm, PLACE, Exposures.of([UNIT])))),
        )
        for number, (change, alarm, e) in enumerate(steps, first_number)
    ]


def fault(number: int = 5) -> AlarmChange:
    """The gateway's own, about no product."""
    said = StatedFault("F-1", "sink:influx", Severity.WARNING, "it is away; check it", (), BASE_NS)
    shown = of_known(stored(Entry(said, lifecycle.raised("F-1", BASE_NS), AlarmPlace(), Exposures.of(()))))
    return AlarmChange(number, "raised", BASE_NS + number * SECOND, BASE_NS, shown)


def unknown(number: int = 6) -> AlarmChange:
    """Nobody has said what is inside, and the rule has no limit."""
    found = dataclasses.replace(
        FOUND, id="E-2", kind="stuck", extreme=None, extreme_at_ns=None, beyond_ns=None, degree_seconds=None
    )
    alarm = of_known(stored(Entry(found, lifecycle.raised("E-2", BASE_NS), PLACE, None)))
    return AlarmChange(number, "raised", BASE_NS + number * SECOND, BASE_NS, alarm)
