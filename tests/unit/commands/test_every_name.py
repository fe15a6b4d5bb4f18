"""What was renamed is found under each of its names; what left and comes back is said before the start."""

from __future__ import annotations

import pytest

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.published.labels import labels_of
from gateway.published.selection import Selection
from gateway.questions.alarm_filters import names_known, under_every_name
from gateway.questions.start import would_follow
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, DAY, Office

START_NS = 1_767_600_000 * 10**9  # 08:00 of DAY
HOUR_NS = 3600 * 10**9
RENAMED = (
    CONFIG.replace("[sites.lab]", '[sites.hall]\nwas = "lab"')
    .replace('site = "lab"', 'site = "hall"')
    .replace("[assets.shipper-1]", '[assets.dewar-1]\nwas = "shipper-1"')
    .replace('asset = "shipper-1"', 'asset = "dewar-1"')
    .replace("[channels.probe-1]", '[channels.lid]\nwas = "probe-1"')
)
WITHOUT = CONFIG.split("[channels.probe-2]")[0] + "[[profiles" + CONFIG.split("[[profiles", 1)[1]


def start(office: Office, config: str, hours: int) -> None:
    office.config.write_text(config, encoding="utf-8")
    (office.folder / "data").mkdir(exist_ok=True)
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, START_NS + hours * HOUR_NS)


def changes(office: Office, config: str) -> tuple[str, ...]:
    office.config.write_text(config, encoding="utf-8")
    return would_follow(office.configuration, office.folder / "data").changes


def test_statements_are_found_under_each_name(office: Office) -> None:
    start(office, CONFIG, 0)
    office.run("empty", "shipper-1", "--by", "Li Na", "--at", f"{DAY}09:00:00Z")
    office.run("place", "probe-1", "shipper-2", "--by", "Li Na", "--reason", "moved")
    start(office, RENAMED, 2)
    (empty,), (placed,) = office.stated("empty"), office.stated("placement")
    for name in ("dewar-1", "shipper-1", "DEWAR-1"):
        assert [s["id"] for s in office.json("statements", "--about", name)["statements"]] == [empty.id]
    told = office.json("statements", "--about", "lid")["statements"]
    assert [s["kind"] for s in told] == ["configuration", "placement", "configuration"]
    assert told[1]["id"] == placed.id


def test_a_mistyped_name_is_not_nothing(office: Office) -> None:
    start(office, CONFIG, 0)
    with pytest.raises(InputError, match=r"has the name 'shiper-1': .*; did you mean 'shipper-1'"):
        office.run("statements", "--about", "shiper-1")
    assert office.json("statements", "--about", "shipper-1")["statements"] == []
    assert office.json("statements", "--about", "shiper-1", "--kind", "hold")["statements"] == []


def test_a_withdrawal_says_what_it_takes_back(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    (empty,) = office.stated("empty")
    office.run("withdraw", empty.id, "--by", "Wang", "--reason", "no")
    assert (
        office.json("statements", "--kind", "withdrawal")["statements"][0]["words"] == f"withdrew {empty.id}"
    )


def test_alarms_of_former_names_are_meant_and_labelled(office: Office) -> None:
    start(office, CONFIG, 0)
    office.config.write_text(RENAMED, encoding="utf-8")
    configuration = office.configuration
    with Journal.open_reading(office.path) as journal:
        names = names_known(configuration, journal)
    meant = under_every_name(Selection(asset="dewar-1", site="lab"), names)
    assert meant.asset_names == {"dewar-1", "shipper-1"} and meant.site_names == {"lab", "hall"}
    labels = labels_of(configuration)
    assert labels.asset("shipper-1") == "now dewar-1" and labels.asset("dewar-1") == ""
    assert labels.site_of("probe-1", "shipper-1") == "hall" and labels.sites["lab"] == labels.sites["hall"]


def test_the_reason_of_a_version_in_the_past_stands_where_it_came(office: Office) -> None:
    later = '[[profiles.p]]\nversion = "2"\nvalid_from = 2026-01-02T00:00:00Z\nretroactive = "label mended"\n'
    start(office, CONFIG, 0)
    start(office, CONFIG + later, 1)
    start(office, RENAMED + later, 2)
    assert [s.reason for s in office.stated("configuration")] == ["", "p 2: label mended", ""]


def test_check_says_every_new_name_and_who_comes_back(office: Office) -> None:
    start(office, CONFIG, 0)
    said = changes(office, RENAMED)
    for line in ("sites.hall: is 'lab'", "assets.dewar-1: is 'shipper-1'", "channels.lid: is 'probe-1'"):
        assert f"{line} under a new name; its history goes on" in said
    start(office, WITHOUT, 2)
    assert [line.split(":")[0] for line in changes(office, CONFIG)] == ["channels.probe-2"]
    assert changes(office, CONFIG)[0].startswith("channels.probe-2: comes back; where not more than")
