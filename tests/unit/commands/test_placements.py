"""Placing channels through the command: what is placed, what changes nothing, and what is refused."""

from __future__ import annotations

import pytest

from gateway.config.load import load
from gateway.config.timeline import Timeline, timeline_of
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, DAY, Office

REASON = ("--by", "Li Na", "--reason", "lid swap")
START_NS = 1_767_600_000 * 10**9  # 08:00 of DAY


@pytest.fixture
def started(office: Office) -> Office:
    """As after the gateway's first start, at 08:00."""
    (office.folder / "data").mkdir()
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, START_NS)
    return office


def now(office: Office) -> Timeline:
    with Journal.open_reading(office.path) as journal:
        return timeline_of(journal)


def places(office: Office, channel: str) -> list[tuple[str, str | None]]:
    return [(p.asset, p.zone) for p in now(office).placements(channel)]


def test_a_channel_is_placed_from_a_moment_on(started: Office) -> None:
    told = started.json("place", "probe-1", "shipper-2", "--at", f"{DAY}11:00:00Z", *REASON)
    assert (told["new"], told["at"]) == (True, f"{DAY}11:00:00.000000000Z")
    assert places(started, "probe-1") == [("shipper-1", None), ("shipper-2", None)]
    (stated,) = started.stated("placement")
    assert (stated.id, stated.reason, stated.by) == (told["id"], "lid swap", "Li Na")


def test_where_it_is_already_nothing_changes(started: Office) -> None:
    assert "is in shipper-1 already, as configured" in started.run("place", "probe-1", "shipper-1", *REASON)
    first = started.json("place", "probe-1", "shipper-1", "--zone", "top", *REASON)
    assert first["new"]
    again = started.json("place", "probe-1", "shipper-1", "--zone", "top", *REASON)
    assert (again["new"], again["id"]) == (False, first["id"])
    shown = started.run("place", "probe-1", "shipper-1", "--zone", "top", *REASON)
    assert "Li Na stated that before, at" in shown and "nothing changes" in shown
    assert len(started.stated("placement")) == 1


def test_a_placement_is_corrected_and_withdrawn(started: Office) -> None:
    said = ("place", "probe-1", "shipper-2")
    first = started.json(*said, "--at", f"{DAY}11:00:00Z", *REASON)
    corrected = ("--corrects", first["id"], "--by", "Wang Wei", "--reason", "it was at nine")
    second = started.json(*said, "--at", f"{DAY}09:00:00Z", *corrected)
    assert [p.from_ns for p in now(started).placements("probe-1")][1:] == [START_NS + 3600 * 10**9]
    shown = started.run("statements", "--about", "probe-1")
    assert f"corrected by Wang Wei in {second['id']}" in shown and "because: it was at nine" in shown
    told = started.json("withdraw", second["id"], "--by", "Li Na", "--reason", "no, at eleven")
    assert told["counts_again"] == first["id"]
    assert [p.from_ns for p in now(started).placements("probe-1")][1:] == [START_NS + 3 * 3600 * 10**9]


def test_of_one_moment_there_is_one_place(started: Office) -> None:
    first = started.json("place", "probe-1", "shipper-2", "--at", f"{DAY}11:00:00Z", *REASON)
    words = (
        rf"placed probe-1 in shipper-2 from the same moment on: correct that with --corrects {first['id']}"
    )
    with pytest.raises(InputError, match=words):
        started.run("place", "probe-1", "shipper-1", "--at", f"{DAY}11:00:00Z", *REASON)


def test_what_is_corrected_contradicts_nothing(started: Office) -> None:
    noon = ("--at", f"{DAY}11:00:00Z")
    first = started.json("place", "probe-1", "shipper-2", *noon, *REASON)
    wrong = ("--by", "Chen", "--reason", "it was the other one", "--corrects", first["id"])
    assert started.json("place", "probe-1", "shipper-1", "--zone", "top", *noon, *wrong)["new"]
    assert places(started, "probe-1")[1:] == [("shipper-1", "top")]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("probe-7", "shipper-1"), "the journal knows no channel 'probe-7'; did you mean 'probe-"),
        (("x", "shipper-1"), "no channel 'x'; known: probe-1, probe-2"),
        (("probe-1", "shipper-9"), "there was no asset 'shipper-9' at .*; there were: shipper-1, shipper-2"),
        (
            ("probe-1", "shipper-1", "--zone", "lid"),
            "asset 'shipper-1' has no zone 'lid'; its zones: top, bottom",
        ),
        (("probe-1", "shipper-2", "--at", "2062-01-01T00:00:00Z"), "is in the future"),
        (("probe-1", "shipper-2", "--at", "noon"), "is not an RFC 3339 time"),
    ],
)
def test_what_cannot_be_is_refused(started: Office, words: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        started.run("place", *words, *REASON)
    assert started.stated("placement") == []


def test_before_the_first_start_nothing_can_be_placed(office: Office) -> None:
    with pytest.raises(InputError, match="has never started with this journal"):
        office.run("place", "probe-1", "shipper-1", *REASON)


def test_an_asset_that_did_not_exist_then(started: Office) -> None:
    more = CONFIG.replace("[sources.in]", '[assets.shipper-3]\nsite = "lab"\n[sources.in]')
    started.config.write_text(more, encoding="utf-8")
    with Journal.open(started.path) as journal:
        introduce(load(started.config), journal, START_NS + 4 * 3600 * 10**9)
    with pytest.raises(InputError, match="there was no asset 'shipper-3' at 2026-01-05T11:00:00"):
        started.run("place", "probe-1", "shipper-3", "--at", f"{DAY}11:00:00Z", *REASON)
    assert started.json("place", "probe-1", "shipper-3", "--at", f"{DAY}12:30:00Z", *REASON)["new"]


def test_what_was_renamed_is_placed_under_either_name(started: Office) -> None:
    renamed = CONFIG.replace("[assets.shipper-2]", '[assets.dewar-2]\nwas = "shipper-2"').replace(
        'asset = "shipper-2"', 'asset = "dewar-2"'
    )
    started.config.write_text(renamed, encoding="utf-8")
    with Journal.open(started.path) as journal:
        introduce(load(started.config), journal, START_NS + 4 * 3600 * 10**9)
    first = started.json("place", "probe-1", "dewar-2", "--at", f"{DAY}11:00:00Z", *REASON)
    again = started.json("place", "probe-1", "shipper-2", "--at", f"{DAY}11:00:00Z", *REASON)
    assert (first["new"], again["new"], again["id"]) == (True, False, first["id"])
    assert places(started, "probe-1") == [("shipper-1", None), ("shipper-2", None)]


def test_units_are_loaded_under_either_name(started: Office) -> None:
    row = f"holder,BAG-1,shipper-2,,{DAY}08:00:00Z,,,"
    assert len(started.json("load", str(started.file(row)), "--by", "Li Na")["ids"]) == 1
    renamed = CONFIG.replace("[assets.shipper-2]", '[assets.dewar-2]\nwas = "shipper-2"').replace(
        'asset = "shipper-2"', 'asset = "dewar-2"'
    )
    started.config.write_text(renamed, encoding="utf-8")
    with Journal.open(started.path) as journal:
        introduce(load(started.config), journal, START_NS + 4 * 3600 * 10**9)
    assert started.json("load", str(started.file(row)), "--by", "Li Na")["ids"] == []
    same = row.replace("shipper-2", "dewar-2")
    assert started.json("load", str(started.file(same)), "--by", "Li Na")["ids"] == []
