"""Topic patterns: filters with names, and the rules of MQTT about what they match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mqtt.topics import TopicPattern


@pytest.mark.parametrize(
    ("pattern", "topic_filter", "names"),
    [
        ("cryo/{device}/telemetry", "cryo/+/telemetry", {"device"}),
        ("{site}/{device}", "+/+", {"site", "device"}),
        ("cryo/status", "cryo/status", set()),
        ("tele/{device}/{rest...}", "tele/+/#", {"device", "rest"}),
        ("{all...}", "#", {"all"}),
        ("冷链/{设备}", "冷链/+", {"设备"}),
    ],
)
def test_filter_and_names(pattern, topic_filter, names):
    parsed = TopicPattern.parse(pattern)
    assert parsed.filter == topic_filter
    assert parsed.names == names


@pytest.mark.parametrize(
    ("pattern", "topic", "names"),
    [
        ("cryo/{device}/telemetry", "cryo/dewar-1/telemetry", {"device": "dewar-1"}),
        ("cryo/{device}/telemetry", "cryo//telemetry", {"device": ""}),  # "+" matches an empty level
        ("cryo/{device}/telemetry", "cryo/dewar-1/status", None),
        ("cryo/{device}/telemetry", "cryo/dewar-1", None),
        ("cryo/{device}/telemetry", "cryo/dewar-1/telemetry/", None),
        ("cryo/{device}/telemetry", "CRYO/dewar-1/telemetry", None),
        ("cryo/status", "cryo/status", {}),
        ("tele/{device}/{rest...}", "tele/a/b/c", {"device": "a", "rest": "b/c"}),
        ("tele/{device}/{rest...}", "tele/a", {"device": "a", "rest": ""}),  # "#" matches its parent
        ("tele/{device}/{rest...}", "tele", None),
        ("{all...}", "a/b", {"all": "a/b"}),
    ],
)
def test_match(pattern, topic, names):
    assert TopicPattern.parse(pattern).match(topic) == names


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "an empty level"),
        ("/cryo", "an empty level"),
        ("cryo/", "an empty level"),
        ("cryo//x", "an empty level"),
        ("cryo/+/x", "'+' in level '+'"),
        ("cryo/#", "'#' in level '#'"),
        ("cryo/dewar-{id}", "'{' in level"),
        ("cryo/{id}x", "'{' in level"),
        ("cryo/a\0b", "in level"),
        ("cryo/{}", "'' is no name"),
        ("cryo/{a-b}", "'a-b' is no name"),
        ("cryo/{...}", "'' is no name"),
        ("{a}/{a}", "'a' stands in it twice"),
        ("{a}/{a...}", "'a' stands in it twice"),
        ("{rest...}/x", "can only be the last level"),
        ("$share/group/cryo", "shared subscription"),
        ("x" * 70_000, "longer than 65535 bytes"),
    ],
)
def test_what_is_no_pattern(pattern, words):
    with pytest.raises(ValueError, match="pattern") as error:
        TopicPattern.parse(pattern)
    assert words in str(error.value)


LEVELS = st.lists(st.text(st.characters(exclude_characters="/+#{}\0", codec="utf-8"), min_size=1), max_size=3)


@given(before=LEVELS, device=st.text().filter(lambda t: "/" not in t), after=LEVELS)
def test_what_is_filled_in_is_read_back(before, device, after):
    pattern = TopicPattern.parse("/".join([*before, "{device}", *after]))
    assert pattern.match("/".join([*before, device, *after])) == {"device": device}


@given(st.text())
def test_any_text_is_a_pattern_or_a_value_error(text):
    try:
        parsed = TopicPattern.parse(text)
    except ValueError:
        return
    assert parsed.filter
    parsed.match(text)
