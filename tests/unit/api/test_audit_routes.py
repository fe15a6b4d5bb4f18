"""The audit trail and signatures over the API: with real accounts, a real journal, a session."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gateway.journal.records import Records
from gateway.statements import person
from tests.unit.accounts.members import CHEAP, PASSWORD
from tests.unit.api.members_door import MembersDoor
from tests.unit.api.two_sites import TwoSites
from tests.unit.commands.front_desk import CONFIG


def test_it_is_read_page_by_page_and_as_a_file(sites: TwoSites) -> None:
    pages, after = [], ""
    while after is not None:
        answer = sites.door.ask("GET", f"/audit?limit=2{after and f'&after={after}'}", "quality")
        assert answer.status_code == 200, answer.text
        pages += answer.json()["items"]
        after = answer.json()["next"]
    entries = [one["entry"] for one in pages]
    assert entries == sorted(set(entries)) and len(entries) > 2
    (loaded, *_) = [one for one in pages if one["kind"] == "containment"]
    assert loaded["by"] and loaded["about"]
    rows = list(csv.DictReader(io.StringIO(sites.door.ask("GET", "/audit/file", "quality").text)))
    assert {int(row["entry"]) for row in rows} == set(entries)


@pytest.mark.parametrize("by", ["op.one", "Li Na", "李娜", "op.one".upper()])
def test_a_person_is_meant_by_the_id_and_each_name(sites: TwoSites, by: str) -> None:
    """Also what was stated under the account alone."""
    li = person.Person("op.one", "Li Na", "李娜", ("en",), "UTC", (), ())
    sites.desk.state(person.KIND, person.to_body(li))
    alarm = sites.alarms()["top"]
    said = sites.door.ask("POST", f"/alarms/{alarm}/comment", "operator!op.one", json={"comment": "x"})
    assert said.status_code == 200
    found = sites.door.get("/audit", "quality", params={"by": by, "kind": "comment"})
    assert [(one["id"], one["by"]) for one in found["items"]] == [(said.json()["id"], "Li Na")]
    assert not sites.door.get("/audit", "quality", params={"by": "zhao", "kind": "comment"})["items"]


def test_mistakes_are_told(sites: TwoSites) -> None:
    for path in (
        "/audit?kind=placements",
        "/audit/file?kind=placements",
        "/audit?since=soon",
        "/audit?after=x",
    ):
        answer = sites.door.ask("GET", path, "quality")
        assert answer.status_code == 422, (path, answer.text)
    assert "no kind 'placements'" in sites.door.ask("GET", "/audit/file?kind=placements", "quality").text
    assert "is no record" in sites.door.ask("GET", "/signatures?record=x", "quality").text


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MembersDoor:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    door = MembersDoor(config)
    with Records(door.folder / "records.sqlite"):  # as after the gateway's first start
        return door


def test_who_is_logged_in_signs_with_password_and_code_what_is_at_their_site(members: MembersDoor) -> None:
    members.log_in()
    once = {"Idempotency-Key": "1"}
    done = members.ask("POST", "/assets/shipper-1/empty", json={"reason": "seen"}, headers=once).json()
    typed = {"record": ["statement", done["id"]], "meaning": "reviewed", "password": PASSWORD}
    refused = members.ask("POST", "/signatures", json={**typed, "code": "000000"})
    assert refused.status_code == 422 and "password or code is wrong" in refused.text
    signed = members.ask("POST", "/signatures", json={**typed, "code": members.codes.pop()})
    assert signed.status_code == 200, signed.text
    assert (signed.json()["printed"], signed.json()["standing"]) == ("Li.Na", "current")
    assert members.ask("GET", "/signatures").json()["items"] == [signed.json()]
    profile = {**typed, "record": ["profile", "p", "1"], "code": members.codes.pop()}
    refused = members.ask("POST", "/signatures", json=profile)
    assert refused.status_code == 404 and "no profile p 1 at your sites" in refused.text
    without_csrf = members.client.post("/api/v1/signatures", json={**typed, "code": members.codes.pop()})
    assert without_csrf.status_code == 403
