"""Contents as the alarm book hears of them: under identities, zone by zone."""

from __future__ import annotations

from gateway.alarming.inside import Inside
from gateway.statements import Statement, containment, empty
from gateway.statements.containment import Unit, UnitStay
from gateway.traceability.model import Contents


def inside() -> Inside:
    """Of a freezer that was called fridge before: a unit in its top since 10, its bottom empty since 20."""
    found = Inside(lambda name: {"fridge": "freezer"}.get(name, name))
    stay = UnitStay(Unit("holder", "BAG-1"), "fridge", "top", 10, None)
    body = containment.to_body(containment.Containment((stay,)))
    assert found.hear(Statement(containment.KIND, "Li Na", 10, body, "K-1")) == {"freezer"}
    emptied = empty.to_body(empty.Empty("freezer", "bottom"))
    assert found.hear(Statement(empty.KIND, "Li Na", 20, emptied, "K-2")) == {"freezer"}
    return found


def test_a_zone_that_is_stated_empty_is_only_that_zone() -> None:
    found = inside()
    assert [s.unit.code for s in found.of(["freezer"], "top", 30, 31).stays] == ["BAG-1"]
    assert found.of(["freezer"], "bottom", 30, 31) == Contents(True, ())
    assert not found.of(["freezer"], "bottom", 15, 16).known


def test_several_assets_are_one_answer_and_none_of_them_is_known_to_hold_nothing() -> None:
    found = inside()
    assert [s.asset for s in found.of(["elsewhere", "freezer"], None, 30, 31).stays] == ["freezer"]
    assert not found.of(["elsewhere"], None, 30, 31).known
    assert found.of([], None, 30, 31) == Contents(True, ())
