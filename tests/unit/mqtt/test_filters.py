"""Filters beside each other, against a slow twin that tries topics."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.mqtt.filters import covers, matching, meet, widest

FIRST = ("a", "b", "c", "$x")
DEEPEST = 4  # a level more than the filters below
TOPICS = [[first, *rest] for first in FIRST for n in range(DEEPEST) for rest in product("abc", repeat=n)]


def fits(topic_filter: str, topic: list[str]) -> bool:
    """MQTT 5.0 section 4.7, a level at a time."""
    levels = topic_filter.split("/")
    if levels[0] in "+#" and topic[0].startswith("$"):
        return False
    if levels[-1] == "#":
        levels, topic = levels[:-1], topic[: len(levels) - 1]
    return len(levels) == len(topic) and all(
        level in ("+", part) for level, part in zip(levels, topic, strict=True)
    )


LEVELS = st.sampled_from(["a", "b", "+"])
FILTERS = st.builds(
    lambda first, rest, end: "/".join([first, *rest, *end]),
    st.sampled_from(["a", "b", "+", "$x"]),
    st.lists(LEVELS, max_size=2),
    st.sampled_from([[], ["#"]]),
) | st.just("#")


@given(FILTERS, FILTERS)
@example("+/#", "#")
@example("b/b/b", "b/b/b/#")
def test_covers_and_meets_as_trying_every_topic_says(one: str, other: str) -> None:
    mine = [t for t in TOPICS if fits(one, t)]
    its = [t for t in TOPICS if fits(other, t)]
    assert covers(one, other) == all(t in mine for t in its)
    assert meet(one, other) == any(t in mine for t in its)
    assert meet(other, one) == meet(one, other)


@given(st.lists(FILTERS, min_size=1, max_size=6))
def test_the_widest_match_what_all_match(filters: list[str]) -> None:
    few = widest(filters)
    assert set(few) <= set(filters)
    for topic in TOPICS:
        assert any(fits(f, topic) for f in few) == any(fits(f, topic) for f in filters)
    assert not [f for f in few for other in few if f != other and covers(other, f)]


@given(st.sampled_from(TOPICS), FILTERS)
def test_every_filter_that_matches_a_topic_is_found(topic: list[str], topic_filter: str) -> None:
    found = list(matching("/".join(topic)))
    assert all(fits(f, topic) for f in found)
    assert len(set(found)) == len(found)
    assert (topic_filter in found) == fits(topic_filter, topic)


@pytest.mark.parametrize(("levels", "count"), [(1, 5), (2, 11), (6, 191)])
def test_how_many_filters_match_a_topic(levels: int, count: int) -> None:
    assert len(list(matching("/".join("abcdef"[:levels])))) == count
