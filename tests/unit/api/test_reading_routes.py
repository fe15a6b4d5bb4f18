"""What can be read by the API, and that each site sees its own."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.api.paging import cursor
from tests.unit.api.two_sites import FROM, TO, TwoSites

AT_PORT = "viewer@port"
EVERY_LIST = (
    *(
        "/sites",
        "/assets",
        "/channels",
        "/values",
        "/alarms",
        "/excursions",
        "/contents",
        "/contents/conflicts",
        "/contents/counts",
    ),
    *("/statements", "/out-of-service", "/people", "/rosters", "/duty", "/calls", "/drills", "/profiles"),
)


def names(found: dict[str, Any], key: str) -> list[str]:
    return [one[key] for one in found["items"]]


def test_every_list_says_that_no_gateway_runs(sites: TwoSites) -> None:
    for path in EVERY_LIST:
        assert sites.door.get(path)["known"]["running"] is False, path


def test_a_site_sees_its_own_fleet(sites: TwoSites) -> None:
    door = sites.door
    for path, key, here, there in (
        ("/sites", "site", "port", "s"),
        ("/assets", "asset", "shipper", "freezer"),
        ("/channels", "channel", "shipper", "top"),
        ("/values", "channel", "shipper", "top"),
        ("/alarms", "asset", "shipper", "freezer"),
        ("/excursions", "asset", "shipper", "freezer"),
    ):
        assert set(names(door.get(path), key)) == {here, there}, path
        assert names(door.get(path, AT_PORT), key) == [here], path
    for path in ("/assets?site=s", "/channels?asset=freezer", "/alarms?site=s", "/alarms?asset=freezer"):
        answer = door.ask("GET", path, AT_PORT)
        assert answer.status_code == 404 and "there is no" in answer.json()["detail"], path
        assert door.get(path)["items"], path


def test_without_a_gateway_every_value_is_unknown(sites: TwoSites) -> None:
    assert {(one["state"], one["value"]) for one in sites.door.get("/values")["items"]} == {("unknown", None)}


def test_how_much_is_inside_and_what_its_loss_would_mean(sites: TwoSites) -> None:
    counts = {one["asset"]: one for one in sites.door.get("/contents/counts")["items"]}
    assert set(counts) == {"freezer", "shipper"}
    of = counts["shipper"]
    assert (of["known"], of["units"], of["risk"], of["uncertain"]) == (True, 1, "irreplaceable", False)
    assert names(sites.door.get("/contents/counts", AT_PORT), "asset") == ["shipper"]


def test_one_alarm_with_its_history_and_hints(sites: TwoSites) -> None:
    ids, door = sites.alarms(), sites.door
    one = door.get(f"/alarms/{ids['shipper'].lower()}")
    assert (one["asset"], one["severity"], one["units"][0]["code"]) == ("shipper", "critical", "BAG-2")
    assert door.get(f"/alarms/{ids['top']}/history")[0]["change"] == "raised"
    assert door.get(f"/alarms/{ids['top']}/hints")["alarm"] == ids["top"]
    for path in ("", "/history", "/hints"):
        assert door.ask("GET", f"/alarms/{ids['top']}{path}", AT_PORT).status_code == 404
        assert door.ask("GET", f"/alarms/{ids['shipper']}{path}", AT_PORT).status_code == 200
    assert door.ask("GET", "/alarms/E", AT_PORT).status_code == 404, "not whether there are others"
    assert door.ask("GET", "/alarms/E", "viewer").status_code == 422


def test_filters_of_alarms(sites: TwoSites) -> None:
    door = sites.door
    assert door.get("/alarms?severity=critical&state=unacknowledged&taken=false&quiet=false&rule=above-150")[
        "items"
    ]
    assert not door.get("/alarms?taken=true")["items"]
    assert door.get("/alarms?sort=newest")["items"]
    for wrong in (
        "severity=grave",
        "state=odd",
        "sort=odd",
        "limit=0",
        "limit=1001",
        "after=%21",
        "asset=none",
    ):
        assert door.ask("GET", f"/alarms?{wrong}").status_code in (404, 422), wrong


def test_pages_leave_nothing_out(sites: TwoSites) -> None:
    for path, key in (("/alarms", "id"), ("/assets", "asset"), ("/statements", "id"), ("/excursions", "id")):
        every, after = list[str](), ""
        while True:
            found = sites.door.get(f"{path}?limit=1{after}")
            every += names(found, key)
            if found["next"] is None:
                break
            after = f"&after={found['next']}"
        assert every == names(sites.door.get(path), key) and len(every) > 1


def test_a_cursor_of_something_else_is_refused(sites: TwoSites) -> None:
    for path in ("/alarms", "/assets", "/statements", "/channels"):
        for after in ("x", cursor((1, "a")), cursor((None,)), cursor(({},)), "W10", "W1tdXQ", "MQ"):
            answer = sites.door.ask("GET", f"{path}?after={after}")
            assert answer.status_code == 422 or not answer.json()["items"] or after == "W10", (path, after)
            assert answer.status_code in (200, 422)


def test_the_same_list_is_not_sent_again(sites: TwoSites) -> None:
    first = sites.door.ask("GET", "/alarms")
    again = sites.door.ask("GET", "/alarms", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    sites.desk.acknowledge(sites.alarms()["top"])
    sites.desk.run()
    sites.door.world.alarms._looked_s = 0.0
    assert (
        sites.door.ask("GET", "/alarms", headers={"If-None-Match": first.headers["etag"]}).status_code == 200
    )


def test_contents_and_units(sites: TwoSites) -> None:
    door = sites.door
    inside = {
        one["asset"]: [unit["code"] for unit in one["units"]] for one in door.get("/contents")["assets"]
    }
    assert inside == {"freezer": ["BAG-1"], "shipper": ["BAG-2"]}
    assert [one["asset"] for one in door.get("/contents", AT_PORT)["assets"]] == ["shipper"]
    assert door.get("/contents?asset=freezer&at=2026-01-01T00:00:00Z")["assets"][0]["units"] == []
    assert door.get("/units/BAG-2", AT_PORT)["units"][0]["inside"] == ["shipper"]
    assert door.ask("GET", "/units/BAG-1", AT_PORT).status_code == 404
    assert door.ask("GET", "/units/BAG-9").status_code == 404
    assert door.ask("GET", "/contents?asset=freezer", AT_PORT).status_code == 404


def test_a_unit_whose_code_has_a_slash_is_found(sites: TwoSites) -> None:
    sites.desk.contain("lot 7 / bag 2", "freezer", 0)
    sites.desk.run()
    assert sites.door.get("/units/lot%207%20%2F%20bag%202")["units"][0]["inside"] == ["freezer"]


def test_what_a_scanned_text_is(sites: TwoSites) -> None:
    """Units and names of other sites are unknown to who may not know of them."""
    sites.enter_people()
    sites.desk.run()
    ask = lambda text, token="viewer": sites.door.get("/codes", token, params={"text": text})  # noqa: E731
    seen, of_others = ask("BAG-1"), ask("BAG-1", AT_PORT)
    first = seen["schemes"][0]
    assert (first["scheme"], first["known"], first["inside"]) == ("holder", True, ["freezer"])
    assert not any(one["known"] or one["inside"] for one in of_others["schemes"])
    gs1 = ask("]C1010952123454321321ABC")["schemes"][0]
    assert (gs1["scheme"], gs1["code"], gs1["known"]) == ("gs1", "(01)09521234543213(21)ABC", False)
    assert [part["value"] for part in gs1["parts"]] == ["09521234543213", "ABC"]
    assert ask("Freezer")["names"] == [{"kind": "asset", "id": "freezer", "name": ""}]
    assert ask("freezer", AT_PORT)["names"] == []
    alarm = sites.alarms()["top"]
    assert [one["id"] for one in ask(alarm)["names"]] == [alarm] and not ask(alarm, AT_PORT)["names"]
    assert [one["kind"] for one in ask("li.na")["names"]] == ["person"]
    assert not ask("li.na", "inspector")["names"]
    assert sites.door.ask("GET", "/codes?text=").status_code == 422


def test_statements(sites: TwoSites) -> None:
    door = sites.door
    found = door.get("/statements?kind=containment")
    assert [one["kind"] for one in found["items"]] == ["containment", "containment"]
    assert names(door.get("/statements?about=shipper"), "kind").count("containment") == 1
    mine = door.get("/statements", AT_PORT)["items"]
    assert [one["body"]["units"][0]["asset"] for one in mine if one["kind"] == "containment"] == ["shipper"]
    newest = found["items"][0]
    assert newest["in_effect"] and door.get(f"/statements/{newest['id']}") == newest
    sites.desk.withdraw(newest["id"])
    assert not door.get(f"/statements/{newest['id']}")["in_effect"]
    assert door.ask("GET", f"/statements/{found['items'][1]['id']}", AT_PORT).status_code == 404
    assert door.ask("GET", "/statements?kind=odd").status_code == 422
    assert door.get("/statements?since=2026-11-01T00:00:00Z&kind=containment")["items"] is not None


def test_readings_of_a_picture(sites: TwoSites) -> None:
    found = sites.door.get(f"/readings?channel=top&channel=shipper&from={FROM}&to={TO}")["channels"]
    top = found[0]
    assert (top["channel"], top["unit"], top["readings"], top["all"]) == ("top", "degC", 14, True)
    assert (top["max"][-2:], top["quality"][-1], top["bad"][-1]) == ([-140.0, None], "bad", 1)
    assert (top["max_gap_s"], top["width_s"], top["holes"], top["gap_s"][:2]) == (
        60.0,
        None,
        [],
        [0.0, 10.0],
    )
    few = sites.door.get(f"/readings?channel=top&from={FROM}&to={TO}&points=10")["channels"][0]
    assert not few["all"] and few["width_s"] == 300.0 and len(few["start"]) <= 10
    assert (few["max"][0], few["min"][0], few["last"][0]) == (-140.0, -190.0, -140.0)
    assert (few["good"], few["bad"], few["quality"], few["gap_s"]) == ([13], [1], ["bad"], [10.0])
    for wrong in (
        *("", "channel=none", f"channel=top&from={TO}&to={FROM}", "channel=top&from=now"),
        *("channel=top&points=9", "channel=top&points=4001"),
    ):
        assert sites.door.ask("GET", f"/readings?{wrong}").status_code in (404, 422), wrong
    assert sites.door.ask("GET", "/readings?channel=top", AT_PORT).status_code == 404


def test_readings_as_files(sites: TwoSites) -> None:
    asked = f"/readings/file?channel=top&from={FROM}&to={TO}&format="
    csv = sites.door.ask("GET", f"{asked}csv")
    assert csv.text.splitlines()[0].startswith("time,channel,value") and len(csv.text.splitlines()) == 15
    assert csv.headers["content-disposition"] == 'attachment; filename="readings.csv"'
    listed = sites.door.ask("GET", f"{asked}json")
    assert len(listed.json()) == 14 and listed.headers["content-type"] == "application/json"
    assert len(pq.read_table(io.BytesIO(sites.door.ask("GET", f"{asked}parquet").content))) == 14
    assert len(pa.ipc.open_stream(sites.door.ask("GET", f"{asked}arrow").content).read_all()) == 14
    assert sites.door.ask("GET", "/readings/file?channel=top", AT_PORT).status_code == 404


def test_time_in_range_and_time_left(sites: TwoSites) -> None:
    found = sites.door.get(f"/channels/top/clocks?from={FROM}&to={TO}")
    assert (
        sum(found[f"{part}_ns"] for part in ("in_range", "out_of_range", "unproven")) == found["interval_ns"]
    )
    assert sites.door.ask("GET", f"/channels/top/clocks?from={FROM}&to={TO}", AT_PORT).status_code == 404
    left = sites.door.get(f"/time-left?at={TO}", AT_PORT)
    assert {one["asset"] for one in left["items"]} <= {"shipper"} and left["known"]["running"] is False
    assert sites.door.ask("GET", "/time-left?name=freezer", AT_PORT).status_code == 404


def test_people_and_duty(sites: TwoSites) -> None:
    sites.enter_people()
    sites.set_roster("s")
    door = sites.door
    assert names(door.get("/people"), "id") == ["li.na", "wang.wei"]
    assert "li.na@" not in door.ask("GET", "/people").text
    assert door.get("/people/li.na", "administrator")["ways"][0]["address"] == "li.na@example.org"
    assert door.ask("GET", "/people/nobody").status_code == 404
    assert names(door.get("/rosters"), "roster") == ["night"] and door.get("/rosters", AT_PORT)["items"] == []
    assert door.get("/rosters/week?site=s&day=2026-01-05")["shifts"]
    assert door.ask("GET", "/rosters/week?site=s", AT_PORT).status_code == 404
    assert [one["site"] for one in door.get("/duty")["sites"]] == ["s"]
    assert door.get("/duty", AT_PORT)["sites"] == []


def test_calls_drills_and_handover(sites: TwoSites) -> None:
    door = sites.door
    assert {group["first"] for group in door.get("/calls")["items"]} <= set(sites.alarms().values())
    assert door.get("/drills")["items"] == []
    due = door.get("/drills/due")
    assert due["items"] == [] and due["known"]["running"] is False
    assert len(door.get("/handover")["open"]) == 2
    assert len(door.get("/handover?site=port", AT_PORT)["open"]) == 1
    assert door.ask("GET", "/handover", AT_PORT).status_code == 422
    assert door.ask("GET", "/handover?site=s", AT_PORT).status_code == 404


def test_the_gateway_itself(sites: TwoSites) -> None:
    door = sites.door
    for path in ("/refused", "/parked", "/holds"):
        assert door.get(path, "administrator" if path == "/holds" else "operator")["items"] == []
    assert door.get("/journal", "quality")["id"] == sites.desk.journal.id
    [profile] = door.get("/profiles")["items"]
    rule = profile["versions"][0]["rules"][0]
    assert rule["parameters"]["limit"] == rule["written"]["limit_degC"] == -150.0


def test_a_preview_changes_nothing(sites: TwoSites) -> None:
    proposal = '[[profiles.p]]\nversion = "2"\n[[profiles.p.rules]]\nid = "above-120"\nkind = "limit"\n'
    proposal += 'side = "high"\nlimit_degC = -120.0\nseverity = "critical"\n'
    sites.door.world.now_ns = sites.desk.now_ns
    answer = sites.door.ask("POST", "/profiles/preview", json={"toml": proposal})
    assert {one["effect"] for one in answer.json()} == {"vanishes"}
    mine = sites.door.ask("POST", "/profiles/preview", AT_PORT, json={"toml": proposal})
    assert {one["present"]["channel"] for one in mine.json()} == {"shipper"}
    for wrong in ("", "x = ", "[profiles]", "[[profiles.p]]\nversion = 1", f"x = {'1' * 5000}"):
        assert sites.door.ask("POST", "/profiles/preview", json={"toml": wrong}).status_code == 422, wrong


def test_records_that_are_made_again_are_read(sites: TwoSites) -> None:
    before = sites.alarms()
    sites.desk.lose_records()
    sites.desk.run()
    sites.door.world.alarms._looked_s = 0.0
    assert sites.alarms() == before


def test_limits_and_events_of_a_chart(sites: TwoSites) -> None:
    asked = f"?from={FROM}&to={TO}"
    found = sites.door.get(f"/channels/top/limits{asked}")
    assert [(one["low"], one["high"]) for one in found["steps"]] == [(None, -150.0)]
    assert (found["unit"], found["steps"][0]["profile_version"]) == ("degC", "p 1")
    told = sites.door.get(f"/assets/freezer/events{asked}")
    assert [(one["kind"], one["from"][:19], one["in_effect"]) for one in told["items"]] == [
        ("containment", "2026-01-05T12:00:00", True)
    ]
    assert "BAG-1" in told["items"][0]["words"] and not told["more"]
    for path in (f"/channels/top/limits{asked}", f"/assets/freezer/events{asked}"):
        assert sites.door.ask("GET", path, AT_PORT).status_code == 404
        assert sites.door.ask("GET", path.replace(FROM, "now")).status_code == 422
