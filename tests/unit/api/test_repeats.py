"""A request that is sent again under its key: done once, and answered as the first time, but secrets."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.api import repeats
from gateway.api.answers import JSON
from gateway.api.bodies import BODIES
from gateway.statements import Statement
from tests.unit.accounts.members import CHEAP, PASSWORD
from tests.unit.api.front_door import FrontDoor
from tests.unit.api.members_door import MembersDoor
from tests.unit.api.test_people_actions import SIREN
from tests.unit.api.two_sites import TwoSites
from tests.unit.commands.front_desk import CONFIG

WITHOUT_KEY = {
    "/link": "the link is good once, and no account asks",
    "/first-start": "the link is good once, and there is no account",
    "/beginning/preview": "nothing changes",
    "/session": "who logs in has no account yet",
    "/session/passkey": "who logs in has no account yet",
    "/session/passkey/options": "a challenge is good once",
    "/passkeys/options": "a challenge is good once",
    "/set-up": "the link is of no account yet, and nothing changes",
    "/set-up/confirm": "the link is good once, and no account asks",
    "/contents/preview": "nothing changes",
    "/imports/preview": "nothing changes",
    "/profiles/preview": "nothing changes",
    "/refused/{source}/preview": "nothing changes",
    "/refused/{source}/channel/options": "nothing changes",
    "/refused/{source}/channel/preview": "nothing changes",
}
MAPPING = """
format = "csv"
[options]
time_columns = ["time"]
time_format = "%Y-%m-%d %H:%M:%S"
time_zone = "UTC"
columns = [{ column = "temp", unit = "degC" }]
[channels]
temp = "shipper"
"""
KEY = {"Idempotency-Key": "tablet-7/42"}


@pytest.fixture
def boss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MembersDoor:
    """li.na is an administrator here, and logged in."""
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    members = MembersDoor(config)
    with open_accounts(members.folder, CHEAP) as accounts:
        accounts.register.put(Account("li.na", ("administrator", "operator")))
    members.log_in()
    return members


def stated(sites: TwoSites, kind: str) -> list[Statement]:
    return [one for _, one in sites.desk.journal.statements(kind)]


def secrets_kept(members: MembersDoor) -> str:
    return str(members.inner.state.repeats._kept)


def posts(door: FrontDoor) -> dict[str, Any]:
    schema = door.app.openapi()["paths"]
    return {path.removeprefix("/api/v1"): told["post"] for path, told in schema.items() if "post" in told}


def test_every_post_takes_a_key_or_has_a_reason_why_not(door: FrontDoor) -> None:
    with_key = {
        path
        for path, told in posts(door).items()
        if any(one["name"] == repeats.HEADER for one in told["parameters"])
    }
    assert with_key | set(WITHOUT_KEY) == set(posts(door)) and not with_key & set(WITHOUT_KEY)


def test_every_post_is_looked_up_before_it_is_done(door: FrontDoor) -> None:
    """Whatever stands under a key is answered, by whichever route."""
    everybody = "administrator+operator+quality+qualified-person+supply-chain"
    for path, told in posts(door).items():
        address = path.replace("{", "").replace("}", "")
        kept: Any = door.app.state.repeats
        kept._kept.clear()
        kept._kept["li.na"]["tablet-7/42"] = repeats._Kept(b"of another", JSON, b"", "")
        body = BODIES.get(f"POST {path}", {})
        answer = door.ask("POST", address, everybody, json=body, headers=KEY)
        is_known = answer.status_code == 409 and "another request" in answer.text
        assert is_known == (path not in WITHOUT_KEY), (path, told["x-action"], answer.text)


def test_what_answers_with_a_secret_says_how_to_get_another(door: FrontDoor) -> None:
    words = ("cgl_", "cgt_", "recovery_codes")
    for path, told in posts(door).items():
        answered = str(told["responses"]["200"]["content"])
        is_secret = any(word in answered for word in words) and path not in WITHOUT_KEY
        assert ("x-told-once" in told) == is_secret, path


def test_a_siren_sounds_once(sites: TwoSites, tmp_path: Path) -> None:
    log, config = tmp_path / "siren.log", sites.door.config
    config.write_text(config.read_text(encoding="utf-8") + SIREN.format(log=log), encoding="utf-8")
    door, answers = FrontDoor(config), list[Any]()

    def press() -> None:
        asked = {"seconds": 1.0}
        answers.append(door.ask("POST", "/sirens/lamp/test", "operator", json=asked, headers=KEY))

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.status_code for one in answers] == [200, 200], "the second waits for the first"
    assert answers[0].json() == answers[1].json()
    once = log.read_text()
    other = door.ask("POST", "/sirens/lamp/test", "operator!wang.wei", json={"seconds": 1.0}, headers=KEY)
    assert other.status_code == 200 and log.read_text() == 2 * once, "a key of another account is another key"


def test_a_file_is_the_same_request_whatever_stands_between_its_parts(sites: TwoSites) -> None:
    rows = "".join(f"2026-01-05 1{h}:00:00,{-180 - h}\n" for h in range(5))

    def ask(table: str) -> Any:  # each time with another border between the parts
        files = {"file": ("box.csv", f"time,temp\n{table}")}
        form = {"mapping": MAPPING}
        return sites.door.ask("POST", "/imports", "operator", files=files, data=form, headers=KEY)

    first, again, other = ask(rows), ask(rows), ask(rows.replace("-18", "-17"))
    assert first.json()["new"] == 5, first.text
    assert again.json() == {**first.json(), "new": 0}
    assert other.status_code == 409 and "used for another request" in other.json()["detail"]
    assert len(stated(sites, "import")) == 1


def test_what_was_refused_is_tried_again(sites: TwoSites) -> None:
    asked = {"decision": "accept"}
    for _ in range(2):
        answer = sites.door.ask("POST", "/parked/central", "operator", json=asked, headers=KEY)
        assert answer.status_code == 422, answer.text
    assert not sites.door.app.state.repeats._under_way


def test_what_else_was_answered_is_answered_again_but_new(sites: TwoSites) -> None:
    alarm, asked = sites.alarms()["top"], {"reason": "lid swap", "lasting": "30min"}
    path = f"/alarms/{alarm}/shelve"
    first = sites.door.ask("POST", path, "operator", json=asked, headers=KEY).json()
    again = sites.door.ask("POST", path, "operator", json=asked, headers=KEY).json()
    assert again == {**first, "new": False} and again["until"]
    sites.door.app.state.repeats._kept.clear()  # as after a start
    later = sites.door.ask("POST", path, "operator", json=asked, headers=KEY).json()
    assert (later["new"], later["id"], later["remarks"]) == (False, first["id"], [])
    assert len(stated(sites, "shelve")) == 1


def test_a_token_and_a_link_are_told_once(boss: MembersDoor) -> None:
    wanted = {"name": "reports", "lasting": "90d", **boss.again()}
    made = boss.ask("POST", "/tokens", json=wanted, headers=KEY)
    again = boss.ask("POST", "/tokens", json=wanted, headers=KEY)
    assert made.status_code == 200, made.text
    assert again.status_code == 409 and "end it and make another" in again.json()["detail"]
    assert len(boss.ask("GET", "/tokens").json()["tokens"]) == 1
    reset = {"json": {"reason": "phone lost"}, "headers": {"Idempotency-Key": "2"}}
    link = boss.ask("POST", "/accounts/zhao/reset", **reset).json()["link"]
    again = boss.ask("POST", "/accounts/zhao/reset", **reset)
    assert again.status_code == 409 and "reset the account for another one" in again.json()["detail"]
    assert boss.ask("POST", "/set-up", json={"link": link}).status_code == 200, "the first link is good"
    for secret in (made.json()["secret"], link, PASSWORD, wanted["code"]):
        assert secret not in secrets_kept(boss)


def test_what_needs_a_code_can_be_sent_again(boss: MembersDoor) -> None:
    new = {"old": PASSWORD, "new": "seven red umbrellas", "code": boss.codes.pop()}
    first, again = (boss.ask("POST", "/session/password", json=new, headers=KEY) for _ in range(2))
    assert first.status_code == 200 and first.json() == again.json()
    locked = [
        boss.ask("POST", "/accounts/zhao/lock", json={}, headers={"Idempotency-Key": "3"}) for _ in "12"
    ]
    assert locked[0].status_code == 200 and locked[0].json() == locked[1].json()


def test_so_many_answers_are_kept_and_no_long_one(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_OF_ACCOUNT", 2)
    asked = {"json": {"reason": "x", "lasting": "1h"}, "token": "operator"}
    path = f"/alarms/{sites.alarms()['top']}/shelve"
    for name in ("1", "2", "3"):
        assert sites.door.ask("POST", path, **asked, headers={"Idempotency-Key": name}).status_code == 200
    assert list(sites.door.app.state.repeats._kept["li.na"]) == ["2", "3"]
    monkeypatch.setattr(repeats, "LARGEST", 10)
    first, again = (sites.door.ask("POST", path, **asked, headers={"Idempotency-Key": "4"}) for _ in "12")
    assert first.status_code == 200 and again.status_code == 409 and "too long to keep" in again.text
    long = sites.door.ask("POST", path, **asked, headers={"Idempotency-Key": "x" * 201})
    assert long.status_code == 422
