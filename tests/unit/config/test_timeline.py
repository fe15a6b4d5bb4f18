"""What was so when: from configurations and placements, in the journal's order, for any moment."""

from __future__ import annotations

import pytest

from gateway.config.types import FOREVER_PAST
from tests.unit.config.told import Told, document, ns


def at(told: Told, channel: str, seconds: float) -> str:
    return told.timeline.placed_at(channel, ns(seconds)).asset


def test_the_first_configuration_judges_all_before() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}))
    assert at(told, "t", -1e6) == at(told, "t", 1e6) == "s1"
    assert told.timeline.channel_at("t", ns(-1e6)) is not None


def test_a_placement_holds_until_the_next_and_the_later_word_on_a_moment_counts() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}, assets={"s1": {}, "s2": {}, "s3": {}}))
    told.place(20, "t", "s3").place(10, "t", "s2").place(20, "t", "s2")
    assert [at(told, "t", s) for s in (0, 10, 19, 20, 30)] == ["s1", "s2", "s2", "s2", "s2"]
    assert len(told.timeline.placements("t")) == 2  # staying is no move


def test_a_placement_that_is_corrected_or_withdrawn_counts_no_more() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}, assets={"s1": {}, "s2": {}}))
    told.place(10, "t", "s2", name="A")
    assert told.timeline.moved() == [0]
    told.place(15, "t", "s2", corrects="A", name="B")
    assert [at(told, "t", s) for s in (10, 15)] == ["s1", "s2"]
    told.withdraw("B", name="C")
    assert [at(told, "t", s) for s in (10, 15)] == ["s2", "s2"]  # what it corrected stands again
    told.withdraw("A")
    assert at(told, "t", 20) == "s1"
    told.withdraw("C")
    assert at(told, "t", 20) == "s2"


def test_what_was_stated_last_decides_although_the_clock_went_back() -> None:
    far = document({"t": {"asset": "s1", "max_gap_s": 7.0}})
    told = Told("t").configure(0, document({"t": {"asset": "s1"}})).configure(8_640_000, far)
    told.configure(60, document({"t": {"asset": "s1", "max_gap_s": 9.0}}))
    gaps = [told.timeline.last_known("t", ns(s)).max_gap_ns // 10**9 for s in (0, 60, 9_000_000)]
    assert gaps == [300, 9, 9]


def test_a_new_name_is_the_same_channel_and_the_same_asset() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}))
    told.timeline.numbers["top"] = 0
    told.configure(10, document({"top": {"asset": "dewar", "was": "t"}}, assets={"dewar": {"was": "s1"}}))
    place = told.timeline.place_of(0, ns(-5))
    assert place is not None
    assert (place.channel, place.asset, place.asset_identity) == ("top", "dewar", "s1")
    assert told.timeline.asset_identity("s1") == told.timeline.asset_identity("dewar") == "s1"
    assert told.timeline.assets_at(ns(5)) == {"s1": ()} and told.timeline.assets_at(ns(15)) == {"dewar": ()}
    assert list(told.timeline.identities()) == ["t"]


@pytest.mark.parametrize(
    ("channels", "assets", "problem"),
    [
        ({"x": {"asset": "s1", "was": "nobody"}}, {"s1": {}}, "no channel was ever called 'nobody'"),
        ({"t": {"asset": "s1"}, "x": {"asset": "s1", "was": "t"}}, {"s1": {}}, "is the same channel as 't'"),
        ({"u": {"asset": "s1", "was": "t"}}, {"s1": {}}, "is the name of another channel than 't'"),
        ({"t": {"asset": "a"}}, {"a": {"was": "s2"}, "s2": {"was": "a"}}, "is the same asset as 'a'"),
    ],
)
def test_names_that_cannot_follow_are_refused(channels, assets, problem) -> None:
    told = Told("t", "u").configure(
        0, document({"t": {"asset": "s1"}, "u": {"asset": "s2"}}, assets={"s1": {}, "s2": {}})
    )
    assert any(problem in p for p in told.timeline.names.problems(document(channels, assets=assets)))


def test_a_placement_from_a_clock_that_was_ahead_waits_for_its_time() -> None:
    told = Told("t", "u").configure(0, document({"t": {"asset": "s1"}, "u": {"asset": "s2"}}))
    told.place(100, "t", "s2")
    assert told.timeline.measured_at(ns(20)) == {"s1", "s2"}
    assert told.timeline.measured_at(ns(100)) == {"s2"}


def test_a_channel_that_left_is_not_configured_and_keeps_its_last_place() -> None:
    told = Told("t", "u").configure(0, document({"t": {"asset": "s1"}, "u": {"asset": "s2"}}))
    told.configure(10, document({"u": {"asset": "s2"}}))
    assert told.timeline.channel_at("t", ns(9)) is not None
    assert told.timeline.channel_at("t", ns(10)) is None
    assert told.timeline.place_of(0, ns(20)) is not None
    assert told.timeline.measured_at(ns(20)) == {"s2"}
    assert told.timeline.placements("t")[0].from_ns == FOREVER_PAST
