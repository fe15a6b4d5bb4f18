"""Who tries to see or do more than is theirs: of another site, as a second person, by what an error tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.alarming import screening as follower
from gateway.times import format_rfc3339
from tests.unit.alarming.alarm_desk import NOON_NS
from tests.unit.alarming.test_still_silent import at, broker_goes
from tests.unit.api import two_sites
from tests.unit.api.two_sites import FROM, TwoSites

SECOND = 10**9
AT_S, AT_PORT = "operator+quality+supply-chain@s", "operator+quality+supply-chain@port"
MARKED = "inspector~shipper"
LATER = format_rfc3339(NOON_NS + 600 * SECOND)
AFTER = format_rfc3339(NOON_NS + 1200 * SECOND)
FOREIGN = ("freezer", "BAG-1", '"top"')


def post(sites: TwoSites, path: str, said: Any, token: str) -> Any:
    return sites.door.ask("POST", path, token, json=said)


def test_who_asked_stays_who_asked_under_another_name(sites: TwoSites) -> None:
    """Two people are two accounts: one that is renamed in between is the same one."""
    sites.enter_people()
    asked = {"asset": "freezer", "reason": "leak", "lasting": "14d"}
    assert post(sites, "/out-of-service", asked, "operator").status_code == 200
    renamed = {"ways": [], "name_en": "Somebody Else", "languages": ["en"], "time_zone": "UTC"}
    told = post(sites, "/people/li.na", renamed, "administrator!wang.wei")
    assert told.status_code == 200, told.text
    agreed = {"asset": "freezer", "reason": "seen"}
    own = post(sites, "/out-of-service/approve", agreed, "quality")
    assert own.status_code == 422 and "somebody else" in own.json()["detail"]
    assert sites.door.get("/out-of-service")["items"][0]["approved_by"] is None
    assert post(sites, "/out-of-service/approve", agreed, "quality!wang.wei").status_code == 200


def test_an_error_does_not_tell_whether_a_record_of_another_site_exists(sites: TwoSites) -> None:
    there, absent = sites.alarms()["top"], "E-00000000-000000"
    theirs = next(iter(sites.desk.journal.statements("containment")))[1].id
    for record, none in (
        (f"alarm {there}", f"alarm {absent}"),
        (f"statement {theirs}", "statement 00000000-1"),
    ):
        for token in (AT_PORT, MARKED):
            answers = [
                sites.door.ask("GET", "/signatures", token, params={"record": one}) for one in (record, none)
            ]
            assert {one.status_code for one in answers} == {404}, [one.text for one in answers]
            details = {one.json()["detail"].replace(record, "X").replace(none, "X") for one in answers}
            assert len(details) == 1
        signing = [
            post(sites, "/signatures", {"record": one.split(" "), "meaning": "reviewed"}, AT_PORT)
            for one in (record, none)
        ]
        assert {one.status_code for one in signing} == {404}, [one.text for one in signing]
    assert sites.door.ask("GET", "/signatures", AT_S, params={"record": f"alarm {there}"}).status_code == 200


def test_of_a_happening_at_two_sites_each_sees_and_takes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that both need goes away: one group, with alarms of both."""
    monkeypatch.setattr(follower, "GRACE_S", -1.0)
    short = two_sites.TWO_SITES.replace("no_data_after_s = 300000000.0", "no_data_after_s = 60.0")
    monkeypatch.setattr(two_sites, "TWO_SITES", short)
    (tmp_path / "data").mkdir()
    sites = TwoSites(tmp_path, "[calls]\nchatter_count = 2\n")
    sites.desk.read(("top", 0, -190.0), ("shipper", 0, -190.0))
    broker_goes(sites.desk, 30)
    at(sites.desk, 200)
    silent = {one["channel"]: one["id"] for one in sites.door.get("/alarms")["items"]}
    [whole] = sites.door.get("/calls")["items"]
    assert set(whole["alarms"]) == set(silent.values()) and len(silent) == 3
    [seen] = sites.door.get("/calls", AT_PORT)["items"]
    assert silent["top"] not in str(seen) and silent["shipper"] in seen["alarms"]
    taken = post(sites, f"/alarms/{silent['shipper']}/group/take", {"comment": "on my way"}, AT_PORT)
    assert taken.status_code == 200, taken.text
    assert taken.json()["alarms"] == [silent["shipper"]], "the rest is of the other site, or of both"
    foreign = post(sites, f"/alarms/{silent['top']}/group/take", {"comment": "x"}, AT_PORT)
    assert foreign.status_code == 404
    sites.desk.read(("top", 210, -190.0), ("shipper", 210, -190.0))
    at(sites.desk, 400)
    sites.door.world.now_ns = lambda: NOON_NS + 400 * SECOND
    swinging = [one for group in sites.door.get("/calls")["items"] for one in group["swinging"]]
    own = [one for group in sites.door.get("/calls", AT_PORT)["items"] for one in group["swinging"]]
    assert len(swinging) == 2 and len(own) == 1 and own[0] in swinging


