"""Passkeys over HTTP: added with the password, good for one host, once a challenge, and never told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.accounts import ceremonies
from gateway.accounts.accounts import open_accounts
from gateway.accounts.challenges import GOOD_NS
from gateway.accounts.passkeys import Passkeys, site_of
from gateway.accounts.register import Account
from gateway.errors import InputError
from tests.unit.accounts.members import CHEAP, NOW_NS, PASSWORD, enter
from tests.unit.api.members_door import MembersDoor
from tests.unit.api.software_key import PRESENT, SoftwareKey, text
from tests.unit.commands.front_desk import CONFIG

SITE = site_of("https://gateway.lab:8443")


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MembersDoor:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return MembersDoor(config)


def added(members: MembersDoor) -> SoftwareKey:
    key = SoftwareKey("https://localhost", "localhost")
    members.log_in()
    offered = members.ask("POST", "/passkeys/options", json=members.again()).json()
    assert (offered["rp"]["id"], offered["user"]["name"]) == ("localhost", "li.na")
    made = members.ask("POST", "/passkeys", json={"name": "blue ring", "answer": key.create(offered)})
    assert made.status_code == 200, made.text
    return key


def log_in(members: MembersDoor, key: SoftwareKey, client: Any = None) -> Any:
    client = client or members.browser("10.0.0.8")
    asked = client.post("/api/v1/session/passkey/options").json()
    assert "allowCredentials" not in asked or asked["allowCredentials"] == []
    return client.post("/api/v1/session/passkey", json={"answer": key.get(asked)})


def test_somebody_adds_a_passkey_logs_in_with_it_and_removes_it_with_both_factors(
    members: MembersDoor,
) -> None:
    key = added(members)
    told = log_in(members, key)
    assert told.status_code == 200, told.text
    assert (told.json()["account"], told.json()["authenticated"]) == ("li.na", "passkey")
    assert log_in(members, key).status_code == 200
    (one,) = members.ask("GET", "/passkeys").json()["passkeys"]
    assert (one["name"], one["host"]) == ("blue ring", "localhost")
    end = f"/passkeys/{one['passkey']}/end"
    assert members.ask("POST", end, json={**members.again(), "password": "guessed"}).status_code == 422
    assert members.ask("POST", end, json={"password": PASSWORD, "code": "123456"}).status_code == 422
    assert log_in(members, key).status_code == 200
    assert members.ask("POST", end, json=members.again()).status_code == 200
    gone = log_in(members, key)
    assert gone.status_code == 401 and "not known here" in gone.json()["detail"]


def test_an_answer_is_good_once(members: MembersDoor) -> None:
    key, client = added(members), members.browser()
    answer = key.get(client.post("/api/v1/session/passkey/options").json())
    assert client.post("/api/v1/session/passkey", json={"answer": answer}).status_code == 200
    assert client.post("/api/v1/session/passkey", json={"answer": answer}).status_code == 401


def test_a_passkey_is_added_with_both_factors_alone(members: MembersDoor) -> None:
    """Whoever took over a session leaves no way in by it."""
    members.log_in()
    for wrong in ({"password": "guessed"}, {"code": "123456"}):
        told = members.ask("POST", "/passkeys/options", json={**members.again(), **wrong})
        assert told.status_code == 422 and "password or the code is wrong" in told.json()["detail"]


def test_by_an_address_it_says_what_to_do(members: MembersDoor) -> None:
    members.url = "https://10.0.0.1:8443"
    told = members.browser().post("/api/v1/session/passkey/options")
    assert told.status_code == 422 and "DNS name" in told.json()["detail"]


@pytest.mark.parametrize(
    "origin", ["https://10.0.0.1", "https://[::1]:8443", "http://gateway.lab", "https://", "x"]
)
def test_where_browsers_have_no_passkeys(origin: str) -> None:
    with pytest.raises(InputError, match="DNS name"):
        site_of(origin)


def test_a_locked_account_is_not_told_apart(members: MembersDoor) -> None:
    key = added(members)
    unknown = log_in(members, SoftwareKey("https://localhost", "localhost"))
    with open_accounts(members.folder, CHEAP) as accounts:
        accounts.register.put(Account("li.na", ("operator",), locked=True))
    assert log_in(members, key).content == unknown.content


@pytest.fixture
def registered(tmp_path: Path) -> Any:
    """(the accounts, a key of li.na)"""
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
        key = SoftwareKey(SITE.origin, SITE.host)
        answer = key.create(ceremonies.offer(accounts.passkeys, "li.na", SITE, NOW_NS))
        ceremonies.add(accounts.passkeys, "li.na", "ring", answer, SITE, NOW_NS)
        yield accounts, key


def asked(keys: Passkeys) -> dict[str, Any]:
    return ceremonies.ask(keys, SITE, NOW_NS)


def offered(keys: Passkeys, account: str) -> dict[str, Any]:
    return ceremonies.offer(keys, account, SITE, NOW_NS)


def test_whatever_is_wrong_with_an_answer(registered: Any) -> None:
    accounts, key = registered
    keys = accounts.passkeys
    evil = SoftwareKey("https://evil.example", "evil.example")
    evil.id, evil._key = key.id, key._key
    elsewhere = site_of("https://other.lab")
    cases = [
        (
            evil.get(asked(keys)),
            SITE,
            NOW_NS,
        ),  # asked through another page
        (
            key.get(asked(keys)),
            elsewhere,
            NOW_NS,
        ),  # a key of another host
        (key.get(asked(keys)), SITE, NOW_NS + GOOD_NS),  # too late
        (
            key.get(offered(keys, "li.na")),
            SITE,
            NOW_NS,
        ),  # asked for something else
        (key.get({"challenge": text(b"x" * 56)}), SITE, NOW_NS),  # never asked
        (
            SoftwareKey(SITE.origin, SITE.host).get(asked(keys)),
            SITE,
            NOW_NS,
        ),
    ]
    for answer, site, now_ns in cases:
        with pytest.raises(InputError, match="not known here"):
            ceremonies.prove(keys, answer, site, now_ns)
    assert ceremonies.prove(keys, key.get(asked(keys)), SITE, NOW_NS) == "li.na"


def test_a_key_that_was_copied_is_noticed_by_its_count(registered: Any) -> None:
    accounts, key = registered
    keys = accounts.passkeys
    key.times = 10
    ceremonies.prove(keys, key.get(asked(keys)), SITE, NOW_NS)
    key.times = 3
    with pytest.raises(InputError):
        ceremonies.prove(keys, key.get(asked(keys)), SITE, NOW_NS)


def test_a_device_that_did_not_check_who_holds_it_is_not_enough(registered: Any) -> None:
    accounts, key = registered
    keys = accounts.passkeys
    key.flags = PRESENT
    with pytest.raises(InputError):
        ceremonies.prove(keys, key.get(asked(keys)), SITE, NOW_NS)
    other = SoftwareKey(SITE.origin, SITE.host)
    other.flags = PRESENT
    with pytest.raises(InputError, match="begin again"):
        ceremonies.add(keys, "li.na", "x", other.create(offered(keys, "li.na")), SITE, NOW_NS)


def test_what_was_offered_to_one_account_is_not_added_to_another(registered: Any) -> None:
    accounts, _ = registered
    keys = accounts.passkeys
    enter(accounts, NOW_NS, "zhao")
    answer = SoftwareKey(SITE.origin, SITE.host).create(offered(keys, "zhao"))
    with pytest.raises(InputError, match="begin again"):
        ceremonies.add(keys, "li.na", "x", answer, SITE, NOW_NS)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_broken_answer_is_refused_and_never_crashes(registered: Any, data: st.DataObject) -> None:
    accounts, key = registered
    keys = accounts.passkeys
    answer = key.get(asked(keys))
    field = data.draw(st.sampled_from([*answer["response"], "id", "rawId", "type", "response"]))
    wrong = data.draw(st.none() | st.text(max_size=30) | st.integers() | st.lists(st.integers(), max_size=2))
    inner = answer["response"] if field in answer["response"] else answer
    inner[field] = wrong
    with pytest.raises(InputError):
        ceremonies.prove(keys, answer, SITE, NOW_NS)


@pytest.mark.parametrize(
    "answer", [{}, {"id": "x"}, {"id": "AA", "response": {"clientDataJSON": "e30"}}, None, 7]
)
def test_what_is_no_answer(registered: Any, answer: Any) -> None:
    accounts, _ = registered
    keys = accounts.passkeys
    with pytest.raises(InputError):
        ceremonies.prove(keys, answer, SITE, NOW_NS)
    with pytest.raises(InputError):
        ceremonies.add(keys, "li.na", "x", answer, SITE, NOW_NS)
