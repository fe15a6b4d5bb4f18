"""Who was inside when: against a slow twin that asks at every moment, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Emptied, Unit, Withdrawn
from tests.unit.traceability.twin import BEYOND, END, Said, Twin, is_in, is_stated_empty, lasts, tell

UNITS = (Unit("holder", "A"), Unit("holder", "B"), Unit("gs1", "A"))
PLACES = (("freezer", None), ("freezer", "top"), ("freezer", "bottom"), ("shipper", None))
TOP = PLACES[1]
SHIPPER = PLACES[3]
Place = tuple[str, str | None]


def row(unit: Unit, place: Place, from_ns: int, to_ns: int | None = None, by: str = "Li Na") -> Containment:
    return Containment(unit, *place, from_ns, to_ns, by, 100)


def stated(identity: str, *rows: Containment, corrects: str = "", reason: str = "") -> Said:
    return tuple(replace(r, id=identity, corrects=corrects, reason=reason) for r in rows)


def emptied(identity: str, place: Place, at_ns: int, corrects: str = "") -> Emptied:
    return Emptied(*place, at_ns, "Wang", 100, identity, corrects)


def taken_back(identity: str, withdraws: str) -> Withdrawn:
    return Withdrawn(withdraws, "Chen", 200, identity, "wrong code")


def contents(everything: list[Said]) -> Containments:
    containments = Containments()
    for said in everything:
        tell(containments, said)
    return containments


def stays(containments: Containments, place: Place = ("shipper", None)) -> list[tuple[object, ...]]:
    found = containments.inside(*place, 0, BEYOND).stays
    return [(s.unit.code, s.from_ns, s.to_ns) for s in found]


@st.composite
def rows(draw: st.DrawFn) -> Containment:
    from_ns = draw(st.integers(0, END - 1))
    to_ns = draw(st.one_of(st.none(), st.integers(from_ns + 1, END)))
    unit = draw(st.sampled_from([UNITS[0], *UNITS]))  # most about one: what is said of others changes nothing
    return row(unit, draw(st.sampled_from(PLACES)), from_ns, to_ns)


@st.composite
def histories(draw: st.DrawFn, most: int = 8) -> list[Said]:
    """Statements, corrections, withdrawals and withdrawals of withdrawals."""
    everything: list[Said] = []
    for i in range(draw(st.integers(0, most))):
        before = [""] + [str(n) for n in range(i)]
        kind = draw(st.sampled_from(["state", "state", "state", "empty", "withdraw"]))
        target = draw(st.sampled_from(before)) if kind == "withdraw" or draw(st.booleans()) else ""
        if kind == "state":
            said = [replace(r, stated_ns=i) for r in draw(st.lists(rows(), min_size=1, max_size=2))]
            everything.append(stated(str(i), *said, corrects=target))
        elif kind == "empty":
            place = draw(st.sampled_from(PLACES))
            everything.append(emptied(str(i), place, draw(st.integers(0, END)), target))
        else:
            everything.append(taken_back(str(i), target))
    return everything


BOTH_CORRECT = [  # one statement, and one of them has two rows
    emptied("0", PLACES[0], 0),
    stated("1", row(UNITS[0], TOP, 1), corrects="0"),
    stated("2", *(row(UNITS[0], place, 0) for place in PLACES[:2]), corrects="0"),
]


@settings(max_examples=150, deadline=None)
@given(
    histories(),
    st.sampled_from([("freezer", None), ("freezer", "top"), ("shipper", None), ("elsewhere", None)]),
    st.integers(0, END),
    st.integers(0, 4),
)
@example(
    [stated("0", row(UNITS[0], PLACES[0], 1)), stated("1", row(UNITS[0], PLACES[0], 1, 3))], PLACES[0], 2, 4
)
@example(BOTH_CORRECT, PLACES[0], 0, 0)
def test_the_same_as_asking_at_every_moment(
    everything: list[Said], asked: Place, start: int, length: int
) -> None:
    asset, zone = asked
    moments = range(start, start + max(length, 1))
    found = contents(everything).inside(asset, zone, start, start + length)
    for unit in UNITS:
        twin = Twin(everything, unit.key)
        slow = {(m, *place) for m in moments for place in twin.where(m) if is_in(place, asset, zone)}
        mine = [s for s in found.stays if s.unit.key == unit.key]
        assert {(m, s.asset, s.zone, s.certain) for s in mine for m in moments if lasts(s, m)} == slow
        ends = [(s.zone, s.certain, s.from_ns) for s in mine]
        assert not any((s.zone, s.certain, s.to_ns) in ends for s in mine), "one stay told as two"
    empty = is_stated_empty(everything, asset, zone, start, moments[-1] + 1)
    assert found.known == (bool(found.stays) or empty)
    keys = [(s.unit.key, s.from_ns) for s in found.stays]
    assert keys == sorted(keys)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_conflict_and_no_other(everything: list[Said]) -> None:
    containments = contents(everything)
    found = {(c.unit.key, frozenset(c.statements)) for c in containments.conflicts()}
    assert found == {(u.key, pair) for u in UNITS for pair in Twin(everything, u.key).conflicts()}
    for asset in ("freezer", "shipper"):
        inside = containments.inside(asset, None, 0, BEYOND)
        uncertain = {s.unit.key for s in inside.stays if not s.certain}
        assert {c.unit.key for c in inside.conflicts} == uncertain


@settings(max_examples=80, deadline=None)
@given(histories())
def test_only_the_assets_that_are_named_change(everything: list[Said]) -> None:
    containments = Containments()
    assets = ("freezer", "shipper")
    for said in everything:
        before = {a: containments.inside(a, None, 0, END) for a in assets}
        touched = tell(containments, said)
        after = {a: containments.inside(a, None, 0, END) for a in assets}
        assert {a for a in assets if before[a] != after[a]} <= touched


@settings(max_examples=80, deadline=None)
@given(histories())
def test_many_at_once_and_the_same_again_come_to_the_same(everything: list[Said]) -> None:
    one_by_one, at_once = contents(everything), Containments()
    with at_once.gathering():
        for said in everything:
            tell(at_once, said)
    assert not any(tell(one_by_one, said) for said in everything)
    for asset in ("freezer", "shipper"):
        assert at_once.inside(asset, None, 0, END) == one_by_one.inside(asset, None, 0, END)
    assert at_once.conflicts() == one_by_one.conflicts()


def test_nobody_said_anything_is_unknown() -> None:
    assert not Containments().inside("freezer", None, 0, 10).known


def test_after_the_last_unit_left_it_is_unknown_again() -> None:
    containments = contents([stated("1", row(UNITS[0], PLACES[0], 2, 5))])
    assert containments.inside("freezer", None, 4, 9).known
    assert not containments.inside("freezer", None, 5, 9).known
    assert not containments.inside("freezer", None, 0, 2).known


def test_an_excursion_of_no_length_is_its_moment() -> None:
    containments = contents([stated("1", row(UNITS[0], PLACES[0], 2, 5))])
    found = [containments.inside("freezer", None, m, m).known for m in (1, 2, 4, 5)]
    assert found == [False, True, True, False]


def test_an_end_given_later_counts_and_one_taken_back_opens_again() -> None:
    opened, ended = row(UNITS[0], SHIPPER, 1), row(UNITS[0], SHIPPER, 1, 3)
    everything = [stated("1", opened), stated("2", ended)]
    assert stays(contents(everything)) == [("A", 1, 3)]
    again = contents([*everything, stated("3", opened)])
    assert stays(again) == [("A", 1, None)]
    assert again.state(replace(opened, id="4")) == set()
    withdrawn = contents([*everything, taken_back("3", "2")])
    assert stays(withdrawn) == [("A", 1, None)]
    withdrawn.withdraw(taken_back("4", "3"))
    assert stays(withdrawn) == [("A", 1, 3)]


def test_to_repeat_the_latest_word_changes_nothing_and_says_so() -> None:
    opened, ended = row(UNITS[0], SHIPPER, 1), row(UNITS[0], SHIPPER, 1, 3)
    containments = contents([stated("1", opened)])
    assert containments.says(opened) and not containments.says(ended)
    assert not containments.says(replace(opened, unit=Unit("holder", "A", "CAR-T")))
    assert not containments.says(replace(opened, zone="top"))
    assert containments.state(replace(opened, id="2")) == set()
    containments.state(replace(ended, id="3"))
    assert containments.says(ended) and not containments.says(opened)


def test_a_unit_that_moved_on_has_left() -> None:
    moved = contents([stated("1", row(UNITS[0], PLACES[0], 1)), stated("2", row(UNITS[0], SHIPPER, 4))])
    assert stays(moved, PLACES[0]) == [("A", 1, 4)]
    assert not moved.inside("freezer", None, 4, 9).known
    assert stays(moved) == [("A", 4, None)]
    assert moved.conflicts() == []
    assert [(s.statements, s.ended_by) for s in moved.where_was("holder", "A")] == [
        (("1",), "2"),
        (("2",), ""),
    ]


def test_a_move_restated_at_another_time_supersedes_the_earlier_one() -> None:
    everything = [
        stated("1", row(UNITS[0], PLACES[0], 1)),
        stated("2", row(UNITS[0], SHIPPER, 4)),
        stated("3", row(UNITS[0], SHIPPER, 6), corrects="2", reason="read off the paper log"),
    ]
    moved = contents(everything)
    assert (stays(moved, PLACES[0]), stays(moved)) == ([("A", 1, 6)], [("A", 6, None)])
    assert moved.withdraw(taken_back("4", "3")) == {"freezer", "shipper"}
    assert (stays(moved, PLACES[0]), stays(moved)) == ([("A", 1, 4)], [("A", 4, None)])


def test_a_code_that_was_wrong_was_never_inside() -> None:
    containments = contents([stated("1", row(UNITS[0], SHIPPER, 1), row(UNITS[1], SHIPPER, 1))])
    assert containments.withdraw(taken_back("2", "1")) == {"shipper"}
    assert not containments.inside("shipper", None, 0, 9).known


def test_a_unit_stated_in_two_places_counts_in_both_over_the_whole_stays() -> None:
    everything = [stated("1", row(UNITS[0], SHIPPER, 0, 7)), stated("2", row(UNITS[0], PLACES[0], 2, 3))]
    containments = contents(everything)
    for moment in range(7):
        (stay,) = containments.inside("shipper", None, moment, moment).stays
        assert (stay.from_ns, stay.to_ns, stay.certain) == (0, 7, False)
    assert [s.certain for s in containments.inside("freezer", None, 2, 3).stays] == [False]
    (conflict,) = containments.conflicts()
    assert (conflict.statements, conflict.assets) == (("1", "2"), ("shipper", "freezer"))
    assert (conflict.from_ns, conflict.to_ns) == (2, 3)
    assert containments.inside("shipper", None, 6, 7).conflicts == (conflict,)
    containments.withdraw(taken_back("3", "2"))
    assert containments.conflicts() == []
    assert [s.certain for s in containments.inside("shipper", None, 0, 7).stays] == [True]


def test_a_part_that_another_statement_says_without_contradiction_is_certain() -> None:
    everything = [
        stated("1", row(UNITS[0], SHIPPER, 0, 3)),
        stated("2", row(UNITS[0], SHIPPER, 2, 6)),
        stated("3", row(UNITS[0], PLACES[0], 4, 5)),
    ]
    containments = contents(everything)
    found = containments.inside("shipper", None, 0, BEYOND).stays
    assert [(s.from_ns, s.to_ns, s.certain, s.statements) for s in found] == [
        (0, 3, True, ("1", "2")),
        (3, 6, False, ("2",)),
    ]
    assert containments.inside("shipper", None, 0, 1).conflicts == ()
    assert len(containments.inside("shipper", None, 5, 6).conflicts) == 1


def test_a_correction_of_a_correction_does_not_bring_back_the_first() -> None:
    everything = [
        stated("1", row(UNITS[0], SHIPPER, 1)),
        stated("2", row(UNITS[0], SHIPPER, 2), corrects="1"),
        stated("3", row(UNITS[0], SHIPPER, 3), corrects="2"),
    ]
    containments = contents(everything)
    assert stays(containments) == [("A", 3, None)]
    containments.withdraw(taken_back("4", "3"))
    assert stays(containments) == [("A", 2, None)]


def test_the_same_start_in_two_places_is_a_conflict() -> None:
    everything = [stated("1", row(UNITS[0], SHIPPER, 2)), stated("2", row(UNITS[0], PLACES[0], 2))]
    containments = contents(everything)
    assert [c.statements for c in containments.conflicts()] == [("1", "2")]
    assert stays(containments) == stays(containments, PLACES[0]) == [("A", 2, None)]
    containments.state(row(UNITS[0], PLACES[0], 5))
    assert stays(containments) == [("A", 2, 5)]
    assert [(s.from_ns, s.certain) for s in containments.where_was("holder", "A")] == [
        (2, False),
        (2, False),
        (5, True),
    ]


def test_two_corrections_of_one_statement_are_a_conflict() -> None:
    everything = [
        stated("1", row(UNITS[0], SHIPPER, 1, 2)),
        stated("2", row(UNITS[0], SHIPPER, 2, 3), corrects="1"),
        stated("3", row(UNITS[0], SHIPPER, 5, 6), corrects="1"),
    ]
    containments = contents(everything)
    (conflict,) = containments.conflicts()
    assert (conflict.statements, conflict.from_ns, conflict.to_ns) == (("2", "3"), 2, 6)
    assert [s.certain for s in containments.inside("shipper", None, 0, 9).stays] == [False, False]


def test_a_daily_count_that_finds_a_unit_again_is_one_stay() -> None:
    counted = contents([stated(f"{day}", row(UNITS[0], TOP, day)) for day in (1, 3, 5)])
    assert stays(counted, PLACES[0]) == [("A", 1, None)]
    assert counted.where_was("holder", "A")[0].statements == ("1", "3", "5")
    counted.state(row(UNITS[0], PLACES[2], 7))
    found = counted.inside("freezer", None, 0, 9).stays
    assert [(s.zone, s.from_ns, s.to_ns) for s in found] == [("top", 1, 7), ("bottom", 7, None)]


def test_a_unit_somewhere_in_the_asset_is_in_every_zone_but_one_zone_is_not_another() -> None:
    everywhere, top = row(UNITS[0], PLACES[0], 1), row(UNITS[1], TOP, 1)
    found = contents([stated("1", everywhere), stated("2", top)])
    assert stays(found, TOP) == [("A", 1, None), ("B", 1, None)]
    assert stays(found, PLACES[2]) == [("A", 1, None)]
    assert stays(found, PLACES[0]) == [("A", 1, None), ("B", 1, None)]
    assert not contents([stated("1", top)]).inside("freezer", "bottom", 2, 3).known


def test_a_zone_within_an_asset_is_no_conflict_and_no_second_unit() -> None:
    everything = [stated("1", row(UNITS[0], PLACES[0], 1, 7)), stated("2", row(UNITS[0], TOP, 3, 5))]
    found = contents(everything)
    assert found.conflicts() == []
    assert [(s.zone, s.from_ns, s.to_ns) for s in found.where_was("holder", "A")] == [
        (None, 1, 3),
        ("top", 3, 5),
        (None, 5, 7),
    ]


def test_an_asset_that_is_stated_empty_is_known_to_hold_nothing() -> None:
    containments = contents([stated("1", row(UNITS[0], SHIPPER, 1))])
    assert containments.state_empty(emptied("2", SHIPPER, 4)) == {"shipper"}
    assert stays(containments) == [("A", 1, 4)]
    assert containments.where_was("holder", "A")[0].ended_by == "2"
    now = containments.inside("shipper", None, 5, 9)
    assert (now.known, now.stays) == (True, ())
    assert not containments.inside("shipper", None, 0, 0).known
    containments.state(row(UNITS[1], SHIPPER, 6, 7))
    assert containments.inside("shipper", None, 5, 6).known
    assert not containments.inside("shipper", None, 7, 9).known, "people have filled it since"
    containments.withdraw(taken_back("3", "2"))
    assert stays(containments) == [("A", 1, None), ("B", 6, 7)]


def test_a_stated_end_after_its_place_was_stated_empty_is_a_conflict() -> None:
    containments = contents([stated("1", row(UNITS[0], SHIPPER, 1, 7)), emptied("2", SHIPPER, 4)])
    (conflict,) = containments.conflicts()
    assert (conflict.statements, conflict.from_ns, conflict.to_ns) == (("1", "2"), 4, 7)
    (stay,) = containments.inside("shipper", None, 5, 6).stays
    assert (stay.to_ns, stay.certain) == (7, False)


def test_one_zone_can_be_stated_empty() -> None:
    everything = [
        stated("1", row(UNITS[0], TOP, 1)),
        stated("2", row(UNITS[1], PLACES[2], 1)),
        stated("3", row(UNITS[2], PLACES[0], 1)),
        emptied("4", TOP, 4),
    ]
    containments = contents(everything)
    assert stays(containments, PLACES[0]) == [("A", 1, None), ("A", 1, 4), ("B", 1, None)]
    containments.state_empty(emptied("5", PLACES[0], 6))
    assert [to for _, _, to in stays(containments, PLACES[0])] == [6, 4, 6]
    for zone in (None, "top", "bottom"):
        assert containments.inside("freezer", zone, 7, 8).known
    filled = contents([emptied("1", TOP, 2), stated("2", row(UNITS[0], PLACES[0], 4, 5))])
    assert filled.inside("freezer", "top", 3, 4).known
    assert not filled.inside("freezer", "top", 6, 7).known, "it may have been in the top, and others with it"
    only_top = contents([emptied("1", TOP, 4)])
    assert only_top.inside("freezer", "top", 7, 8).known
    assert not only_top.inside("freezer", None, 7, 8).known
    assert only_top.is_stated_empty("freezer", "top", 4) and not only_top.is_stated_empty("freezer", None, 4)


def test_names_of_assets_are_only_shown() -> None:
    said = replace(row(UNITS[0], ("A-17", None), 1, 4), id="1", asset_name="shipper-1")
    other = replace(row(UNITS[0], ("A-18", None), 2, 3), id="2", asset_name="shipper-2")
    containments = contents([(said,), (other,)])
    assert [s.asset for s in containments.inside("A-17", None, 0, 9).stays] == ["A-17"]
    (conflict,) = containments.conflicts()
    assert "in shipper-1 from" in conflict.words() and "in shipper-2 from" in conflict.words()


def test_statements_without_ids_are_each_one_of_their_own() -> None:
    containments = Containments()
    containments.state(row(UNITS[0], SHIPPER, 1))
    containments.state(row(UNITS[1], SHIPPER, 1))
    assert containments.state() == set()
    assert [s.statements for s in containments.inside("shipper", None, 0, 9).stays] == [("#1",), ("#2",)]


@pytest.mark.parametrize("target", ["", "9", "1"])
def test_only_what_was_said_before_can_be_corrected(target: str) -> None:
    """Not nothing, not what nobody said, not itself."""
    containments = contents([stated("1", row(UNITS[0], SHIPPER, 1), corrects=target)])
    containments.withdraw(Withdrawn("7", "Chen", 200, "2"))
    containments.state(replace(row(UNITS[1], SHIPPER, 1), id="7"))
    assert stays(containments) == [("A", 1, None), ("B", 1, None)]


def test_who_says_later_that_a_unit_is_still_inside_has_the_last_word() -> None:
    ended, goes_on = row(UNITS[0], PLACES[0], 3, 6), row(UNITS[0], PLACES[0], 1)
    code = UNITS[0].code
    first = [stated("0", replace(ended, stated_ns=1)), stated("1", replace(goes_on, stated_ns=2))]
    assert stays(contents(first), PLACES[0]) == [(code, 1, None)]
    other = [stated("0", replace(goes_on, stated_ns=1)), stated("1", replace(ended, stated_ns=2))]
    assert stays(contents(other), PLACES[0]) == [(code, 1, 6)]