def test_what_was_done_about_an_alarm_is_seen_at_its_site_alone(sites: TwoSites) -> None:
    """By its id alone it names no asset."""
    alarm = sites.alarms()["top"]
    assert post(sites, f"/alarms/{alarm}/comment", {"comment": "lid is worn"}, AT_S).status_code == 200
    for path in ("/statements", f"/statements?about={alarm}", "/audit", "/audit/file"):
        for token, is_seen in (
            ("quality@s", True),
            ("inspector~freezer", True),
            ("quality@port", False),
            (MARKED, False),
        ):
            answer = sites.door.ask("GET", path, token)
            assert (answer.status_code, "lid is worn" in answer.text) == (200, is_seen), (
                path,
                token,
                answer.text,
            )
    record = ["alarm", alarm]
    seen = sites.door.ask("GET", "/signatures", AT_S, params={"record": " ".join(record)})
    assert seen.status_code == 200
    signing = post(
        sites, "/signatures", {"record": record, "meaning": "reviewed", "password": "x", "code": "x"}, AT_S
    )
    assert signing.status_code == 422 and "not signed" in signing.json()["detail"], "only the proof is wrong"


def test_a_unit_that_moved_between_sites_tells_neither_of_the_other(sites: TwoSites) -> None:
    unit = {"scheme": "holder", "code": "BAG-1", "asset": "freezer", "from": FROM, "to": LATER}
    moved = {**unit, "asset": "shipper", "from": LATER, "to": None}
    told = post(sites, "/contents", {"units": [unit, moved]}, "operator")
    assert told.status_code == 200, told.text
    for token in (AT_PORT, MARKED):
        for path in (
            f"/contents?at={AFTER}",
            f"/contents?asset=shipper&at={AFTER}",
            "/contents/counts",
            "/contents/conflicts",
            "/units/BAG-1",
            "/codes?text=BAG-1",
            "/statements",
            "/assets/shipper/events",
            "/alarms?closed=true",
        ):
            answer = sites.door.ask("GET", path, token)
            assert answer.status_code in (200, 403, 404) and "freezer" not in answer.text, (path, answer.text)
    inside = sites.door.get(f"/contents?asset=shipper&at={AFTER}", AT_PORT)
    assert "BAG-1" in str(inside), "what is in the own shipper is theirs to see"


def test_the_audit_trail_of_a_site_is_that_of_the_site(sites: TwoSites) -> None:
    for path in (
        "/audit",
        "/audit/file",
        "/audit?text=freezer",
        "/audit/file?about=freezer",
        "/audit?kind=transition",
    ):
        for token in ("quality@port", MARKED):
            answer = sites.door.ask("GET", path, token)
            assert answer.status_code == 200 and not any(name in answer.text for name in FOREIGN), answer.text


@pytest.mark.parametrize("token", [AT_PORT, MARKED])
def test_the_live_stream_has_nothing_of_others(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr("gateway.api.live.LONGEST_S", 0.01)
    heard = sites.door.ask("GET", "/live?after=0", token)
    assert heard.status_code == 200 and "shipper" in heard.text
    assert not any(name in heard.text for name in FOREIGN)


def test_each_look_of_an_inspector_is_there_before_its_answer_and_nothing_else_is_done(
    sites: TwoSites,
) -> None:
    looks = lambda: [one for _, one in sites.desk.journal.statements("look")]  # noqa: E731
    for path in (
        "/alarms",
        "/readings?channel=shipper",
        "/audit/file",
        "/live?after=99999999",
        "/codes?text=x",
    ):
        before = len(looks())
        if path.startswith("/live"):
            continue
        assert sites.door.ask("GET", path, MARKED).status_code == 200
        assert len(looks()) == before + 1, path
    for path in ("/assets/freezer/events", "/readings?channel=top"):
        before = len(looks())
        assert sites.door.ask("GET", path, MARKED).status_code == 404
        assert len(looks()) == before + 1, "what was looked for and not shown is a look, too"
    alarm = sites.alarms()["shipper"]
    for path, said in (
        (f"/alarms/{alarm}/acknowledge", {"comment": "x"}),
        ("/signatures", {"record": ["alarm", alarm], "meaning": "reviewed"}),
        ("/assets/shipper/empty", {}),
        ("/imports", {}),
        ("/tokens", {"name": "x", "lasting": "1d", "password": "x", "code": "x"}),
    ):
        assert post(sites, path, said, MARKED).status_code == 403, path
