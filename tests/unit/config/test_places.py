"""Where channels were, for sinks: at the reading's time, by the names of today."""

from __future__ import annotations

import numpy as np

from gateway.config.places import PlacesOverTime
from gateway.sinks import Place
from gateway.statements import Statement, placement
from gateway.statements.placement import Placement
from tests.unit.alarming.alarm_desk import NOON_NS, Desk


def test_a_reading_has_the_place_of_its_time(tmp_path):
    desk = Desk(tmp_path)
    desk.numbers |= desk.journal.channel_numbers(["imported"])
    places = PlacesOverTime(desk.journal)
    top, shipper, imported = (desk.numbers[name] for name in ("top", "shipper", "imported"))
    channel = np.array([top, shipper, top, imported, top], np.int32)
    time = NOON_NS + np.array([-1, -1, 0, 0, 10]) * 10**9

    def of() -> list[Place]:
        which, found = places.of(channel, time)
        return [found[i] for i in which.tolist()]

    in_freezer = Place("top", "s", "freezer", "top", "temperature", "degC")
    in_shipper = Place("shipper", "s", "shipper", "", "temperature", "degC")
    assert of() == [in_freezer, in_shipper, in_freezer, Place("imported"), in_freezer]
    body = placement.to_body(Placement("top", "shipper", None))
    desk.journal.commit(statements=[Statement(placement.KIND, "Li Na", NOON_NS, body)])
    assert of()[2] == in_freezer
    places.look_again()
    moved = Place("top", "s", "shipper", "", "temperature", "degC")
    assert of() == [in_freezer, in_shipper, moved, Place("imported"), moved]
    assert [len(part) for part in places.of(channel[:0], time[:0])] == [0, 0]
