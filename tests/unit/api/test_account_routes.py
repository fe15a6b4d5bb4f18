"""Accounts over HTTP: an administrator changes those of others, nobody the own one, and no token any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.commands.desk import open_desk
from gateway.journal.said import said
from tests.unit.accounts.members import CHEAP
from tests.unit.api.members_door import MembersDoor
from tests.unit.commands.front_desk import CONFIG


@pytest.fixture
def boss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MembersDoor:
    """li.na is an administrator here, and logged in; zhao has an account that is not set up."""
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    members = MembersDoor(config)
    with open_accounts(members.folder, CHEAP) as accounts:
        accounts.register.put(Account("li.na", ("administrator",)))
    members.log_in()
    return members


def rows(members: MembersDoor) -> dict[str, Any]:
    return {row["account"]: row for row in members.ask("GET", "/accounts").json()["accounts"]}


def test_rights_are_changed_and_count_at_the_next_request(boss: MembersDoor) -> None:
    codes, zhao = boss.set_up("zhao"), boss.browser("10.0.0.9")
    admin = boss.csrf
    boss.log_in(zhao, account="zhao", code=codes[0])
    boss.csrf = admin
    assert boss.ask("GET", "/accounts", zhao).status_code == 403
    given = {"roles": ["quality"], "sites": ["lab"], "lasting": "30d", "reason": "trial"}
    changed = boss.ask("POST", "/accounts/zhao/rights", json=given)
    assert changed.status_code == 200 and changed.json()["roles"] == ["quality"]
    assert boss.ask("GET", "/session", zhao).json()["roles"] == ["quality"]
    assert rows(boss)["zhao"]["until"] is not None
    (session,) = boss.ask("GET", "/accounts/zhao/sessions").json()["sessions"]
    assert session["source"] == "10.0.0.9"
    assert boss.ask("DELETE", "/accounts/zhao/sessions").json()["ended"] == 1
    assert boss.ask("GET", "/session", zhao).status_code == 401


def test_it_is_stated_by_which_account_and_how_it_was_authenticated(boss: MembersDoor) -> None:
    boss.set_up("zhao")
    proof = boss.again()
    asked = (
        ("POST", "/accounts/zhao/lock", {}),
        ("POST", "/accounts/zhao/unlock", {}),
        ("POST", "/accounts/zhao/rights", {"roles": ["quality"]}),
        ("POST", "/accounts/zhao/reset", {"reason": "phone lost"}),
        ("DELETE", "/accounts/zhao/sessions", None),
        ("DELETE", "/sessions", None),
        ("POST", "/session/recovery-codes", proof),
        ("DELETE", "/session", None),
    )
    with open_desk(boss.configuration) as desk:
        before = len(list(said(desk.journal, "account")))
        for method, path, body in asked:
            answer = boss.ask(method, path, json=body)
            assert answer.status_code == 200, (path, answer.text)
        done = list(said(desk.journal, "account"))[before:]
    assert {one.origin.split(" by ")[0] for one in done} == {"api, li.na"} and len(done) == len(asked)
    assert all(one.origin.split(" by password+")[1] for one in done)


def test_lock_unlock_reset(boss: MembersDoor) -> None:
    codes = boss.set_up("zhao")
    assert boss.ask("POST", "/accounts/zhao/lock", json={"reason": "on leave"}).status_code == 200
    assert rows(boss)["zhao"]["locked"]
    assert boss.ask("POST", "/accounts/zhao/unlock", json={}).status_code == 200
    assert boss.ask("POST", "/accounts/zhao/reset", json={}).status_code == 422  # without a reason
    link = boss.ask("POST", "/accounts/zhao/reset", json={"reason": "phone lost"}).json()["link"]
    refused = boss.browser("10.0.0.9")
    assert boss.log_in(refused, account="zhao", code=codes[0]).status_code == 401
    assert boss.ask("POST", "/set-up", json={"link": link}).json()["account"] == "zhao"


def test_what_cannot_be_says_why(boss: MembersDoor) -> None:
    for given, why in (
        ({"account": "nobody", "roles": ["viewer"]}, "nobody has the id"),
        ({"account": "zhao", "roles": ["viewer"]}, "has an account"),
        ({"account": "zhao", "roles": ["viewer"], "surplus": 1}, "surplus"),
    ):
        told = boss.ask("POST", "/accounts", json=given)
        assert told.status_code == 422 and why in told.text
    unknown = boss.ask("POST", "/accounts/zhoa/lock", json={})
    assert unknown.status_code == 422 and "did you mean 'zhao'" in unknown.text


@pytest.mark.parametrize("what", ["rights", "lock", "unlock", "reset"])
def test_nobody_changes_the_own_account(boss: MembersDoor, what: str) -> None:
    told = boss.ask("POST", f"/accounts/li.na/{what}", json={"reason": "I want to"})
    assert told.status_code == 403 and "another administrator" in told.json()["detail"]


def test_who_has_not_every_site_sees_and_changes_no_account(boss: MembersDoor) -> None:
    with open_accounts(boss.folder, CHEAP) as accounts:
        accounts.register.put(Account("li.na", ("administrator",), ("lab",)))
    assert boss.ask("GET", "/accounts").status_code == 403
    assert boss.ask("POST", "/accounts/zhao/lock", json={}).status_code == 403
