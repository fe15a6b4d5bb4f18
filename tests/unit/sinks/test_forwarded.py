"""Messages for a central broker: every reading once, with its place, in messages of bounded size."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Arrivals, Quality, Samples
from gateway.mqtt.templates import check_template
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.forwarded import NAMES, alarm_message, messages, topic
from tests.system.alarm_changes import life

PLACES = FixedPlaces(
    {
        1: Place("top", "pudong", "freezer-1", "top", "temperature", "degC"),
        2: Place("level", "pudong", "freezer-1", "", "level", "mm"),
        3: Place("gone"),
    }
)
times = st.integers(0, 2**63 - 1)
values = st.floats(-1e9, 1e9)
readings = st.tuples(st.integers(1, 3), times, values, st.sampled_from(Quality), times)
TEMPLATES = st.sampled_from(["cold", "cold/{site}", "cold/{asset}/{zone}", "{channel}"])


def columns(rows: list[tuple[int, int, float, Quality, int]]) -> Arrivals:
    quality = np.array([r[3] for r in rows], np.uint8)
    value = np.where(quality >= Quality.BAD, np.nan, np.array([r[2] for r in rows], np.float64))
    time, channel = np.array([r[1] for r in rows], np.int64), np.array([r[0] for r in rows], np.int32)
    return Arrivals(Samples(time, channel, value, quality), np.array([r[4] for r in rows], np.int64))


@settings(max_examples=150, deadline=None)
@given(st.lists(readings, max_size=40), TEMPLATES, st.integers(1, 9))
def test_every_reading_is_in_one_message_of_its_topic(
    rows: list[tuple[int, int, float, Quality, int]], template: str, most: int
) -> None:
    found: dict[str, list[tuple[int, float | None, str, int]]] = {}
    for name, payload, retain in messages(columns(rows), PLACES, template, most):
        assert not retain
        channels = json.loads(payload)["channels"]
        assert 1 <= sum(len(c["time_ns"]) for c in channels) <= most
        assert len(channels) == len({c["channel"] for c in channels})
        for c in channels:
            place = Place(*(c[k] for k in ("channel", "site", "asset", "zone", "quantity", "unit")))
            assert place in PLACES.values()
            assert topic(template, place) == name
            part = zip(c["time_ns"], c["value"], c["quality"], c["received_ns"], strict=True)
            found.setdefault(place.channel, []).extend(part)
    wanted: dict[str, list[tuple[int, float | None, str, int]]] = {}
    for number, time_ns, value, quality, received_ns in rows:
        shown = None if quality >= Quality.BAD else value
        wanted.setdefault(PLACES[number].channel, []).append(
            (time_ns, shown, quality.name.lower(), received_ns)
        )
    assert found == wanted


def test_a_message_to_the_byte() -> None:
    rows = [
        (3, 5, 1.5, Quality.UNCERTAIN, 6),
        (1, 2, 0.0, Quality.NO_DATA, 3),
        (1, 4, -196.1, Quality.GOOD, 5),
    ]
    assert list(messages(columns(rows), PLACES, "cold", 10)) == [
        (
            "cold",
            b'{"channels":[{"channel":"top","site":"pudong","asset":"freezer-1","zone":"top",'
            b'"quantity":"temperature","unit":"degC","time_ns":[2,4],"value":[null,-196.1],'
            b'"quality":["no_data","good"],"received_ns":[3,5]},'
            b'{"channel":"gone","site":"","asset":"","zone":"","quantity":"","unit":"",'
            b'"time_ns":[5],"value":[1.5],"quality":["uncertain"],"received_ns":[6]}]}',
            False,
        )
    ]


def test_names_can_not_change_the_levels_of_a_topic() -> None:
    place = Place("a/b", "+", "#", "", "", "")
    assert topic("cold/{site}/{asset}/{zone}/{channel}", place) == "cold/_/_/-/a_b"
    assert topic("cold/{channel}", Place("液氮\n罐 {site}")) == "cold/液氮_罐 {site}"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("cold/{sight}", "names 'sight'; it can name site, asset, zone, channel"),
        ("cold/{}", "names ''; it can name"),
        ("cold/#", "expected text without"),
        ("cold/+/x", "expected text without"),
        ("", "expected text without"),
        ("$SYS/x", "expected text without"),
        ("cold/{site", "expected text without"),
    ],
)
def test_a_topic_that_is_none(template: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_template(template, NAMES)


def test_a_topic_that_is_one() -> None:
    for template in ("cold", "{site}", "cold/{site}/{asset}/{zone}/{channel}", "{asset}-{zone}"):
        check_template(template, NAMES)


def test_an_alarm_message_says_all_that_is_known() -> None:
    change = life()[1]
    where, payload, _ = alarm_message(change, "{asset}/{zone}/{channel}/{id}")
    assert where == "freezer-1/top/top/E-7Q2M9XKD"
    assert json.loads(payload) == {
        "change": "acknowledged",
        "number": 2,
        "recorded": "2026-01-05T11:01:02.000000000Z",
        **change.alarm,
    }


def test_only_the_topic_of_an_alarm_names_it() -> None:
    check_template("cold/{site}/{id}", (*NAMES, "id"))
    with pytest.raises(ValueError, match="names 'id'"):
        check_template("cold/{id}", NAMES)
