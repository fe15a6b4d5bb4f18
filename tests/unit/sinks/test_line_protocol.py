"""Line protocol from columns, against a slow obvious twin: what a server reads back is what was meant."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import LARGEST_VALUE, Quality, Samples
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.lines import Encoder, series

# Line protocol reference: a comma, an equals sign and a space are escaped in tags, a comma and a space in the
# measurement; a backslash before anything else stands for itself.
UNESCAPED = r"(?:\\[,= ]|[^,= ])"
LINE = re.compile(rf"((?:\\[, ]|[^, ])+)((?:,{UNESCAPED}+={UNESCAPED}+)*) (\S+) (-?\d+)")
TAG = re.compile(rf",({UNESCAPED}+)=({UNESCAPED}+)")

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
places = st.builds(Place, names.filter(bool), names, names, names, names, names)
values = st.floats(-LARGEST_VALUE, LARGEST_VALUE)
readings = st.tuples(st.integers(1, 3), st.integers(0, 4 * 10**18), values, st.sampled_from(Quality))


def plain(text: str) -> str:
    return re.sub(r"\\([,= ])", r"\1", text)


def sayable(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "_", text.replace("\\", "/"))


def columns(rows: list[tuple[int, int, float, Quality]]) -> Samples:
    quality = np.array([r[3] for r in rows], np.uint8)
    value = np.where(quality >= Quality.BAD, np.nan, np.array([r[2] for r in rows], np.float64))
    time, channel = np.array([r[1] for r in rows], np.int64), np.array([r[0] for r in rows], np.int32)
    return Samples(time, channel, value, quality)


@settings(max_examples=150, deadline=None)
@given(st.lists(readings, max_size=30), st.lists(places, min_size=3, max_size=3), names.filter(bool))
def test_a_line_says_what_the_reading_says(
    rows: list[tuple[int, int, float, Quality]], three: list[Place], measurement: str
) -> None:
    by_number = FixedPlaces(enumerate(three, 1))
    lines = Encoder(measurement).encode(columns(rows), by_number)
    assert len(lines) == len(rows)
    for line, (number, time_ns, value, quality) in zip(lines, rows, strict=True):
        assert "\n" not in line
        match = LINE.fullmatch(line)
        assert match is not None, line
        place = by_number[number]
        said = {
            "asset": place.asset, "channel": place.channel, "quantity": place.quantity,
            "site": place.site, "unit": place.unit, "zone": place.zone,
        }  # fmt: skip
        assert re.sub(r"\\([, ])", r"\1", match[1]) == sayable(measurement)
        found = [(plain(key), plain(text)) for key, text in TAG.findall(match[2])]
        assert found == [(key, sayable(text)) for key, text in sorted(said.items()) if text]
        fields = dict(field.split("=") for field in match[3].split(","))
        assert fields.pop("quality") == f"{int(quality)}i"
        assert ([float(text) for text in fields.values()] == [value]) if quality < Quality.BAD else not fields
        assert int(match[4]) == time_ns


def test_a_line_of_each_kind() -> None:
    top = Place("top", "pudong", "freezer 1", "", "temperature", "degC")
    some = columns([(1, 7, -196.1, Quality.GOOD), (1, 8, 1e-7, Quality.UNCERTAIN), (2, 9, 0.0, Quality.BAD)])
    head = r"cold\,chain,asset=freezer\ 1,channel=top,quantity=temperature,site=pudong,unit=degC"
    assert Encoder("cold,chain").encode(some, FixedPlaces({1: top, 2: Place("a=b")})) == [
        f"{head} value=-196.1,quality=0i 7",
        f"{head} value=1e-07,quality=1i 8",
        r"cold\,chain,channel=a\=b quality=2i 9",
    ]


def test_no_readings_are_no_lines() -> None:
    assert Encoder("reading").encode(Samples.empty(), FixedPlaces({})) == []


def test_a_channel_that_moves_is_another_series() -> None:
    encoder, some = Encoder("reading"), columns([(1, 1, 1.0, Quality.GOOD)])
    before = encoder.encode(some, FixedPlaces({1: Place("top", asset="freezer-1")}))
    after = encoder.encode(some, FixedPlaces({1: Place("top", asset="freezer-2")}))
    assert (before, after) == (
        ["reading,asset=freezer-1,channel=top value=1.0,quality=0i 1"],
        ["reading,asset=freezer-2,channel=top value=1.0,quality=0i 1"],
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [("a\\", "a/"), ("a\nb", "a_b"), ("a, b=c", r"a\,\ b\=c"), ("液氮罐", "液氮罐"), ('"', '"')],
)
def test_names_that_line_protocol_finds_hard(name: str, written: str) -> None:
    assert series("reading", [("asset", ""), ("channel", name)]) == f"reading,channel={written}"
