"""Units are published from their columns exactly as they are from the units themselves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarming.stored_units import columns, exposures_of, plain_exposures
from gateway.published.units import units_of_stored
from gateway.published.view import units
from gateway.statements.containment import Unit
from gateway.traceability.exposure import Exposure, Exposures, Part

words = st.sampled_from(("", "A", "血", "CAR-T"))
times = st.none() | st.integers(0, 10**18)
parts = st.builds(
    Part,
    st.integers(0, 10**18),
    times,
    times,
    st.none() | st.floats(-200, 50),
    st.booleans(),
    st.none() | words,
)
exposures = st.lists(st.builds(Exposure, st.builds(Unit, words, words, words, words), parts), max_size=12)


@given(exposures)
def test_the_same(found: list[Exposure]) -> None:
    made = Exposures.of(found)
    stored = json.loads(json.dumps(plain_exposures(made, columns(made.units))))
    assert json.dumps(units_of_stored(stored)) == json.dumps(units(exposures_of(stored)))


def test_the_list_of_before() -> None:
    part = {"from_ns": 0, "to_ns": None, "beyond_ns": 5, "extreme": -1.5}
    unit = {"scheme": "holder", "code": "A", "product": "", "chain_of_identity": ""}
    stored = [{"unit": unit, **part}]
    assert units_of_stored(stored) == units(exposures_of(stored))


def test_columns_that_do_not_fit_are_refused() -> None:
    made = Exposures.of([Exposure(Unit("holder", "A"), Part(0, None, None, None))])
    stored = plain_exposures(made, columns(made.units))
    with pytest.raises(ValueError):
        units_of_stored({**stored, "part": [[0, 2]]})
