"""Units that are made as they are written are written exactly as those that were made before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import text
from gateway.alarming.stored_units import columns, plain_exposures
from gateway.alarms.priority import inside_of
from gateway.published import units as published_units
from gateway.published.inside_words import MOST_TOLD, inside, inside_words
from gateway.published.units import StoredUnits, units_in_parts, units_of_stored
from gateway.published.view import units
from gateway.statements.containment import Unit
from gateway.text import json_pieces
from gateway.traceability.exposure import Exposure, Exposures, Part

WORDS = st.text(max_size=3) | st.sampled_from(
    ["", "A-1", "血", '"', "\\", "\x1b[", "\n", "\u202e", "\ud800", "\x7f"]
)
TIMES = st.none() | st.integers(0, 10**18)
EXTREMES = st.none() | st.floats() | st.sampled_from([1e-5, 1e16, -196.0])
PARTS = st.builds(Part, st.integers(0, 10**18), TIMES, TIMES, EXTREMES, st.booleans(), st.none() | WORDS)
SEVERAL = st.lists(
    st.builds(Exposure, st.builds(Unit, WORDS, WORDS, WORDS, WORDS), PARTS), min_size=1, max_size=4
)


LONG = 5


@pytest.fixture(scope="module", autouse=True)
def _few_are_many() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "LONG", LONG)
        patch.setattr(published_units, "LONG", LONG)
        yield


def stored_of(found: list[Exposure], length: int) -> Any:
    many = Exposures.of((found * length)[:length])
    known = plain_exposures(many, columns(many.units))
    return json.loads(json.dumps(known))


def written(data: object) -> str:
    return "".join(json_pieces(data))


@settings(max_examples=60, deadline=None)
@given(SEVERAL, st.sampled_from([LONG + 1, 2 * LONG, 2 * LONG + 1]))
def test_written_to_the_byte_as_before(found: list[Exposure], length: int) -> None:
    stored = stored_of(found, length)
    one, other = units_in_parts(stored), units_of_stored(stored)
    assert isinstance(one, StoredUnits)
    for wrap in (lambda of: of, lambda of: [{"units": of, "id": "E-1"}], lambda of: {"known": {"u": of}}):
        assert written(wrap(one)) == written(wrap(other))
    assert written(iter([{"units": one}])) == written(iter([{"units": other}]))


def test_among_more_alarms_than_are_written_at_once() -> None:
    stored = stored_of([Exposure(Unit("holder", "A", "p"), Part(0, None, 5, -1.5))], LONG + 1)
    alarms = [{"id": f"E-{k}", "units": []} for k in range(LONG)]
    many = [*alarms, {"id": "E", "units": units_in_parts(stored)}, *alarms]
    assert written(many) == written([*alarms, {"id": "E", "units": units_of_stored(stored)}, *alarms])


@settings(max_examples=30, deadline=None)
@given(SEVERAL, st.slices(LONG + 1), st.integers(-LONG - 1, LONG))
def test_looked_at_as_a_list(found: list[Exposure], some: slice, at: int) -> None:
    found = [Exposure(e.unit, Part(e.part.from_ns, None, None, -1.0)) for e in found]  # NaN is not itself
    stored = stored_of(found, LONG + 1)
    one, other = units_in_parts(stored), units_of_stored(stored)
    assert len(one) == len(other)
    assert list(one) == other
    assert one[some] == other[some]
    assert one[at] == other[at]
    alarms = [{"kind": "limit", "asset": "a", "units": of} for of in (one, other)]
    assert inside_of(alarms[0]) == inside_of(alarms[1])
    assert inside(alarms[0]) == inside(alarms[1])


def test_few_are_a_list() -> None:
    stored = stored_of([Exposure(Unit("holder", "A"), Part(0, None, None, None))], LONG)
    assert units_in_parts(stored) == units_of_stored(stored)
    assert units_in_parts([]) == units(Exposures.of([]))


def test_columns_that_do_not_fit_are_refused() -> None:
    stored = stored_of([Exposure(Unit("holder", "A"), Part(0, None, None, None))], LONG + 1)
    with pytest.raises(ValueError):
        units_in_parts({**stored, "part": [[0, 2]]})
    named = stored["named"]
    with pytest.raises(ValueError):
        units_in_parts({**stored, "named": {**named, "code": named["code"][1:]}})


def test_how_many_units_changed_in_words() -> None:
    few, many = ("A", "B"), tuple(f"U-{k}" for k in range(MOST_TOLD + 1))
    assert inside_words(few, ()) == "inside nothing, was A, B"
    assert inside_words("unknown", few) == "inside A, B, was unknown"
    assert inside_words("unknown", many) == f"inside {MOST_TOLD + 1} units, was unknown"
    assert inside_words(many, many[1:]) == f"inside {MOST_TOLD} units, was {MOST_TOLD + 1} units; gone: U-0"
    came = inside_words(("A",), many)
    assert came.startswith(f"inside {MOST_TOLD + 1} units, was 1 unit; came: U-0, U-1,")
    assert came.endswith("U-99 and 1 more; gone: A")
