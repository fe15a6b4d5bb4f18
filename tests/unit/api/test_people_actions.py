"""What people state about people over the API: entered, left, rosters, stand-ins; groups; sirens; figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.front_door import FrontDoor
from tests.unit.api.two_sites import TwoSites

ADMIN = "administrator!zhao"
ZHAO = {"name_en": "Zhao Min", "name_zh": "赵敏", "languages": ["zh", "en"], "time_zone": "Asia/Shanghai"}
ROSTER = """sites = ["{site}"]
[[rotations]]
people = ["li.na", "wang.wei"]
start = 2026-01-05
"""
SIREN = """
[notifiers.lamp]
kind = "siren"
command = {{ on = ["sh", "-c", "echo on >> {log}"], off = ["sh", "-c", "echo off >> {log}"] }}
"""


@pytest.fixture
def people(sites: TwoSites) -> TwoSites:
    sites.enter_people()
    return sites


def say(door: FrontDoor, path: str, body: dict[str, Any], token: str = ADMIN, key: str = "") -> Any:
    return door.ask("POST", path, token, json=body, headers={"Idempotency-Key": key} if key else {})


def test_somebody_is_entered_and_leaves(people: TwoSites) -> None:
    door = people.door
    entered = say(door, "/people/zhao.min", ZHAO, key="1")
    assert entered.status_code == 200, entered.text
    assert "cannot be reached: give at least one `ways`" in entered.json()["told"][0]
    assert say(door, "/people/zhao.min", ZHAO, key="1").json()["id"] == entered.json()["id"]
    assert not say(door, "/people/zhao.min", ZHAO).json()["new"], "the same again changes nothing"
    assert door.get("/people/zhao.min", ADMIN)["name_zh"] == "赵敏"
    there = {**ZHAO, "on_site": ["s"], "ways": []}
    assert say(door, "/people/zhao.min", there).json()["new"]
    assert not say(door, "/people/zhao.min", ZHAO).json()["new"], "what is not given stays"
    assert door.get("/people/zhao.min", ADMIN)["on_site"] == ["s"]
    short = {"languages": ["zh"], "time_zone": "Asia/Shanghai"}
    assert say(door, "/people/zhao.min", short).json()["new"]
    assert door.get("/people/zhao.min", ADMIN)["name_en"] == "Zhao Min"
    assert say(door, "/people/zhao.min", {**ZHAO, "on_site": []}).json()["new"]
    for wrong in (
        {"time_zone": "Mars"},
        {"ways": [{"notifier": "none", "address": "x"}]},
        {"name_en": "", "name_zh": ""},
    ):
        assert say(door, "/people/zhao.min", {**ZHAO, **wrong}).status_code == 422, wrong
    quiet = {"ways": [{"notifier": "push", "address": "x", "quiet": "all night"}]}
    assert "quiet" in say(door, "/people/zhao.min", {**ZHAO, **quiet}).json()["detail"]
    assert say(door, "/people/zhao.min/leave", {}).json()["new"]
    assert door.get("/people/zhao.min", ADMIN)["has_left"]
    assert say(door, "/people/nobody/leave", {}).status_code == 422


def test_a_roster_and_who_stands_in(people: TwoSites) -> None:
    door, mine = people.door, "operator@s"
    made = say(door, "/rosters/night", {"toml": ROSTER.format(site="s")}, mine)
    assert made.status_code == 200 and made.json()["roster"] == "night", made.text
    assert door.get("/rosters", mine)["items"][0]["roster"] == "night"
    stand_in = {"person": "wang.wei", "instead_of": "li.na", "until": "friday 08:00"}
    assert say(door, "/stand-ins", stand_in, mine).status_code == 404, "in all rosters is for all sites"
    assert say(door, "/stand-ins", {**stand_in, "rosters": ["night"]}, mine).json()["new"]
    assert say(door, "/stand-ins", {**stand_in, "rosters": ["night"]}).status_code == 422, "there is one"
    whole = ROSTER.format(site="s")
    for wrong in ("people = 3", "[[rotations", f"x = {'1' * 5000}", whole.replace("li.na", "nobody")):
        assert say(door, "/rosters/night", {"toml": wrong}).status_code == 422, wrong
    assert say(door, "/rosters/night/end", {}, mine).json()["new"]


def test_rosters_of_another_site_are_not_theirs_to_change(people: TwoSites) -> None:
    door, port = people.door, "operator@port"
    say(door, "/rosters/night", {"toml": ROSTER.format(site="s")})
    before = people.desk.journal.last_seq()
    for site in ("s", "port"):  # the second would take the roster away from the other site
        assert say(door, "/rosters/night", {"toml": ROSTER.format(site=site)}, port).status_code == 404
    assert (
        say(
            door, "/rosters/other", {"toml": ROSTER.format(site="port").replace('sites = ["port"]', "")}, port
        ).status_code
        == 404
    )
    assert say(door, "/rosters/night/end", {}, port).status_code == 404
    stand_in = {"person": "wang.wei", "instead_of": "li.na", "until": "friday 08:00", "rosters": ["night"]}
    assert say(door, "/stand-ins", stand_in, port).status_code == 404
    assert people.desk.journal.last_seq() == before


def test_all_alarms_of_a_happening(people: TwoSites) -> None:
    alarm = people.alarms()["top"]
    done = say(people.door, f"/alarms/{alarm}/group/take", {"comment": "on my way"}, "operator", "g")
    assert done.status_code == 200 and alarm in done.json()["alarms"], done.text
    again = say(people.door, f"/alarms/{alarm}/group/take", {"comment": "on my way"}, "operator", "g")
    assert (again.json()["new"], again.json()["id"]) == (False, done.json()["id"])
    left_out = say(
        people.door, f"/alarms/{alarm}/group/acknowledge", {"but": [alarm], "comment": "closed"}, "operator"
    )
    assert left_out.status_code == 422, "nothing is left"
    other = next(one for one in people.alarms().values() if one != alarm)
    strange = say(
        people.door, f"/alarms/{alarm}/group/acknowledge", {"but": [other], "comment": "closed"}, "operator"
    )
    assert strange.status_code == 422 and f"{other} is not in the group of {alarm}" in strange.text
    done = say(people.door, f"/alarms/{alarm}/group/acknowledge", {"comment": "closed"}, "operator")
    assert done.json().get("alarms") == [alarm], done.text


def test_who_cannot_be_reached(people: TwoSites) -> None:
    assert "no way" in say(people.door, "/people/li.na/test", {}, "operator").json()["detail"]
    assert say(people.door, "/people/nobody/test", {}, "operator").status_code == 404
    assert say(people.door, "/people/li.na/test", {}, "operator@port").status_code == 404


def test_a_siren_is_pressed(people: TwoSites, tmp_path: Path) -> None:
    log = tmp_path / "siren.log"
    config = people.door.config
    config.write_text(config.read_text(encoding="utf-8") + SIREN.format(log=log), encoding="utf-8")
    door = FrontDoor(config)
    [row] = door.get("/sirens", "operator")["items"]
    assert row["siren"] == "lamp" and row["on"] == bool(row["because"])
    pressed = say(door, "/sirens/lamp/test", {"seconds": 1.0}, "operator")
    assert pressed.status_code == 200, pressed.text
    said = log.read_text().split()
    assert said[0] == "on" and said[-1] == ("on" if row["on"] else "off")
    assert say(door, "/sirens/none/test", {}, "operator").status_code == 422
    assert say(door, "/sirens/lamp/test", {"seconds": 60}, "operator").status_code == 422
    assert say(door, "/sirens/lamp/test", {}, "operator@s").status_code == 404


def test_how_many_alarms_people_get(people: TwoSites) -> None:
    told = people.door.get("/alarm-health")
    assert told["goals"] and told["all"]["rate"]["alarms"] == 0, "the time before a gateway ran is left out"
    assert people.door.ask("GET", "/alarm-health", "viewer@s").status_code == 422
    assert people.door.get("/alarm-health?asset=freezer", "viewer@s")["schema"] == 1
    assert people.door.ask("GET", "/alarm-health?asset=shipper", "viewer@s").status_code == 404
