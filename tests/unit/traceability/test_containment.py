"""Who was inside when: against a slow twin that asks at every moment, one by one."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Unit

END = 8  # of the time in which everything happens; no moment differs from the ones between endpoints
UNITS = (Unit("holder", "A"), Unit("holder", "B"), Unit("gs1", "A"))
PLACES = (("freezer", None), ("freezer", "top"), ("freezer", "bottom"), ("shipper", None))


def stated(unit, place: tuple[str, str | None], from_ns, to_ns):
    return Containment(unit, *place, from_ns, to_ns, "Li Na", 100)


@st.composite
def statements(draw):
    from_ns = draw(st.integers(0, END - 1))
    to_ns = draw(st.one_of(st.none(), st.integers(from_ns + 1, END)))
    return stated(draw(st.sampled_from(UNITS)), draw(st.sampled_from(PLACES)), from_ns, to_ns)


def where(all_statements, unit, moment):
    """The (asset, zone) of a unit at a moment: of what counts, the latest start, of those the last said."""
    counts = {}
    for order, c in enumerate(all_statements):
        if c.unit.key == unit.key:
            counts[c.asset, c.zone, c.from_ns] = (c.from_ns, order, c)
    begun = [found for found in counts.values() if found[0] <= moment]
    if not begun:
        return None
    last = max(begun, key=lambda found: found[:2])[2]
    return (last.asset, last.zone) if last.to_ns is None or moment < last.to_ns else None


def is_in(place, asset, zone):
    return place is not None and place[0] == asset and (zone is None or place[1] in (None, zone))


def contents(all_statements):
    containments = Containments()
    for statement in all_statements:
        containments.state(statement)
    return containments


@settings(max_examples=200, deadline=None)
@given(
    st.lists(statements(), max_size=7),
    st.sampled_from([("freezer", None), ("freezer", "top"), ("shipper", None), ("elsewhere", None)]),
    st.integers(0, END),
    st.integers(0, 4),
)
@example([stated(UNITS[0], PLACES[0], 1, None), stated(UNITS[0], PLACES[0], 1, 3)], ("freezer", None), 2, 4)
def test_the_same_as_asking_at_every_moment(all_statements, asked, start, length):
    asset, zone = asked
    moments = range(start, start + max(length, 1))
    found = contents(all_statements).inside(asset, zone, start, start + length)
    for unit in UNITS:
        slow = {m for m in moments if is_in(where(all_statements, unit, m), asset, zone)}
        mine = [s for s in found.stays if s.unit.key == unit.key]
        fast = {m for s in mine for m in moments if s.from_ns <= m and (s.to_ns is None or m < s.to_ns)}
        assert fast == slow
        here = [(s.zone, s.from_ns) for s in mine]
        assert not any((s.zone, s.to_ns) in here for s in mine), "one stay told as two"
    assert found.known == bool(found.stays)
    assert [(s.unit, s.from_ns) for s in found.stays] == sorted((s.unit, s.from_ns) for s in found.stays)


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=6))
def test_only_the_assets_that_are_named_change(all_statements):
    containments = contents(all_statements[:-1])
    assets = ("freezer", "shipper")
    before = {a: containments.inside(a, None, 0, END) for a in assets}
    touched = containments.state(all_statements[-1])
    assert all_statements[-1].asset in touched
    for asset in assets:
        assert asset in touched or containments.inside(asset, None, 0, END) == before[asset]


def test_nobody_said_anything_is_unknown():
    assert not Containments().inside("freezer", None, 0, 10).known


def test_after_the_last_unit_left_it_is_unknown_again():
    containments = contents([stated(UNITS[0], PLACES[0], 2, 5)])
    assert containments.inside("freezer", None, 4, 9).known
    assert not containments.inside("freezer", None, 5, 9).known
    assert not containments.inside("freezer", None, 0, 2).known


def test_an_excursion_of_no_length_is_its_moment():
    containments = contents([stated(UNITS[0], PLACES[0], 2, 5)])
    assert [containments.inside("freezer", None, m, m).known for m in (1, 2, 4, 5)] == [
        False,
        True,
        True,
        False,
    ]


def test_an_end_given_later_amends_and_one_taken_back_opens_again():
    opened, ended = stated(UNITS[0], PLACES[0], 1, None), stated(UNITS[0], PLACES[0], 1, 3)
    assert [s.to_ns for s in contents([opened, ended]).inside("freezer", None, 0, 9).stays] == [3]
    assert [s.to_ns for s in contents([opened, ended, opened]).inside("freezer", None, 0, 9).stays] == [None]


def test_a_unit_that_moved_on_has_left():
    moved = contents([stated(UNITS[0], PLACES[0], 1, None), stated(UNITS[0], PLACES[3], 4, None)])
    assert [s.to_ns for s in moved.inside("freezer", None, 0, 9).stays] == [4]
    assert not moved.inside("freezer", None, 4, 9).known
    assert [s.from_ns for s in moved.inside("shipper", None, 0, 9).stays] == [4]


def test_a_daily_count_that_finds_a_unit_again_is_one_stay():
    counted = contents([stated(UNITS[0], PLACES[1], day, None) for day in (1, 3, 5)])
    assert [(s.from_ns, s.to_ns) for s in counted.inside("freezer", None, 0, 9).stays] == [(1, None)]
    elsewhere = stated(UNITS[0], PLACES[2], 7, None)
    counted.state(elsewhere)
    stays = counted.inside("freezer", None, 0, 9).stays
    assert [(s.zone, s.from_ns, s.to_ns) for s in stays] == [("top", 1, 7), ("bottom", 7, None)]


def test_a_statement_that_leaves_out_what_a_unit_is_takes_nothing_back():
    named = Unit("holder", "A", "EXAMPLE CAR-T", "COI-1")
    closed = contents([stated(named, PLACES[0], 1, None), stated(UNITS[0], PLACES[0], 1, 3)])
    assert [s.unit for s in closed.inside("freezer", None, 0, 9).stays] == [named]
    corrected = Unit("holder", "A", "", "COI-2")
    closed.state(stated(corrected, PLACES[3], 3, None))
    known = Unit("holder", "A", "EXAMPLE CAR-T", "COI-2")
    assert [s.unit for s in closed.inside("freezer", None, 0, 9).stays] == [known]
    assert [s.unit for s in closed.inside("shipper", None, 0, 9).stays] == [known]


def test_a_unit_somewhere_in_the_asset_is_in_every_zone_but_one_zone_is_not_another():
    everywhere, top = stated(UNITS[0], PLACES[0], 1, None), stated(UNITS[1], PLACES[1], 1, None)
    found = contents([everywhere, top])
    assert [s.unit for s in found.inside("freezer", "top", 2, 3).stays] == [UNITS[0], UNITS[1]]
    assert [s.unit for s in found.inside("freezer", "bottom", 2, 3).stays] == [UNITS[0]]
    assert [s.unit for s in found.inside("freezer", None, 2, 3).stays] == [UNITS[0], UNITS[1]]
    assert not contents([top]).inside("freezer", "bottom", 2, 3).known
