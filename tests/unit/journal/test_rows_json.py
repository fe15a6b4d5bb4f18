"""JSON of rows is read as Python's own reader reads it, whatever stands there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.rows_json import of_json

texts = st.text(st.characters(), max_size=8)  # halves of characters among them
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_the_same_as_the_slow_way(value: object) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert repr(of_json(text)) == repr(json.loads(text))
        body = text.encode("utf-8", "surrogatepass")
        assert repr(of_json(body)) == repr(json.loads(body))


@pytest.mark.parametrize(
    "text", ['"\ud800"', "NaN", "[1e400, -Infinity]", '"\\ud800"', "-0", "-0.0", "1" * 40, '{"a":1,"a":2}']
)
def test_what_only_python_takes(text: str) -> None:
    assert repr(of_json(text)) == repr(json.loads(text))


@given(st.binary(max_size=12) | st.text(max_size=12).map(str.encode))
def test_what_is_no_json_is_refused_alike(body: bytes) -> None:
    try:
        expected = repr(json.loads(body))
    except ValueError:
        with pytest.raises(ValueError):
            of_json(body)
    else:
        assert repr(of_json(body)) == expected
