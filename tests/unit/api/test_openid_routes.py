"""Logging in by OpenID Connect over HTTP: there and back, whose account it is, and what is no way in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from gateway.accounts.accounts import open_accounts
from gateway.accounts.openid import LOG_IN_NS
from gateway.accounts.register import Account
from gateway.api.routes import openid as routes
from gateway.commands import accounts as administration
from gateway.commands.desk import open_desk
from gateway.rights.table import INSPECTOR
from tests.unit.accounts.members import CHEAP, DAY
from tests.unit.api.members_door import BOSS, MembersDoor
from tests.unit.api.openid_door import COOKIE, SESSION, OpenIdDoor
from tests.unit.commands.front_desk import CONFIG
from tests.unit.openid.hostile_provider import HostileProvider, hostile_provider, send, signed


class OpenDoor(OpenIdDoor):
    """With a provider that does what a test wants."""

    def __init__(self, folder: Path, there: HostileProvider, adopt: str = "false") -> None:
        super().__init__(folder, there.issuer, adopt)
        self.there = there
        there.claims = {"preferred_username": "wu", "sub": "s-1", "groups": ["operators"]}

    def logged_in(self, client: TestClient | None = None, **asked: Any) -> Any:
        """The page at the end."""
        return self.back(client, **self.there.log_in(self.begin(client, **asked).headers["location"]))


@pytest.fixture
def there() -> Iterator[HostileProvider]:
    with hostile_provider() as provider:
        yield provider


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: HostileProvider) -> OpenDoor:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    return OpenDoor(tmp_path, there)


def test_somebody_logs_in_there_and_is_back_with_a_session(door: OpenDoor) -> None:
    begun = door.begin(path="/alarms?severity=major")
    assert begun.status_code == 302
    (cookie,) = begun.headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=600"} <= parts
    page = door.back(**door.there.log_in(begun.headers["location"]))
    assert page.status_code == 200 and 'content="0;url=/alarms?severity=major"' in page.text
    assert COOKIE not in door.client.cookies
    told = door.session()
    by = f"openid {door.there.issuer}"
    assert (told["account"], told["roles"], told["sites"]) == ("wu", ["operator"], ["lab"])
    assert told["authenticated"] == by
    made, logged_in = door.stated()
    assert made == ("edge", "added", f"by groups of {by}")
    assert logged_in[:2] == ("Wu", "logged-in") and f"by {by} from 10.0.0.7" in logged_in[2]


def test_the_session_that_the_browser_had_ends_by_a_log_in_there(door: OpenDoor) -> None:
    door.logged_in()
    thief = door.browser("10.0.0.8")
    thief.cookies.set(SESSION, door.client.cookies[SESSION])
    door.there.claims["groups"] = []
    door.logged_in()  # refused: the session stays
    assert door.session(thief)["account"] == "wu"
    door.there.claims["groups"] = ["operators"]
    door.logged_in()
    assert door.ask("GET", "/session", thief).status_code == 401


def test_the_session_is_one_that_no_other_site_can_use(door: OpenDoor) -> None:
    told = [cookie.lower() for cookie in door.logged_in().headers.get_list("set-cookie")]
    assert sorted(cookie.split("=")[0] for cookie in told) == [
        "__host-cryogate",
        "__host-cryogate-device",
        "__host-cryogate-openid",
    ]
    for cookie in told[:2]:
        assert {"secure", "httponly", "samesite=strict"} <= {part.strip() for part in cookie.split(";")}


def test_the_page_of_a_browser_says_where_and_what_for(door: OpenDoor) -> None:
    assert door.ask("GET", "/openid").json()["openid"]["label"] == {
        "en": "Lab log-in",
        "zh": "使用单位账号登录",
    }


def test_without_a_provider_it_says_so(tmp_path: Path) -> None:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    door = MembersDoor(config)
    assert door.ask("GET", "/openid").json() == {"openid": None}
    for path in ("/openid/begin", "/openid/return?state=x"):
        answer = door.ask("GET", path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert "log in with account, password and code" in answer.json()["detail"]


def refused(page: Any, status: int, why: str) -> None:
    assert page.status_code == status and why in page.text, page.text
    assert "本地账号仍可使用" in page.text and f"{SESSION}=" not in str(page.headers.get_list("set-cookie"))


def test_a_state_is_good_once_in_the_browser_that_began(door: OpenDoor) -> None:
    cookie = door.begin().cookies[COOKIE]
    begun = door.begin()
    brought = door.there.log_in(begun.headers["location"])
    thief = door.browser("10.0.0.8")
    refused(door.back(thief, **brought), 401, "begun in another browser")
    thief.cookies.set(COOKIE, cookie)
    refused(door.back(thief, **brought), 401, "begun in another browser")
    kept = door.client.cookies[COOKIE]
    assert door.back(**brought).status_code == 200
    door.client.cookies.set(COOKIE, kept)
    refused(door.back(**brought), 401, "was used")
    door.client.cookies.set(COOKIE, kept)
    again = {**brought, "code": door.there.log_in(begun.headers["location"])["code"]}
    refused(door.back(**again), 401, "was used")


def test_a_state_that_is_forged_or_changed(door: OpenDoor) -> None:
    brought = door.there.log_in(door.begin().headers["location"])
    cookie, state = door.client.cookies[COOKIE], brought["state"]
    for odd in ("", "x", "é", state[:-1], state[:-1] + "!", state + "A", state + "=", "A" * len(state)):
        door.client.cookies.set(COOKIE, cookie)
        refused(door.back(**{**brought, "state": odd}), 401, "this log-in is over")
    door.client.cookies.set(COOKIE, cookie)
    assert door.back(**brought).status_code == 200


def test_an_attempt_is_over_after_ten_minutes(door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = door.there.log_in(door.begin().headers["location"])
    world = door.world
    now_ns = world.now_ns() + LOG_IN_NS
    monkeypatch.setattr(world, "now_ns", lambda: now_ns)
    refused(door.back(**brought), 401, "this log-in is over")


def test_another_site_cannot_log_a_browser_in_as_somebody(door: OpenDoor) -> None:
    """Who brings an own code and state to the browser of somebody else has not its cookie."""
    attacker, victim = door.browser("10.0.0.8"), door.browser("10.0.0.9")
    brought = door.there.log_in(door.begin(attacker).headers["location"])
    refused(door.back(victim, **brought), 401, "another browser")
    door.begin(victim)
    refused(door.back(victim, **brought), 401, "another browser")


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_no_way_to_another_place(door: OpenDoor, path: str) -> None:
    page = door.logged_in(path=path)
    assert page.status_code == 200 and 'content="0;url=/"' in page.text and "evil" not in page.text


def test_forged_tokens_let_nobody_in(door: OpenDoor) -> None:
    for changed in ({"nonce": "x"}, {"aud": "other"}, {"iss": "https://evil.example"}, {"exp": 1}):
        door.there.sign = lambda claims, changed=changed: signed({**claims, **changed})
        refused(door.logged_in(), 401, "begin again")
    assert door.stated() == []


def test_what_the_provider_says_instead_is_shown_as_text(door: OpenDoor) -> None:
    state = door.there.log_in(door.begin().headers["location"])["state"]
    page = door.back(state=state, error="<script>alert(1)</script>")
    refused(page, 401, "the provider says: &lt;script&gt;")


def test_a_provider_that_is_away(door: OpenDoor) -> None:
    door.there.answer["/.well-known/openid-configuration"] = lambda to: send(to, b"{}", 503)
    answer = door.begin()
    assert (answer.status_code, answer.headers["retry-after"]) == (502, "5")
    assert "local accounts can" in answer.json()["detail"]
    assert door.log_in().status_code == 200


def test_so_many_wait_for_the_provider_that_others_are_told_to_come_again(door: OpenDoor) -> None:
    taken = [routes._room.acquire(blocking=False) for _ in range(routes.AT_ONCE)]
    assert all(taken)
    try:
        assert door.begin().status_code == 503
        assert door.log_in().status_code == 200
    finally:
        routes._room.release(routes.AT_ONCE)


def test_under_another_name_of_the_host_the_right_one_is_said(door: OpenDoor) -> None:
    answer = door.ask("GET", "/openid/begin", headers={"Host": "10.0.0.1"}, follow_redirects=False)
    assert answer.status_code == 421 and "open the page as https://localhost" in answer.json()["detail"]


def test_roles_follow_the_groups_at_each_log_in_and_changes_are_stated(door: OpenDoor) -> None:
    door.logged_in()
    door.logged_in()
    assert [did for _, did, _ in door.stated()] == ["added", "logged-in", "logged-in"]
    door.there.claims["groups"] = ["quality", "operators", "unknown"]
    door.logged_in()
    assert set(door.session()["roles"]) == {"operator", "quality"}
    by, did, what = door.stated()[-2]
    assert (by, did, what) == ("edge", "changed", f"by groups of openid {door.there.issuer}")
    door.there.claims["groups"] = ["bosses"]
    door.logged_in()
    assert (door.session()["roles"], door.session()["sites"]) == (["administrator"], None)


@pytest.mark.parametrize("groups", [None, [], ["others"], {"operators": 1}, [["operators"]]], ids=repr)
def test_who_has_no_role_is_refused(door: OpenDoor, groups: Any) -> None:
    door.there.claims["groups"] = groups
    refused(door.logged_in(), 403, "none of your groups has a role")
    assert door.stated() == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nobody", "an administrator enters people"),
        ("../etc", "can be no account"),
        ("<b>", "&lt;b&gt;"),
        ("a b", "can be no account"),
        ("", "can be no account"),
        ("x" * 61, "can be no account"),
        ("li.na", "is a local account"),
        ("LI.NA", "is a local account"),
    ],
)
def test_names_that_are_nobodys_here(door: OpenDoor, name: str, why: str) -> None:
    door.there.claims["preferred_username"] = name
    page = door.logged_in()
    refused(page, 403, why)
    assert "zhao" not in page.text


def test_an_account_belongs_to_who_had_it_first_whatever_people_call_themselves(door: OpenDoor) -> None:
    door.logged_in()
    door.there.claims["sub"] = "s-2"
    refused(door.logged_in(), 403, "belongs to somebody else of the provider")
    door.there.claims |= {"sub": "s-1", "preferred_username": "li.na"}
    door.logged_in()
    assert door.session()["account"] == "wu"


def test_a_locked_account_is_refused_and_a_reset_one_is_free_again(door: OpenDoor) -> None:
    door.logged_in()
    with open_desk(door.configuration) as desk, open_accounts(door.folder, CHEAP) as accounts:
        administration.lock(desk, accounts, BOSS, "wu")
    assert door.ask("GET", "/session").status_code == 401
    refused(door.logged_in(), 403, "is locked")
    with open_desk(door.configuration) as desk, open_accounts(door.folder, CHEAP) as accounts:
        administration.unlock(desk, accounts, BOSS, "wu")
        administration.reset(desk, accounts, BOSS, "wu", "another person at the provider")
    door.there.claims["sub"] = "s-2"
    assert door.logged_in().status_code == 200
    door.there.claims["sub"] = "s-1"
    refused(door.logged_in(), 403, "belongs to somebody else")


def test_local_accounts_are_taken_over_where_the_configuration_says_so(
    tmp_path: Path, there: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    door = OpenDoor(tmp_path, there, "true")
    there.claims |= {"preferred_username": "li.na", "groups": ["quality"]}
    assert door.logged_in().status_code == 200 and door.session()["roles"] == ["quality"]
    assert door.log_in().json()["roles"] == ["quality"]  # with its password, too
    with open_desk(door.configuration) as desk, open_accounts(door.folder, CHEAP) as accounts:
        end_ns = desk.clock.now_ns() + DAY
        administration.add(desk, accounts, BOSS, Account("wu", (INSPECTOR,), until_ns=end_ns))
    there.claims |= {"preferred_username": "wu", "sub": "s-9"}
    refused(door.logged_in(), 403, "is a local account")


def test_a_password_is_none_of_an_account_of_the_provider(door: OpenDoor) -> None:
    door.logged_in()
    door.csrf = door.session()["csrf"]
    answer = door.ask("POST", "/session/recovery-codes", json={"password": "x", "code": "x"})
    assert answer.status_code == 422 and "has no password here" in answer.json()["detail"]


SIGNING = {"record": ["profile", "p", "1"], "meaning": "reviewed"}


def test_a_signature_needs_a_new_log_in_there_for_each(door: OpenDoor) -> None:
    door.can_sign()
    door.there.claims["groups"] = ["signers"]
    door.logged_in()
    own = door.session()
    door.csrf = own["csrf"]
    first = door.ask("POST", "/signatures", json=SIGNING)
    assert first.status_code == 422 and "log in at the provider again" in first.json()["detail"]
    begun = door.begin(again="true", path="/sign")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    page = door.back(**door.there.log_in(begun.headers["location"]))
    assert page.status_code == 200 and door.session()["session"] == own["session"]
    signed_now = door.ask("POST", "/signatures", json=SIGNING)
    assert signed_now.status_code == 200, signed_now.text
    again = door.ask("POST", "/signatures", json={**SIGNING, "meaning": "approved"})
    assert again.status_code == 422 and "within two minutes" in again.json()["detail"]


def test_who_did_not_log_in_again_or_is_somebody_else_signs_nothing(door: OpenDoor) -> None:
    door.can_sign()
    door.there.claims["groups"] = ["signers"]
    door.logged_in()
    door.csrf = door.session()["csrf"]
    door.there.claims["auth_time"] = 1_700_000_000
    refused(door.logged_in(again="true"), 401, "did not ask again")
    door.there.claims.pop("auth_time")
    door.there.claims["sub"] = "s-2"
    refused(door.logged_in(again="true"), 403, "somebody else logged in")
    assert door.ask("POST", "/signatures", json=SIGNING).status_code == 422


def test_a_local_session_or_none_cannot_begin_to_prove_itself_there(door: OpenDoor) -> None:
    assert door.begin(again="true").status_code == 401
    door.log_in()
    assert door.begin(again="true").status_code == 401
