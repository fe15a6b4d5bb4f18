"""What people state by the API: the same statements as by the commands, each once for each key."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from gateway.statements import Statement
from gateway.statements import look as looks
from tests.unit.api.two_sites import TwoSites

AT_PORT = "operator@port"


def done(sites: TwoSites, path: str, said: dict[str, Any], token: str = "operator", **headers: str) -> Any:
    answer = sites.door.ask("POST", path, token, json=said, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(sites: TwoSites, path: str, said: dict[str, Any], token: str = "operator") -> tuple[int, str]:
    answer = sites.door.ask("POST", path, token, json=said)
    return answer.status_code, answer.json()["detail"]


def stated(sites: TwoSites, kind: str) -> list[Statement]:
    return [one for _, one in sites.desk.journal.statements(kind)]


def test_an_acknowledgement_says_who_and_how_they_were_known(sites: TwoSites) -> None:
    sites.enter_people()
    alarm = sites.alarms()["top"]
    told = done(sites, f"/alarms/{alarm}/acknowledge", {"comment": "lid is closed"})
    [one] = stated(sites, "acknowledge")
    assert (told["new"], told["id"], told["alarm"]) == (True, one.id, alarm)
    assert (one.by, one.actor, one.origin) == ("Li.Na", "person", "api, li.na by password+totp")
    again = done(sites, f"/alarms/{alarm}/acknowledge", {"comment": "lid is closed"})
    assert (again["new"], again["id"]) == (False, one.id)
    sites.desk.run()
    sites.door.world.alarms._looked_s = 0.0
    [shown] = sites.door.get("/alarms?state=acknowledged")["items"]
    assert shown["acknowledgements"][0]["comment"] == "lid is closed"


@pytest.mark.parametrize(
    ("path", "said", "kind"),
    [
        ("take", {"comment": "on my way"}, "take"),
        ("assign", {"to": "Wang Wei"}, "assign"),
        ("comment", {"comment": "seal is worn"}, "comment"),
        ("shelve", {"reason": "loading", "lasting": "30min"}, "shelve"),
    ],
)
def test_what_is_said_of_an_alarm(sites: TwoSites, path: str, said: dict[str, Any], kind: str) -> None:
    alarm = sites.alarms()["shipper"]
    assert done(sites, f"/alarms/{alarm}/{path}", said, AT_PORT)["new"]
    assert len(stated(sites, kind)) == 1
    assert refused(sites, f"/alarms/{alarm}/{path}", said, "operator@s")[0] == 404
    assert refused(sites, f"/alarms/{alarm}/{path}", said, "viewer")[0] == 403
    assert refused(sites, f"/alarms/{alarm}/{path}", {**said, "by": "Wang Wei"})[0] == 422, (
        "who acts is known"
    )


def test_a_key_that_comes_twice_is_one_statement(sites: TwoSites) -> None:
    alarm = sites.alarms()["top"]
    key = {"Idempotency-Key": "tablet-7/42"}
    first = done(sites, f"/alarms/{alarm}/comment", {"comment": "seal is worn"}, **key)
    again = done(sites, f"/alarms/{alarm}/comment", {"comment": "seal is worn"}, **key)
    assert (first["new"], again["new"], first["id"]) == (True, False, again["id"])
    assert len(stated(sites, "comment")) == 1
    other = sites.door.ask("POST", f"/alarms/{alarm}/take", "operator", json={}, headers=key)
    assert other.status_code == 409 and "give each request its own" in other.json()["detail"]
    assert done(sites, f"/alarms/{alarm}/comment", {"comment": "seal is worn"})["new"], (
        "without one it counts again"
    )


def test_the_history_says_who_also_where_a_key_was_given(sites: TwoSites) -> None:
    alarm = sites.alarms()["top"]
    told = done(
        sites, f"/alarms/{alarm}/take", {"comment": "on my way"}, **{"Idempotency-Key": "tablet-7/43"}
    )
    sites.desk.run()
    because = sites.door.get(f"/alarms/{alarm}/history")[-1]["because"]
    assert (because["id"], because["kind"]) == (told["id"], "take") and because["by"]


def test_two_at_once_with_one_key_are_one_statement(sites: TwoSites) -> None:
    alarm, answers = sites.alarms()["top"], list[Any]()

    def say() -> None:
        key = {"Idempotency-Key": "twice"}
        answers.append(done(sites, f"/alarms/{alarm}/comment", {"comment": "seal is worn"}, **key))

    several = [threading.Thread(target=say) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert len({one["id"] for one in answers}) == 1 and sum(one["new"] for one in answers) == 1


def test_closing_needs_an_end(sites: TwoSites) -> None:
    alarm = sites.alarms()["top"]
    status, detail = refused(sites, f"/alarms/{alarm}/close", {"comment": "checked"})
    assert status == 422 and alarm in detail
    assert refused(sites, f"/alarms/{alarm}/unshelve", {"reason": "x"})[0] == 422


def test_out_of_service_needs_two_people(sites: TwoSites) -> None:
    asked = {"asset": "freezer", "reason": "leak", "lasting": "14d"}
    assert done(sites, "/out-of-service", asked)["new"]
    status, detail = refused(
        sites, "/out-of-service/approve", {"asset": "freezer", "reason": "seen"}, "quality"
    )
    assert status == 422 and "somebody else" in detail
    assert done(sites, "/out-of-service/approve", {"asset": "freezer", "reason": "seen"}, "quality!wang.wei")[
        "new"
    ]
    assert sites.door.get("/out-of-service")["items"][0]["approved_by"] == "wang.wei"
    assert done(sites, "/out-of-service/end", {"asset": "freezer", "reason": "mended"})["new"]
    assert refused(sites, "/out-of-service", {**asked, "channel": "top"})[0] == 422
    assert refused(sites, "/out-of-service", asked, AT_PORT)[0] == 404


def test_contents_and_placements(sites: TwoSites) -> None:
    unit = {"scheme": "holder", "code": "BAG-3", "asset": "shipper", "from": "2026-01-05T12:00:00Z"}
    told = done(sites, "/contents", {"units": [unit]}, AT_PORT)
    assert (told["rows"], told["new"]) == (1, 1)
    [one] = [one for one in stated(sites, "containment") if one.id in told["ids"]]
    assert one.origin.startswith("file units.json ") and one.origin.endswith(", api, li.na by password+totp")
    assert done(sites, "/contents", {"units": [unit]})["new"] == 0
    assert refused(sites, "/contents", {"units": [{**unit, "asset": "freezer"}]}, AT_PORT)[0] == 404
    assert refused(sites, "/contents", {"units": [{**unit, "scheme": "odd"}]})[0] == 422
    placed = done(sites, "/placements", {"channel": "top", "asset": "shipper", "reason": "moved"})
    assert (
        placed["new"] and sites.door.get("/channels?asset=shipper", AT_PORT)["items"][1]["channel"] == "top"
    )
    back = done(sites, f"/statements/{placed['id']}/withdraw", {"reason": "it was not"})
    assert back["statement"] == placed["id"]
    assert refused(sites, f"/statements/{placed['id']}/withdraw", {"reason": "it was not"})[0] == 422
    assert done(sites, "/assets/shipper/empty", {"reason": "unloaded"}, AT_PORT)["new"]
    assert refused(sites, "/assets/freezer/empty", {}, AT_PORT)[0] == 404


def test_contents_are_foreseen_and_stated_once(sites: TwoSites) -> None:
    """The freezer is too warm: its alarm would name a unit that was put there before."""
    bag = {"scheme": "holder", "code": "BAG-3", "from": "2026-01-05T08:00:00Z"}
    more = {**bag, "code": "BAG-4", "asset": "shipper"}
    loaded, once = {"units": [{**bag, "asset": "shipper"}, more]}, {"Idempotency-Key": "one"}
    first, again = (done(sites, "/contents", loaded, **once) for _ in range(2))
    assert first["new"] == 2 and again["new"] == 0 and again["ids"] == first["ids"]
    moved = {"units": [{**bag, "asset": "freezer", "from": "2026-01-05T08:30:00Z"}]}
    before = sites.desk.journal.last_seq()
    told = done(sites, "/contents/preview", moved)
    assert sites.desk.journal.last_seq() == before
    assert (told["rows"], told["new"]) == (1, 1)
    [unit] = told["units"]
    assert (unit["out_of"], unit["into"], unit["changes"]) == (["shipper"], ["freezer"], True)
    [alarm] = [one for one in told["alarms"] if one["asset"] == "freezer"]
    assert (alarm["joins"], alarm["leaves"]) == (1, 0)
    assert done(sites, "/contents/preview", {"units": [more]})["new"] == 0
    assert refused(sites, "/contents/preview", moved, AT_PORT)[0] == 404


def test_filling_and_resets(sites: TwoSites) -> None:
    assert done(sites, "/assets/freezer/filling", {"lasting": "45min"})["suppressions"] == []
    assert done(sites, "/assets/freezer/filling", {"done": True})["new"]
    assert refused(sites, "/assets/freezer/filling", {})[0] == 422
    status, detail = refused(sites, "/resets", {"channel": "top", "rule": "none", "comment": "x"})
    assert status == 422 and "no rule of kind 'budget'" in detail


def test_a_handover(sites: TwoSites) -> None:
    told = done(sites, "/handovers", {"to": "Wang Wei", "notes": "freezer is emptied"})
    assert (told["to"], told["open"]) == ("Wang Wei", 2)
    assert sites.door.get("/handover")["last"]["by"] == "li.na"
    assert refused(sites, "/handovers", {"to": "Wang Wei"}, AT_PORT)[0] == 422
    assert refused(sites, "/handovers", {"to": "li.na"})[0] == 422


def test_a_name_that_is_nobodys_is_remarked_where_something_is_given_to_it(sites: TwoSites) -> None:
    sites.enter_people()
    odd = ["nobody of `cryogate people list` is called 'Nobody Atall'"]
    assert done(sites, "/handovers", {"to": "Nobody Atall"})["remarks"] == odd
    assert done(sites, f"/alarms/{sites.alarms()['top']}/assign", {"to": "Nobody Atall"})["remarks"] == odd


def test_holds_parked_and_refused(sites: TwoSites) -> None:
    held = done(sites, "/holds", {"why": "audit", "assets": ["freezer"]}, "quality")
    assert sites.door.get("/holds", "quality")["items"][0]["hold"] == held["hold"]
    assert done(sites, f"/holds/{held['hold']}/release", {"reason": "over"}, "quality")["new"]
    assert refused(sites, f"/holds/{held['hold']}/release", {"reason": "over"}, "quality")[0] == 422
    assert refused(sites, "/parked/central", {"decision": "accept"})[0] == 422
    assert done(sites, "/refused/broker/retry", {})["messages"] == 0
    assert done(sites, "/refused/broker/preview", {})["series"] == []
    assert refused(sites, "/refused/broker/preview", {"mapping": "none"})[0] == 422


def test_a_drill_needs_a_gateway(sites: TwoSites) -> None:
    assert refused(sites, "/drills", {"asset": "freezer"})[0] == 503


def test_a_loggers_file(sites: TwoSites) -> None:
    rows = "".join(f"2026-01-05 1{h}:00:00,{-180 - h}\n" for h in range(5))
    files = {"file": ("../../box 7.csv", f"time,temp\n{rows}")}
    mapping = 'format = "csv"\n[options]\ntime_columns = ["time"]\ntime_format = "%Y-%m-%d %H:%M:%S"\n'
    mapping += (
        'time_zone = "UTC"\ncolumns = [{ column = "temp", unit = "degC" }]\n[channels]\ntemp = "shipper"\n'
    )

    def ask(path: str, token: str, said: str = mapping) -> Any:
        return sites.door.ask("POST", path, token, files=files, data={"mapping": said})

    looked = ask("/imports/preview", "viewer@port")
    assert looked.status_code == 200, looked.text
    assert looked.json()["file"] == "box 7.csv" and looked.json()["series"][0]["channel"] == "shipper"
    taken = ask("/imports", AT_PORT)
    assert taken.json()["new"] == 5, taken.text
    assert ask("/imports", AT_PORT).json()["new"] == 0
    [one] = stated(sites, "import")
    assert one.origin.startswith("file box 7.csv ") and one.origin.endswith(", api, li.na by password+totp")
    assert ask("/imports", "operator@s").status_code == 404
    assert ask("/imports", AT_PORT, "format = ").status_code == 422
    assert ask("/imports", "viewer").status_code == 403


def test_looks_of_inspectors_are_stated_before_they_are_answered(sites: TwoSites) -> None:
    sites.door.get("/alarms?asset=freezer", "inspector")
    [one] = stated(sites, "look")
    said = looks.of(one.body)
    assert (said.action, said.names, one.by) == ("alarms.read", ("freezer",), "li.na")
    assert said.asked == "GET /api/v1/alarms?asset=freezer"
