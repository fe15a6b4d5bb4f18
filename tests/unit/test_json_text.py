"""JSON in which a name stands twice: nobody decides in silence which value is meant."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.json_text import StandsTwice, check_names, loads

_parse = msgspec.json.Decoder(float_hook=str.encode).decode

NAMES = st.sampled_from(["a", "b", '"', ":", '":', "", " :", "é", "\\u003a", "\\"])
LEAVES = st.one_of(
    NAMES, st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), st.none()
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(NAMES, inner), max_size=3).map(tuple),
)


def written(tree, blank, escaped):
    """`tree` as JSON; an object is a tuple of pairs, so that a name can stand twice in it."""
    if isinstance(tree, tuple):
        pairs = (f"{text(name, escaped)}{blank}:{blank}{written(of, blank, escaped)}" for name, of in tree)
        return "{" + f"{blank},".join(pairs) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(written(item, blank, escaped) for item in tree) + "]"
    return text(tree, escaped) if isinstance(tree, str) else json.dumps(tree)


def text(of, escaped):
    return '"' + "".join(f"\\u{ord(c):04x}" for c in of) + '"' if escaped else json.dumps(of)


def has_twice(tree):
    """The slow, obvious twin."""
    if isinstance(tree, tuple):
        names = [name for name, _ in tree]
        return len(set(names)) < len(names) or any(has_twice(of) for _, of in tree)
    return isinstance(tree, list) and any(has_twice(item) for item in tree)


@given(TREES, st.sampled_from(["", " ", "\n\t"]), st.booleans())
@example((("a", 1.5), ("a", 1.5)), "", False)
@example((("a", 1), ("b", (("c", 2), ("c", [])))), " ", False)
@example((("a", ":"), ("b", 1)), "", False)
@example((("a", 1), ("a", ":x")), "", True)
@example([(("a", 1),), (("a", 2),)], "", False)
@example((("a", 2**70), ("b", 1)), "", False)
def test_a_name_that_stands_twice_is_found_whatever_stands_around_it(tree, blank, escaped) -> None:
    document = written(tree, blank, escaped).encode()
    if has_twice(tree):
        with pytest.raises(StandsTwice, match="stands twice in one object"):
            loads(document)
        with pytest.raises(StandsTwice):
            check_names(document, _parse(document))
    else:
        assert loads(document) == json.loads(document)
        check_names(document, _parse(document))


def test_an_ordinary_message_is_not_read_a_second_time(monkeypatch) -> None:
    monkeypatch.setattr("gateway.json_text.loads", lambda _: pytest.fail("read twice"))
    for message in (
        b'{"t": -190.2}',
        b'{"time":"2026-01-05T08:00:00Z","t":-190.2}',
        b'{"time": "2026-01-05T08:00:00Z", "data": {"t": -190.2, "unit": "\xc2\xb0C"}}',
        b'[{"time":"2026-01-05T08:00:00Z","t":-190.2},{"time":"2026-01-05T08:00:01Z","t":-190.1}]',
    ):
        check_names(message, _parse(message))
