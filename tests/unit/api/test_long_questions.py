"""Long questions over the API: begun, followed, answered, ended; by whom, and of whom nobody else knows."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import CryogateError, InputError
from gateway.jobs.jobs import Jobs
from tests.system.gateway_process import eventually
from tests.unit.api.far import far_from
from tests.unit.api.two_sites import FROM, TO, TwoSites

BOSS, OTHER = "quality", "quality!wang.wei"
FUTURE = "2099-01-01T00:00:00Z"


def begun(sites: TwoSites, path: str, token: str = BOSS, **said: Any) -> str:
    answer = sites.door.ask("POST", path, token, json=said)
    assert answer.status_code == 200, answer.text
    return f"/jobs/{answer.json()['id']}"


def ended(sites: TwoSites, at: str, token: str = BOSS) -> Any:
    eventually(lambda: sites.door.get(at, token)["state"] != "running", "it ends")
    return sites.door.get(at, token)


def hang(sites: TwoSites, folder: Path) -> None:
    """Whatever is asked from now on never ends."""
    os.mkfifo(folder / "pipe.toml")
    sites.door.world.jobs = Jobs(folder / "pipe.toml", folder, time.time_ns)


def test_a_report_is_made_and_taken(sites: TwoSites) -> None:
    at = begun(sites, "/reports", alarm=sites.alarms()["top"], language="en")
    told = ended(sites, at)
    assert (told["state"], told["answer"]["media"]) == ("done", "application/pdf"), told
    assert "report of" in told["answer"]["words"] and told["until"] > told["ended"] > told["begun"]
    answer = sites.door.ask("GET", f"{at}/answer", BOSS)
    assert answer.content.startswith(b"%PDF-") and answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-frame-options"] == "DENY"
    shown = sites.door.ask("GET", f"{at}/answer?show=true", BOSS)
    assert shown.content == answer.content and shown.headers["content-disposition"] == "inline"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    assert sites.door.ask("DELETE", at, BOSS).json()["state"] == "done"
    assert sites.door.ask("GET", at, BOSS).status_code == 404
    sites.door.world.jobs.close()


def test_nobody_else_knows_of_it_nor_who_may_not_ask_it_any_more(sites: TwoSites, tmp_path: Path) -> None:
    hang(sites, tmp_path)
    at = begun(sites, "/journal/verify")
    for token in (OTHER, "operator"):  # the same account, whose role was changed
        assert sites.door.ask("GET", at, token).status_code == 404
        assert sites.door.ask("DELETE", at, token).status_code == 404
        assert sites.door.get("/jobs", token)["items"] == []
    (one,) = sites.door.get("/jobs", BOSS)["items"]
    assert (one["kind"], one["asked"]) == ("verify", {}) and one["account"]
    assert sites.door.get("/jobs", BOSS)["others"] == []
    (other,) = sites.door.get("/jobs", OTHER)["others"]
    assert other.keys() == {"account", "kind", "begun", "progress"} and other["account"] == one["account"]
    assert sites.door.ask("POST", "/journal/verify", f"{BOSS}@s", json={}).status_code == 403
    sites.door.world.jobs.close()


def test_one_that_runs_has_no_answer_and_can_be_ended(sites: TwoSites, tmp_path: Path) -> None:
    hang(sites, tmp_path)
    at = begun(sites, "/journal/replay")
    answer = sites.door.ask("GET", f"{at}/answer", BOSS)
    assert answer.status_code == 409 and "it runs still" in answer.json()["detail"]
    busy = sites.door.ask("POST", "/journal/replay", BOSS, json={})
    assert busy.status_code == 503 and "of this account" in busy.json()["detail"]
    assert sites.door.ask("DELETE", at, BOSS).json()["state"] == "cancelled"
    begun(sites, "/journal/replay")
    sites.door.world.jobs.close()


def test_a_key_begins_one_question(sites: TwoSites, tmp_path: Path) -> None:
    hang(sites, tmp_path)
    asked = {"json": {}, "headers": {"Idempotency-Key": "once"}}
    ids = [sites.door.ask("POST", "/journal/verify", BOSS, **asked).json()["id"] for _ in range(2)]
    assert ids[0] == ids[1]
    sites.door.world.jobs.close()


@pytest.mark.parametrize(
    ("path", "said", "why"),
    [
        ("/reports", {}, "a report of what?"),
        ("/reports", {"year": 2026, "unit": "BAG-1"}, "a report of what?"),
        ("/reports", {"asset": "freezer"}, "belong together"),
        ("/alarm-health/advice", {"from": FUTURE}, "in the future: no alarms were raised yet"),
        ("/alarm-health/advice", {"from": TO, "to": FROM}, "must lie before its end"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_can_have_no_answer_is_refused_at_once(
    sites: TwoSites, path: str, said: dict[str, Any], why: str
) -> None:
    answer = sites.door.ask("POST", path, BOSS, json=said)
    assert answer.status_code == 422 and why in answer.json()["detail"]
    assert sites.door.get("/jobs", BOSS)["items"] == []


def test_the_future_has_no_alarms(sites: TwoSites) -> None:
    answer = sites.door.ask("GET", f"/alarm-health?from={FUTURE}", BOSS)
    assert answer.status_code == 422 and "is in the future" in answer.json()["detail"]


def test_a_failure_has_its_reason(sites: TwoSites) -> None:
    told = ended(sites, begun(sites, "/reports", alarm="E-NONE", language="facts"))
    assert told["state"] == "failed" and "E-NONE" in told["problem"]


def test_a_report_from_afar_is_the_one_of_home(sites: TwoSites, tmp_path: Path) -> None:
    words = ("report", sites.alarms()["top"], "--language", "en", "-o")
    with far_from(sites, tmp_path) as far:
        there = far.asked(*words, str(tmp_path / "far.pdf"), token=BOSS)
        here = far.here(*words, str(tmp_path / "home.pdf"))
        assert there.exit_code == here.exit_code == 0, (there.output, there.exception, here.output)
        assert (tmp_path / "far.pdf").read_bytes() == (tmp_path / "home.pdf").read_bytes()
        assert "report of" in there.stderr and sites.door.get("/jobs", BOSS)["items"] == []
        again = far.asked(*words, str(tmp_path / "far.pdf"), token=BOSS)
        assert isinstance(again.exception, InputError) and "is there already" in str(again.exception)
        unknown = far.asked("report", "E-NONE", "--json", token=BOSS)
        assert isinstance(unknown.exception, CryogateError) and "E-NONE" in str(unknown.exception)
        on_the_machine = far.asked("replay", "--input", "x.csv", token=BOSS)
        assert "on the machine of the gateway alone" in str(on_the_machine.exception)


def test_a_damaged_journal_is_said_from_afar_with_the_same_exit_code(sites: TwoSites, tmp_path: Path) -> None:
    with far_from(sites, tmp_path) as far:
        there = far.asked("journal", "verify", "--head", "1:00", "--json", token=BOSS)
        here = far.here("journal", "verify", "--head", "1:00", "--json")
        assert there.exit_code == here.exit_code == 1 and there.stdout == here.stdout != ""
