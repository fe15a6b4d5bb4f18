"""`cryogate contents`: what is inside, by whose word, and what contradicts itself, for people and scripts."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app, contents_screen
from gateway.cli import contents as contents_command
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.statements import configuration as configured
from gateway.statements.configuration import Configured
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS

HEADER = "scheme,code,asset,zone,from,to,product,chain_of_identity\n"
DAY = "2026-01-05T"


class Site:
    """A data folder, with the commands that people run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "cryogate.toml"
        self.config.write_text(CONFIG, encoding="utf-8")

    def load(self, *rows: str, by: str = "Li Na") -> None:
        file = self.folder / "containment.csv"
        file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        self.run("load", str(file), "--by", by)

    def run(self, *words: str) -> str:
        told = CliRunner().invoke(app, [*words, "--config", str(self.config)], catch_exceptions=False)
        assert told.exit_code == 0, told.output
        return told.output

    def contents(self, *words: str) -> Any:
        return json.loads(self.run("contents", *words, "--json"))

    def shown(self, *words: str) -> str:
        """For people, however a terminal folds it."""
        return " ".join(self.run("contents", *words).split())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.load(
        f"holder,BAG-1,shipper,,{DAY}08:00:00Z,{DAY}18:00:00Z,CAR-T,COI-1",
        f"holder,BAG-2,shipper,,{DAY}10:00:00Z,,CAR-T,COI-2",
    )
    return site


def codes(found: Any) -> dict[str, list[str]]:
    return {a["asset"]: [u["code"] for u in a["units"]] for a in found["assets"]}


def test_what_is_inside_at_a_moment_and_who_stated_it(site: Site) -> None:
    found = site.contents("--at", f"{DAY}09:00:00Z")
    assert (found["schema"], found["at"]) == (1, f"{DAY}09:00:00.000000000Z")
    assert codes(found) == {"freezer": [], "shipper": ["BAG-1"]}
    assert [a["known"] for a in found["assets"]] == [False, True]
    (unit,) = found["assets"][1]["units"]
    assert (unit["product"], unit["chain_of_identity"], unit["certain"]) == ("CAR-T", "COI-1", True)
    assert (unit["from"], unit["to"]) == (f"{DAY}08:00:00.000000000Z", f"{DAY}18:00:00.000000000Z")
    assert [said["by"] for said in unit["stated"]] == ["Li Na"]
    assert codes(site.contents("shipper", "--at", f"{DAY}12:00:00Z")) == {"shipper": ["BAG-1", "BAG-2"]}
    assert codes(site.contents("shipper")) == {"shipper": ["BAG-2"]}, "now"


def test_people_see_unknown_contents_named_as_unknown(site: Site) -> None:
    shown = site.shown("--at", f"{DAY}09:00:00Z")
    assert "freezer unknown - nobody has said what is inside" in shown
    assert "shipper 1 unit" in shown and "holder BAG-1" in shown and "Li Na" in shown
    assert "BAG-2" not in shown and "possibly" not in shown


def test_conflicts_are_listed_and_shown_where_they_matter(site: Site) -> None:
    assert site.contents("--conflicts")["conflicts"] == []
    site.load(f"holder,BAG-1,freezer,top,{DAY}09:00:00Z,{DAY}09:30:00Z,,", by="Chen")
    (conflict,) = site.contents("--conflicts")["conflicts"]
    assert (conflict["code"], conflict["from"], conflict["to"]) == (
        "BAG-1",
        f"{DAY}09:00:00.000000000Z",
        f"{DAY}09:30:00.000000000Z",
    )
    assert [(s["by"], s["asset"], s["zone"]) for s in conflict["statements"]] == [
        ("Li Na", "shipper", None),
        ("Chen", "freezer", "top"),
    ]
    for asset in ("shipper", "freezer"):
        assert site.contents(asset, "--conflicts")["conflicts"] == [conflict]
    at_noon = site.shown("--at", f"{DAY}12:00:00Z")
    assert "possibly holder BAG-1" in at_noon and "both cannot be: correct or withdraw one of them" in at_noon
    assert "holder BAG-1: Li Na said at" in site.shown("--conflicts")
    assert "1 conflict" in site.shown("--conflicts")


def test_a_unit_has_its_whole_story(site: Site) -> None:
    site.load(f"holder,BAG-2,freezer,top,{DAY}12:00:00Z,,,", by="Chen")
    site.load(f"holder,BAG-2,freezer,top,{DAY}12:00:00Z,{DAY}13:00:00Z,,", by="Wang")
    (unit,) = site.contents("--unit", "BAG-2", "--at", f"{DAY}12:30:00Z")["units"]
    assert (unit["inside"], unit["chain_of_identity"]) == (["freezer"], "COI-2")
    assert [(s["asset"], s["to"]) for s in unit["stays"]] == [
        ("shipper", f"{DAY}12:00:00.000000000Z"),
        ("freezer", f"{DAY}13:00:00.000000000Z"),
    ]
    assert [(s["by"], s["counts"]) for s in unit["statements"]] == [
        ("Li Na", True),
        ("Chen", False),
        ("Wang", True),
    ]
    assert unit["statements"][1]["fate"].startswith("superseded by Wang")
    shown = site.shown("--unit", "BAG-2")
    assert "nobody has said where" in shown and "superseded by Wang" in shown and "freezer/top" in shown


