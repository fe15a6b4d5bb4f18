"""JSON pointers against the examples of RFC 6901 section 5, and beyond the edges of documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.payloads.pointer import ABSENT, find, parse_pointer

RFC = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", RFC),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_examples_of_the_standard(pointer, value):
    assert find(RFC, parse_pointer(pointer)) == value


@pytest.mark.parametrize("pointer", ["/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/x", "/foo/0/1"])
def test_what_leads_nowhere_is_absent(pointer):
    assert find(RFC, parse_pointer(pointer)) is ABSENT


def test_null_is_not_absent():
    assert find({"a": None}, parse_pointer("/a")) is None
    assert find({"a": None}, parse_pointer("/a/b")) is ABSENT


def test_the_order_of_unescaping():
    assert parse_pointer("/~01") == ("~1",)  # section 4: ~1 first, then ~0


@pytest.mark.parametrize("text", ["foo", "foo/bar", "/a~", "/a~2", "~0"])
def test_what_is_no_pointer(text):
    with pytest.raises(ValueError, match="is no JSON pointer"):
        parse_pointer(text)


@given(st.lists(st.text()))
def test_any_names_can_be_pointed_at(names):
    document: object = 42
    for name in reversed(names):
        document = {name: document}
    text = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    assert find(document, parse_pointer(text)) == 42
