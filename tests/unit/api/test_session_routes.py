"""Logging in over HTTP: cookies, what other sites cannot do, fixation, theft, ends, what answers tell."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.accounts import FILE, totp
from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.accounts.totp import step_at
from gateway.api.routes import session as routes
from tests.unit.accounts.members import CHEAP, ELSEWHERE, PASSWORD
from tests.unit.api.members_door import MembersDoor
from tests.unit.commands.front_desk import CONFIG

COOKIE = "__Host-cryogate"


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MembersDoor:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return MembersDoor(config)


def test_somebody_logs_in_asks_and_logs_out(members: MembersDoor) -> None:
    assert members.ask("GET", "/health").status_code == 401
    answer = members.log_in()
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["account"], told["roles"], told["sites"]) == ("li.na", ["operator"], ["lab"])
    assert told["authenticated"] == "password+recovery"
    assert members.ask("GET", "/health").status_code == 200
    assert members.ask("GET", "/session").json()["csrf"] == told["csrf"]
    secret = members.client.cookies[COOKIE]
    assert secret not in answer.text and PASSWORD not in answer.text
    assert members.ask("DELETE", "/session").status_code == 200
    assert COOKIE not in members.client.cookies
    members.client.cookies.set(COOKIE, secret)
    assert members.ask("GET", "/health").status_code == 401


def test_cookies_are_for_this_host_and_no_script_and_no_other_site(members: MembersDoor) -> None:
    told = [cookie.lower() for cookie in members.log_in().headers.get_list("set-cookie")]
    assert [cookie.split("=")[0] for cookie in told] == ["__host-cryogate", "__host-cryogate-device"]
    for cookie in told:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    assert "max-age" not in told[0] and "max-age" in told[1]


def test_without_tls_a_cookie_has_no_prefix_that_browsers_refuse(members: MembersDoor) -> None:
    members.url = "http://localhost"
    plain = members.browser()
    told = members.log_in(plain).headers.get_list("set-cookie")
    assert told[0].startswith("cryogate=") and "secure" not in told[0].lower()
    assert members.ask("GET", "/health", plain).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},  # another one than https://localhost
    ],
)
def test_a_cookie_alone_changes_nothing(members: MembersDoor, headers: dict[str, str]) -> None:
    members.log_in()
    for method, path in (("DELETE", "/session"), ("DELETE", "/sessions"), ("POST", "/session/password")):
        told = members.ask(
            method, path, json={"old": PASSWORD, "new": "seven red umbrellas"}, headers=headers
        )
        assert told.status_code == 403, told.text
    assert members.ask("GET", "/health").status_code == 200


def test_the_csrf_of_one_session_is_not_that_of_another(members: MembersDoor) -> None:
    members.log_in()
    first, other = members.csrf, members.browser()
    members.log_in(other)
    assert first != members.csrf
    assert members.ask("DELETE", "/session", other, headers={"X-CSRF-Token": first}).status_code == 403


def test_another_site_cannot_log_a_browser_in(members: MembersDoor) -> None:
    """Else it would make somebody work under an account of the attacker."""
    typed = {"account": "li.na", "password": PASSWORD, "code": members.codes[0]}
    evil = {"Origin": "https://evil.example"}
    assert members.client.post("/api/v1/session", json=typed, headers=evil).status_code == 403
    form = members.client.post("/api/v1/session", data=typed)
    assert form.status_code == 422
    assert members.log_in(code=members.codes[0]).status_code == 200


def test_a_secret_that_was_planted_before_the_log_in_is_not_the_session(members: MembersDoor) -> None:
    planted = "cgs_" + "a" * 43
    typed = {"account": "li.na", "password": PASSWORD, "code": members.codes.pop()}
    answer = members.client.post("/api/v1/session", json=typed, headers={"Cookie": f"{COOKIE}={planted}"})
    assert answer.status_code == 200 and planted not in str(answer.headers)
    thief = members.browser(ELSEWHERE)
    thief.cookies.set(COOKIE, planted)
    assert members.ask("GET", "/health", thief).status_code == 401


def test_the_session_that_a_browser_had_ends_by_its_next_log_in(members: MembersDoor) -> None:
    members.log_in()
    before, thief = members.client.cookies[COOKIE], members.browser(ELSEWHERE)
    thief.cookies.set(COOKIE, before)
    assert members.log_in(code="wrong").status_code == 401
    assert members.ask("GET", "/session", thief).status_code == 200
    members.log_in()
    assert members.ask("GET", "/session", thief).status_code == 401
    assert members.ask("GET", "/session").status_code == 200


def test_a_stolen_session_ends_when_its_owner_logs_out_everywhere_else(members: MembersDoor) -> None:
    members.log_in()
    stolen = members.browser(ELSEWHERE)
    stolen.cookies.set(COOKIE, members.client.cookies[COOKIE])
    assert members.ask("GET", "/session", stolen).status_code == 200
    other = members.browser("10.0.0.8")
    members.log_in(other)
    listed = members.ask("GET", "/sessions", other).json()["sessions"]
    assert [(one["source"], one["own"]) for one in listed] == [("10.0.0.8", True), ("10.0.0.7", False)]
    assert members.ask("DELETE", "/sessions", other).json()["ended"] == 1
    assert members.ask("GET", "/session", stolen).status_code == 401
    assert members.ask("GET", "/session", other).status_code == 200


def test_one_session_is_ended_and_nobody_elses(members: MembersDoor) -> None:
    theirs = members.set_up("zhao")
    zhao = members.browser("10.0.0.9")
    members.log_in(zhao, account="zhao", code=theirs[0])
    its_id = members.ask("GET", "/session", zhao).json()["session"]
    members.log_in()
    told = members.ask("DELETE", f"/sessions/{its_id}")
    assert told.status_code == 422 and "has no session" in told.json()["detail"]
    assert members.ask("GET", "/session", zhao).status_code == 200
    own = members.ask("GET", "/session").json()["session"]
    assert members.ask("DELETE", f"/sessions/{own}").json()["ended"] == 1
    assert members.ask("GET", "/session").status_code == 401


def test_whatever_is_wrong_the_answer_is_the_same_to_the_byte(members: MembersDoor) -> None:
    wrong = [
        members.log_in(members.browser(f"10.0.1.{k}"), **typed)
        for k, typed in enumerate(
            (
                {"password": "wrong", "code": "000000"},
                {"code": "no code at all"},
                {"account": "nobody.has.this", "code": "000000"},
                {"account": "zhao", "code": "000000"},  # it is not set up
                {"account": "\x00\ufffd", "code": "000000"},
            )
        )
    ]
    assert {answer.status_code for answer in wrong} == {401}
    assert len({answer.content for answer in wrong}) == 1
    assert not [answer for answer in wrong if "set-cookie" in answer.headers]


@pytest.mark.parametrize("account", ["li.na", "nobody.has.this"])
def test_who_guesses_waits_and_is_told_how_long(members: MembersDoor, account: str) -> None:
    guesser = members.browser(ELSEWHERE)
    seen = [members.log_in(guesser, account=account, password="wrong", code="000000") for _ in range(6)]
    assert [one.status_code for one in seen] == [401] * 5 + [429]
    assert int(seen[-1].headers["retry-after"]) <= 2
    assert members.log_in().status_code == 200


def test_fields_that_are_no_text_or_too_long_are_refused(members: MembersDoor) -> None:
    for typed in ({}, {"account": 7}, {"account": "x" * 201, "password": "", "code": ""}, [], "text", None):
        told = members.client.post("/api/v1/session", json=typed)
        assert told.status_code == 422, told.text
    huge = members.client.post("/api/v1/session", content=b"x" * 100_000)
    assert huge.status_code == 413
    half = b'{"account": "\\ud800", "password": "\\ud800", "code": "\\ud800"}'
    told = members.client.post("/api/v1/session", content=half, headers={"Content-Type": "application/json"})
    assert told.status_code in (401, 422)


def test_so_many_log_ins_at_once_that_others_are_told_to_come_again(members: MembersDoor) -> None:
    taken = [routes._room.acquire(blocking=False) for _ in range(routes.AT_ONCE)]
    assert all(taken)
    try:
        told = members.log_in(code="000000")
        assert (told.status_code, told.headers["retry-after"]) == (503, "1")
    finally:
        routes._room.release(routes.AT_ONCE)
    assert members.log_in().status_code == 200


def test_a_password_is_changed_and_a_stolen_session_cannot_do_it(members: MembersDoor) -> None:
    members.log_in()
    right = {"old": PASSWORD, "code": members.codes.pop(), "new": "seven green umbrellas"}
    for wrong in ({"old": "guessed"}, {"code": "123456"}, {"code": ""}):
        told = members.ask("POST", "/session/password", json={**right, **wrong})
        assert told.status_code == 422 and "password or the code is wrong" in told.json()["detail"]
    bad = members.ask("POST", "/session/password", json={**right, "new": "password1234"})
    assert bad.status_code == 422 and "first that are tried" in bad.json()["detail"]
    assert members.ask("POST", "/session/password", json=right).status_code == 200
    assert members.ask("GET", "/session").status_code == 200
    proof = members.again(password=right["new"])
    used = members.ask("POST", "/session/recovery-codes", json={**proof, "code": right["code"]})
    assert used.status_code == 422, "a code is good once"
    codes = members.ask("POST", "/session/recovery-codes", json=proof).json()
    assert len(codes["recovery_codes"]) == 10
    assert members.log_in(members.browser("10.0.0.8")).status_code == 401
    again = members.log_in(
        members.browser("10.0.0.8"), password=right["new"], code=codes["recovery_codes"][0]
    )
    assert again.status_code == 200


def test_a_wrong_attempt_is_noted_with_the_account_that_there_is(
    members: MembersDoor, caplog: pytest.LogCaptureFixture
) -> None:
    """What was typed in its place may be a password."""
    assert members.log_in(password="guessed").status_code == 401
    assert members.log_in(account="my secret words", code="123456").status_code == 401
    asked = [one["last_asked"] for one in members.inner.state.refusals.rows()]
    assert sorted(asked) == ["POST /api/v1/session", "POST /api/v1/session as li.na"]
    assert any("as li.na" in line for line in caplog.messages) and "my secret words" not in caplog.text


def test_setting_up_with_a_link(members: MembersDoor) -> None:
    link = members.links["zhao"]
    offered = members.ask("POST", "/set-up", json={"link": link})
    assert offered.json()["account"] == "zhao" and offered.headers["cache-control"] == "no-store"
    with open_accounts(members.folder, CHEAP) as accounts:
        key = accounts.links.totp("zhao")
    assert key is not None
    code = totp.code_of(key, step_at(time.time_ns()))
    confirm = {"link": link, "password": PASSWORD, "code": code}
    assert members.ask("POST", "/set-up/confirm", json={**confirm, "link": "cgl_x"}).status_code == 422
    done = members.ask("POST", "/set-up/confirm", json=confirm).json()
    assert done["account"] == "zhao" and len(done["recovery_codes"]) == 10
    assert members.ask("POST", "/set-up", json={"link": link}).status_code == 422
    assert members.log_in(account="zhao", code=done["recovery_codes"][0]).status_code == 200


def test_own_tokens(members: MembersDoor) -> None:
    members.log_in()
    asked = {"name": "reports", "lasting": "90d", **members.again()}
    wanted = {**asked, "actions": ["readings.read", "health.read"]}
    stolen = members.ask("POST", "/tokens", json={**wanted, "password": "not known to a thief"})
    assert stolen.status_code == 422 and "the password or the code is wrong" in stolen.text
    made = members.ask("POST", "/tokens", json=wanted).json()
    program = members.browser(ELSEWHERE)
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert program.get("/api/v1/health", headers=bearer).status_code == 200
    assert program.get("/api/v1/alarms", headers=bearer).status_code == 403
    assert program.get("/api/v1/session", headers=bearer).status_code == 403
    assert program.post("/api/v1/tokens", json=wanted, headers=bearer).status_code == 403
    (listed,) = members.ask("GET", "/tokens").json()["tokens"]
    assert listed["token_id"] == made["token_id"] and made["secret"] not in str(listed)
    too_much = members.ask("POST", "/tokens", json={**asked, **members.again(), "roles": ["administrator"]})
    assert too_much.status_code == 422 and "may not do more" in too_much.json()["detail"]
    assert members.ask("DELETE", "/tokens/reports").status_code == 200
    assert program.get("/api/v1/health", headers=bearer).status_code == 401


def test_a_session_is_no_token_and_a_token_no_session(members: MembersDoor) -> None:
    members.log_in()
    secret = members.client.cookies[COOKIE]
    other = members.browser()
    assert other.get("/api/v1/health", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    wanted = {"name": "x", "lasting": "1d", **members.again()}
    token = members.ask("POST", "/tokens", json=wanted).json()["secret"]
    other.cookies.set(COOKIE, token)
    assert members.ask("GET", "/health", other).status_code == 401


def test_a_file_that_is_damaged_while_it_is_open_says_so(members: MembersDoor) -> None:
    """It was told as a mistake of ours (500), with a page of the log."""
    members.log_in()
    assert members.ask("GET", "/health").status_code == 200
    for name in (FILE, f"{FILE}-wal"):
        (members.folder / name).write_bytes(b"x" * 40_000)
    for _ in range(2):
        told = members.ask("GET", "/health")
        assert told.status_code == 503 and "cryogate account remake" in told.json()["detail"]


def test_an_account_that_is_locked_is_out_at_the_next_request(members: MembersDoor) -> None:
    members.log_in()
    with open_accounts(members.folder, CHEAP) as accounts:
        accounts.register.put(Account("li.na", ("operator",), ("lab",), locked=True))
    assert members.ask("GET", "/health").status_code == 401


def test_a_lost_file_lets_nobody_in_and_a_damaged_one_says_so(members: MembersDoor) -> None:
    members.log_in()
    for path in members.folder.glob(f"{FILE}*"):
        path.unlink()
    assert members.ask("GET", "/health").status_code == 401
    assert members.log_in().status_code == 401
    for path in members.folder.glob(f"{FILE}*"):
        path.unlink()
    (members.folder / FILE).write_bytes(b"x" * 9000)
    told = members.ask("GET", "/health")
    assert told.status_code == 503 and "cryogate account remake" in told.json()["detail"]
    assert members.log_in().status_code == 503