def test_a_code_is_found_in_any_spelling_of_its_scheme(site: Site) -> None:
    site.load(f"gs1,(01)09521234543213(21)1234,shipper,,{DAY}08:00:00Z,,,")
    (unit,) = site.contents("--unit", "]d20109521234543213211234")["units"]
    assert unit["scheme"] == "gs1"


def test_what_nobody_knows_is_a_clear_mistake(site: Site, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody has stated anything about a unit 'BAG-9'"):
        site.contents("--unit", "BAG-9")
    with pytest.raises(InputError, match="there is no asset 'freezr'; known: freezer, shipper"):
        site.contents("freezr")
    with pytest.raises(InputError, match="not an RFC 3339 time"):
        site.contents("--at", "noon")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(InputError, match="no journal yet; state contents with `cryogate load`"):
        Site(elsewhere).contents()


def test_the_latest_word_counts_and_the_same_again_is_none(site: Site) -> None:
    opened, ended = (f"holder,A,freezer,,{DAY}08:00:00Z,{to},," for to in ("", f"{DAY}09:00:00Z"))
    ends = []
    for row in (opened, ended, opened, opened):
        site.load(row)
        ends += [s["to"] for s in site.contents("--unit", "A")["units"][0]["stays"]]
    assert ends == [None, f"{DAY}09:00:00.000000000Z", None, None]
    assert len(site.contents("--unit", "A")["units"][0]["statements"]) == 3


def test_a_file_that_contradicts_what_stands_or_itself_is_refused_as_a_whole(site: Site) -> None:
    with pytest.raises(
        InputError, match="nothing was taken, because of\nholder BAG-2: chain of identity 'COI-9'"
    ):
        site.load(f"holder,A,freezer,,{DAY}08:00:00Z,,,", f"holder,BAG-2,freezer,,{DAY}08:00:00Z,,,COI-9")
    with pytest.raises(InputError, match="line 2, from: 2062-01-05T08:00:00Z is in the future"):
        site.load("holder,A,freezer,,2062-01-05T08:00:00Z,,,")
    with pytest.raises(InputError, match="nobody has stated anything"):
        site.contents("--unit", "A")


def test_an_asset_that_was_renamed_keeps_its_contents_and_is_called_as_it_is_now(site: Site) -> None:
    renamed = CONFIG.replace("[assets.shipper]", '[assets.courier]\nwas = "shipper"').replace(
        'asset = "shipper"', 'asset = "courier"'
    )
    with Journal.open(site.folder / "data" / "journal.sqlite") as journal:
        journal.channel_numbers(["top", "shipper"])
        for at_ns, text in enumerate((CONFIG, renamed), NOON_NS):
            document = json.dumps(tomllib.loads(text))
            body = configured.to_body(Configured(str(at_ns), document, ("top", "shipper"), (), ()))
            journal.commit(statements=[Statement(configured.KIND, "test", at_ns, body)])
    site.config.write_text(renamed, encoding="utf-8")
    at_noon = ("--at", f"{DAY}12:00:00Z")
    assert codes(site.contents(*at_noon)) == {"freezer": [], "courier": ["BAG-1", "BAG-2"]}
    for name in ("shipper", "courier"):
        assert codes(site.contents(name, *at_noon)) == {"courier": ["BAG-1", "BAG-2"]}
    (unit,) = site.contents("--unit", "BAG-2")["units"]
    assert (unit["inside"], unit["statements"][0]["asset"]) == (["courier"], "shipper")
    site.load(f"holder,BAG-2,courier,,{DAY}10:00:00Z,,,")
    assert len(site.contents("--unit", "BAG-2")["units"][0]["statements"]) == 1, "the latest word already"


def test_of_many_units_a_screen_shows_some_and_says_how_many_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of 100 000 rows took minutes."""
    for part in (contents_command, contents_screen):
        monkeypatch.setattr(part, "MOST_SHOWN", 3)
    site.load(*(f"holder,VIAL-{k},freezer,,{DAY}08:00:00Z,,CAR-T,COI" for k in range(5)))
    shown = site.shown("freezer")
    assert "VIAL-2" in shown and "VIAL-3" not in shown and "... and 2 more units: --json has all" in shown
    assert len(codes(site.contents("freezer"))["freezer"]) == 5
