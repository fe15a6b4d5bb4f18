"""Many units in one asset: an alarm names all of them, and what it costs does not grow with each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.alarming import entry, touched
from gateway.alarming import screening as follower
from gateway.alarming.stored_units import columns, exposures_of, plain_exposures
from gateway.journal.database import all_rows, connect
from gateway.journal.journal import Journal
from gateway.statements import Statement, containment
from gateway.statements.containment import Containment, Unit, UnitStay
from gateway.traceability.exposure import Exposure, Exposures, Part
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, codes, without_clock

CODES = [f"BAG-{k:03}" for k in range(500)]


def load(desk: Desk, which: list[str], asset: str = "freezer") -> None:
    """One file: what is in it is stated together."""
    said = [containment.to_body(Containment((_stay(code, asset),))) for code in which]
    statements = [Statement(containment.KIND, "Li Na", NOON_NS, body, actor="person") for body in said]
    with Journal.open(desk.folder / "journal.sqlite") as journal:
        journal.commit(statements=statements)


def _stay(code: str, asset: str) -> UnitStay:
    return UnitStay(Unit("holder", code, "CAR-T", f"C-{code}"), asset, None, NOON_NS - 1, None)


@pytest.mark.parametrize("entries_a_turn", [3, 1000])
def test_a_file_that_is_loaded_during_an_alarm_is_one_change_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries_a_turn: int
) -> None:
    monkeypatch.setattr(follower, "MOST_ENTRIES", entries_a_turn)
    monkeypatch.setattr(follower, "TURN_S", 3600.0)
    monkeypatch.setattr(entry, "WRITE_EVERY_NS", 10**19)  # nor does progress look inside
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0))
    desk.run()
    load(desk, CODES)
    load(desk, ["BAG-X"], "shipper")
    load(desk, ["BAG-Y", "BAG-Z"])
    desk.run()
    inside = {a["asset"]: codes(a) for a in desk.alarms()}
    assert inside == {"freezer": [*CODES, "BAG-Y", "BAG-Z"], "shipper": ["BAG-X"]}
    amended = [t for t in desk.transitions() if t.change == "amended"]
    assert [len(exposures_of(t.known["units"])) for t in amended] == [500, 1, 502]
    assert all(t.because for t in amended)


def test_who_is_inside_is_written_when_it_changes_and_not_whenever_an_alarm_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    load(desk, CODES)
    desk.read(("top", 0, -140.0))
    desk.run()

    def rows() -> list[tuple[object, ...]]:
        with closing(connect(tmp_path / "records.sqlite", writing=False)) as database:
            select = "SELECT alarm_units.rowid, length(named), length(body) FROM alarm_units, alarm"
            return all_rows(database, select)

    ((row, named, _),) = rows()
    for k in range(1, 5):
        desk.read(("top", 10.0 * k, -140.0))
        desk.run()
    ((row_after, named_after, body_after),) = rows()
    assert (row_after, named_after) == (row, named)  # INSERT OR REPLACE would have given it a new number
    assert body_after < 3000 < named_after
    load(desk, ["BAG-A"])
    desk.run()
    assert rows()[0][1] > named


def test_records_that_are_made_again_name_the_same(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    load(desk, CODES)
    desk.read(("top", 0, -140.0), ("top", 10, -190.0))
    desk.run()
    before = without_clock(desk.alarms())
    desk.lose_records()
    desk.run()
    assert without_clock(desk.alarms()) == before
    assert codes(before[0]) == CODES


def test_alarms_of_before_named_each_unit_with_all_of_its_part() -> None:
    told = [
        {
            "unit": {"scheme": "holder", "code": code, "product": "", "chain_of_identity": "C"},
            "from_ns": 5,
            "to_ns": None,
            "beyond_ns": 7,
            "extreme": -1.5,
            "certain": code == "A",
            "conflict": None if code == "A" else "who said what",
        }
        for code in "ABAC"
    ]
    found = exposures_of(told)
    assert [one.unit.code for one in found] == list("ABAC")
    assert list(found)[1] == Exposure(
        Unit("holder", "B", "", "C"), Part(5, None, 7, -1.5, False, "who said what")
    )
    again = exposures_of(plain_exposures(found, columns(found.units)))
    assert again == found


def test_the_very_units_of_before_are_kept() -> None:
    units = tuple(Unit("holder", code) for code in CODES)
    before = Exposures(units, (Part(0, None, 5, None),), (0,) * len(units))
    now = Exposures(tuple(map(replace, units)), (Part(0, None, 6, None),), before.part_of)
    assert now.units[0] is not units[0]
    assert now.like(before).units is units
    assert now.like(None) is now


def look_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """After one look inside, no other one that may wait."""
    monkeypatch.setattr(touched, "SHORT_S", 0.0)
    monkeypatch.setattr(touched, "RESTS", 1e9)


@pytest.mark.parametrize("killed_after", [None, 1, 2, 3, 5])
def test_files_that_are_loaded_one_after_the_other_are_told_together_where_each_would_take_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int | None
) -> None:
    look_seldom(monkeypatch)
    monkeypatch.setattr(follower, "MOST_ENTRIES", 10)
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    for first in range(0, 100, 10):
        load(desk, CODES[first : first + 10])
    desk.run(kill_after=killed_after)
    if killed_after is not None:
        desk.run()
    (alarm,) = desk.alarms()
    assert codes(alarm) == CODES[:100]
    assert len([t for t in desk.transitions() if t.change == "amended"]) <= 2 + (killed_after is not None)


def test_who_answers_is_told_of_all_that_was_loaded_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch)
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    for first in range(0, 30, 10):
        load(desk, CODES[first : first + 10])
    desk.acknowledge(desk.alarms()[0]["id"])
    load(desk, CODES[30:40])
    desk.run()
    told = [(t.change, len(exposures_of(t.known["units"] or []))) for t in desk.transitions()]
    before = told[: [change for change, _ in told].index("acknowledged")]
    assert before[-1] == ("amended", 30)
    assert codes(desk.alarms()[0]) == CODES[:40]


@pytest.mark.parametrize("killed_after", range(1, 9))
def test_an_alarm_that_is_over_gets_what_was_loaded_before_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    """Another alarm is stated behind the load, while the asset waits to be told."""
    look_seldom(monkeypatch)
    monkeypatch.setattr(follower, "MOST_ENTRIES", 2)
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.read(("top", 60, -190.0))
    desk.run()
    for first in range(0, 50, 10):
        load(desk, CODES[first : first + 10])
    desk.read(("shipper", 120, -140.0))
    desk.run(kill_after=killed_after)
    desk.run()
    (over,) = [one for one in desk.alarms() if one["asset"] == "freezer"]
    assert codes(over) == CODES[:50]


def test_what_a_unit_went_through_is_written_also_where_it_was_looked_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarm was written with the reading, and who was inside looked at behind it."""
    taken, looked = touched.Touched.taken, list[tuple[str, str]]()

    def once(self: touched.Touched, *, may_wait: bool) -> Iterator[tuple[str, str]]:
        """The first look takes long."""
        found = [] if may_wait and looked else list(taken(self, may_wait=may_wait))
        looked.extend(found)
        yield from found

    monkeypatch.setattr(touched.Touched, "taken", once)
    desk = Desk(tmp_path)
    desk.contain("BAG-1", "freezer", -60)
    desk.read(("top", 0, -140.0))
    desk.run()
    looked.clear()
    desk.contain("BAG-1", "freezer", -60, 5)  # looked at, and told
    desk.contain("BAG-2", "freezer", 5, zone="bottom")  # looked at later; the alarm is about the top
    desk.read(("top", 10, -140.0))
    desk.run()
    ((unit,),) = (alarm["units"] for alarm in desk.alarms())
    assert (unit["code"], unit["beyond_s"]) == ("BAG-1", 5.0)
