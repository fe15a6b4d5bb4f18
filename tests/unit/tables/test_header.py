"""Columns by their names: patterns against the plain way, and against who writes hundreds of asterisks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.tables.header import has_all, positions


@given(st.text("ab", max_size=8), st.text("ab*", max_size=8))
def test_an_asterisk_is_anything(name: str, column: str) -> None:
    plain = re.fullmatch(".*".join(map(re.escape, column.split("*"))), name) is not None
    assert has_all([name], [column]) == plain


def test_many_asterisks_take_no_longer() -> None:
    column, name = "*a" * 400 + "*b", "a" * 100_000
    assert not has_all([name], [column]) and has_all([name + "b"], [column])


def test_an_exact_name_comes_before_a_pattern_and_two_are_refused() -> None:
    assert positions(["t*", "temp"], ["t*"]) == {"t*": 0}
    with pytest.raises(InputError, match="two columns are called"):
        positions(["temp A", "temp B"], ["temp*"])
    with pytest.raises(InputError, match="no column 'x'"):
        positions(["temp A"], ["x"])
