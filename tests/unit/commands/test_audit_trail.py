"""The audit trail through the command: who, when, whence, why, and the values before and after."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, DAY, Office

LI = ("--by", "Li Na", "--reason", "lid swap")
WANG = ("--by", "Wang Wei", "--reason", "=1+1")
START_NS = 1_767_600_000 * 10**9  # 08:00 of DAY


@pytest.fixture
def lived(office: Office) -> Office:
    """Started, and a probe placed, corrected, placed again, withdrawn."""
    (office.folder / "data").mkdir()
    configure(office, CONFIG)
    first = place(office, "shipper-2", "09", *LI)
    second = place(office, "shipper-2", "10", *WANG, "--corrects", first)
    third = place(office, "shipper-1", "11", *LI)
    office.run("withdraw", second, "--by", "Wang Wei", "--reason", "wrong probe")
    office.run("withdraw", third, "--by", "Wang Wei", "--reason", "that, too")
    return office


def configure(office: Office, text: str) -> None:
    office.config.write_text(text, encoding="utf-8")
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, START_NS)


def place(office: Office, asset: str, hour: str, *words: str) -> str:
    said = ("place", "probe-1", asset, "--zone", "top", "--at", f"{DAY}{hour}:00:00Z", *words)
    return str(office.json(*said[:3], *(said[3:] if asset == "shipper-1" else said[5:]))["id"])


def trail(office: Office, *words: str) -> list[dict[str, Any]]:
    return list(office.json("audit", *words)["actions"])


def values(action: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {one["field"]: (one["old"], one["new"]) for one in action["changes"]}


def test_each_action_has_who_whence_why_and_the_values_before_and_after(lived: Office) -> None:
    first, second, third, fourth, fifth = trail(lived, "--people")
    assert [one["by"] for one in (first, second, third)] == ["Li Na", "Wang Wei", "Li Na"]
    assert {one["origin"] for one in (first, second, third, fourth, fifth)} == {"cli"}
    assert values(first) == {"asset": ("shipper-1", "shipper-2")}  # where the configuration had it
    assert (values(second), second["corrects"], second["reason"]) == ({}, first["id"], "=1+1")
    assert values(third) == {"asset": ("shipper-2", "shipper-1"), "zone": (None, "top")}
    gone = {"channel": ("probe-1", None), "asset": ("shipper-2", None)}
    assert (values(fourth), fourth["withdraws"]) == (gone, second["id"])
    assert fourth["reason"] == "wrong probe"
    assert values(fifth)["asset"] == ("shipper-1", None)


def test_what_was_withdrawn_before_is_no_value_before(lived: Office) -> None:
    """The withdrawn correction brought back the first placement."""
    place(lived, "shipper-1", "12", *LI)
    assert values(trail(lived, "--people")[-1]) == {
        "asset": ("shipper-2", "shipper-1"),
        "zone": (None, "top"),
    }


def test_of_a_configuration_every_value_that_changed(lived: Office) -> None:
    version = CONFIG[CONFIG.index("[[profiles.p]]") :]
    second = version.replace('"1"', '"2"').replace("2026-01-01", "2036-01-01").replace("-150.0", "-145.0")
    configure(lived, CONFIG + second.replace("major", "critical"))
    old, new = trail(lived, "--kind", "configuration")
    assert old["changes"] == []
    changed = values(new)
    assert changed.pop("fingerprint")[0] == old["body"]["fingerprint"]
    assert [*changed] == ["profiles.p[version 2]"]
    assert "-145.0" in lived.run("audit", "--kind", "configuration")


def test_it_is_searched_and_paged(lived: Office) -> None:
    everything = trail(lived)
    assert [one["entry"] for one in everything] == sorted(one["entry"] for one in everything)
    page = trail(lived, "--most", "2")
    assert page + trail(lived, "--after", str(page[-1]["entry"])) == everything
    assert {one["by"] for one in trail(lived, "--by", "li na")} == {"Li Na"}
    assert len(trail(lived, "--text", "WRONG probe")) == 1
    assert len(trail(lived, "--about", "probe-1", "--kind", "placement")) == 3
    assert trail(lived, "--since", "2062-01-01T00:00:00Z") == trail(lived, "--origin", "api") == []
    assert trail(lived, "--until", "2062-01-01T00:00:00Z") == everything
    with pytest.raises(InputError, match="no kind 'placements'"):
        lived.run("audit", "--kind", "placements")
    with pytest.raises(InputError, match="not both"):
        lived.run("audit", "--csv", "--json")


def test_as_csv_a_row_for_each_value_and_nothing_that_computes(lived: Office) -> None:
    done = CliRunner().invoke(app, ["audit", "--people", "--csv", "--config", str(lived.config)])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["field"], row["old"], row["new"]) for row in rows[:4]] == [
        ("asset", "shipper-1", "shipper-2"),
        ("", "", ""),
        ("asset", "shipper-2", "shipper-1"),
        ("zone", "", "top"),
    ]
    assert rows[1]["reason"] == "'=1+1"
