"""What differs between two values, against putting it together again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.questions.differences import Difference, differences

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(st.text("abc", min_size=1, max_size=2), plain, max_size=4)


@given(tables, tables)
def test_both_ways_the_same_differences(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert list(differences(old, old)) == []
    if old != new:
        swapped = {(one.field, repr(one.new), repr(one.old)) for one in differences(new, old)}
        assert swapped == {(one.field, repr(one.old), repr(one.new)) for one in differences(old, new)}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", 1, 2)]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({}, {"a": None, "b": [1]}, [("b", None, [1])]),
        (
            {"p": [{"version": "1", "x": 1}, {"version": "2", "x": 1}]},
            {"p": [{"version": "2", "x": 3}, {"version": "3"}]},
            [
                ("p[version 1]", {"version": "1", "x": 1}, None),
                ("p[version 2].x", 1, 3),
                ("p[version 3]", None, {"version": "3"}),
            ],
        ),
        ({"p": [{"x": 1}, {"x": 2}]}, {"p": [{"x": 1}, {"x": 4}]}, [("p[1].x", 2, 4)]),
    ],
)
def test_fields_have_the_names_that_people_know(
    old: Any, new: Any, found: list[tuple[str, Any, Any]]
) -> None:
    assert list(differences(old, new)) == [Difference(*one) for one in found]
