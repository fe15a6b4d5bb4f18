"""A provider that is away, slow, huge, redirects, or lies about itself; and keys that change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InputError, LinkDown
from gateway.openid import provider as looking
from gateway.openid.asking import LARGEST
from gateway.openid.attempt import Begun, begin
from gateway.openid.options import GroupRights, OpenIdOptions
from gateway.openid.provider import Answered, Person, Provider
from tests.system.certificates import Certificates
from tests.unit.openid.hostile_provider import (
    CLIENT,
    OTHER,
    HostileProvider,
    hostile_provider,
    send,
    signed,
)

BACK = "https://gateway.example/api/v1/openid/return"
DISCOVERY = "/.well-known/openid-configuration"
RIGHTS = (GroupRights("operators", ("operator",)),)


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Asking:
    """A gateway that asks the provider."""

    def __init__(self, provider: HostileProvider, **options: Any) -> None:
        self.clock, self.there = Clock(), provider
        usual = {"issuer": provider.issuer, "client_id": CLIENT, "groups": RIGHTS, "timeout_s": 2.0}
        self.provider = Provider(OpenIdOptions(**{**usual, **options}), self.clock)

    def address(self, begun: Begun | None = None, again: bool = False) -> str:
        return self.provider.address(begun or begin("/"), "s", BACK, again)

    def logged_in(self, issuer: str | None = None, since_ns: int | None = None) -> Person:
        begun = begin("/")
        code = self.there.log_in(self.address(begun))["code"]
        return self.provider.person(begun, Answered(code, issuer), BACK, time.time_ns(), since_ns)


@pytest.fixture
def asking(provider: HostileProvider) -> Asking:
    return Asking(provider)


def test_who_logged_in_there(asking: Asking) -> None:
    person = asking.logged_in(asking.there.issuer)
    assert person == Person(asking.there.issuer, "s-1", "li.na", ("operators",))


def test_the_address_asks_for_a_code_bound_to_the_attempt(asking: Asking) -> None:
    asking.there.about["authorization_endpoint"] += "?realm=lab"
    begun = begin("/")
    address = asking.address(begun)
    assert address.startswith(f"{asking.there.issuer}/auth?realm=lab&response_type=code&")
    assert f"code_challenge={begun.challenge}&code_challenge_method=S256" in address
    assert begun.verifier not in address and begun.secret not in address and "prompt" not in address
    assert "prompt=login&max_age=0" in asking.address(again=True)


def break_off(to: BaseHTTPRequestHandler) -> None:
    send(to, b"{}", **{"Content-Length": "1000"})
    to.close_connection = True


def no_http(to: BaseHTTPRequestHandler) -> None:
    to.wfile.write(b"\x00\x01\x02 what is this\r\n\r\n")
    to.close_connection = True


ODD: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "redirects": lambda to: send(to, b"{}", 302, Location="http://169.254.169.254/latest"),
    "HTTP 500": lambda to: send(to, b"{}", 500),
    f"more than {LARGEST} bytes": lambda to: send(to, b" " * (LARGEST + 1)),
    "no object of JSON": lambda to: send(to, b"<html>"),
    "HTTP 200, and no object": lambda to: send(to, b"[" * 100_000),
    "200, and no object of JSON": lambda to: send(to, b'{"issuer": "a", "issuer": "b"}'),
    "broke off": break_off,
    "what is this": no_http,
}


@pytest.mark.parametrize("why", ODD)
def test_what_is_no_answer(asking: Asking, why: str) -> None:
    asking.there.answer[DISCOVERY] = ODD[why]
    with pytest.raises(LinkDown, match=r"local accounts can") as told:
        asking.address()
    assert why in str(told.value)


def test_who_answers_byte_by_byte_is_cut_off(provider: HostileProvider) -> None:
    ended = threading.Event()

    def drip(to: BaseHTTPRequestHandler) -> None:
        try:
            while not ended.wait(0.05):
                to.wfile.write(b"H")
        except OSError:
            ended.set()

    provider.answer[DISCOVERY] = drip
    try:
        with pytest.raises(LinkDown, match=r"no answer within 0\.3 s"):
            Asking(provider, timeout_s=0.3).address()
    finally:
        ended.set()


def test_a_provider_that_is_away_is_not_asked_by_everybody(asking: Asking) -> None:
    asking.there.answer[DISCOVERY] = lambda to: send(to, b"{}", 503)
    for _ in range(5):
        with pytest.raises(LinkDown, match="HTTP 503"):
            asking.address()
    assert asking.there.asked == [DISCOVERY]
    asking.there.answer.clear()
    asking.clock.now_s += looking.AWAY_S
    assert asking.address()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"issuer": "https://evil.example"}, "calls itself 'https://evil.example'"),
        ({"issuer": None}, "calls itself nothing"),
        ({"token_endpoint": None}, "its token_endpoint is no address"),
        ({"token_endpoint": "http://10.0.0.1/token"}, "its token_endpoint is no address"),
        ({"jwks_uri": "file:///etc/passwd"}, "its jwks_uri is no address"),
        ({"jwks_uri": "https://[::1"}, "its jwks_uri is no address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "its authorization_endpoint is no address"),
        (
            {"authorization_endpoint": "https://a.example/\r\nX: 1"},
            "its authorization_endpoint is no address",
        ),
    ],
    ids=str,
)
def test_what_it_says_about_itself_cannot_be_meant(asking: Asking, changed: dict[str, Any], why: str) -> None:
    asking.there.about |= changed
    with pytest.raises(LinkDown) as told:
        asking.address()
    assert why in str(told.value)


def test_nothing_is_sent_in_the_clear_for_an_issuer_with_tls(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")
    with hostile_provider(certificates.server_context()) as provider:
        trusting = Asking(provider, ca_file=certificates.path("ca.pem"))
        assert trusting.logged_in().name == "li.na"
        with pytest.raises(LinkDown, match="its certificate does not verify"):
            Asking(provider).address()
        by_name = provider.issuer.replace("127.0.0.1", "localhost.localdomain")
        with pytest.raises(LinkDown):
            Asking(provider, issuer=by_name, ca_file=certificates.path("ca.pem")).address()
        provider.about["token_endpoint"] = provider.about["token_endpoint"].replace("https", "http")
        with pytest.raises(LinkDown, match="its token_endpoint is no address with TLS"):
            Asking(provider, ca_file=certificates.path("ca.pem")).address()


def test_keys_are_looked_up_again_for_one_that_is_new_and_not_for_each_forgery(asking: Asking) -> None:
    asking.logged_in()
    asking.there.sign = lambda claims: signed(claims, OTHER, kid="two")
    for _ in range(5):
        with pytest.raises(InputError, match="does not name"):
            asking.logged_in()
    assert asking.there.asked.count("/keys") == 1
    asking.clock.now_s += looking.AGAIN_S
    with pytest.raises(InputError, match="does not name"):
        asking.logged_in()
    asking.there.keys = {"keys": ["odd", {**OTHER.as_dict(private=False), "kid": "two"}]}
    asking.clock.now_s += looking.AGAIN_S
    assert asking.logged_in().name == "li.na"
    assert asking.there.asked.count("/keys") == 3


def test_a_key_set_that_is_none(asking: Asking) -> None:
    asking.there.keys = {"keys": {"one": 1}}
    with pytest.raises(LinkDown, match="its key set is none"):
        asking.logged_in()


def test_the_answer_of_another_provider(asking: Asking) -> None:
    with pytest.raises(InputError, match="of another provider"):
        asking.logged_in("https://evil.example")
    asking.there.about["authorization_response_iss_parameter_supported"] = True
    asking.clock.now_s += looking.KEPT_S
    assert asking.logged_in(asking.there.issuer)
    with pytest.raises(InputError, match="of another provider"):
        asking.logged_in(None)


def test_a_code_of_another_attempt_is_not_taken(asking: Asking) -> None:
    code = asking.there.log_in(asking.address())["code"]
    with pytest.raises(InputError, match="does not take the code"):
        asking.provider.person(begin("/"), Answered(code, None), BACK, 0, None)


def test_answers_for_a_code_that_are_none(asking: Asking) -> None:
    asking.logged_in()
    for status, body, error in (
        (200, b"{}", InputError),
        (200, b'{"id_token": 7}', InputError),
        (400, b'{"error": 7}', InputError),
        (500, b"<html>", LinkDown),
        (302, b"{}", LinkDown),
    ):
        asking.there.answer["/token"] = lambda to, status=status, body=body: send(to, body, status)
        with pytest.raises(error):
            asking.logged_in()


@pytest.mark.parametrize(
    ("options", "claims", "name"),
    [
        ({}, {"preferred_username": " Li.Na "}, "li.na"),
        (
            {"account_claim": "email", "account_suffix": "@lab.example"},
            {"email": "Li.Na@LAB.example"},
            "li.na",
        ),
    ],
    ids=str,
)
def test_what_an_account_is_called(provider: HostileProvider, options: Any, claims: Any, name: str) -> None:
    provider.claims |= claims
    assert Asking(provider, **options).logged_in().name == name


@pytest.mark.parametrize("told", [None, 7, ["li.na"], "lı.na", "li.na\u212a", "li.na@evil.example"], ids=repr)
def test_names_that_are_nobodys(provider: HostileProvider, told: Any) -> None:
    provider.claims["preferred_username"] = told
    with pytest.raises(InputError):
        Asking(provider, account_suffix="@lab.example").logged_in()


@pytest.mark.parametrize(
    ("told", "groups"),
    [
        (None, ()),
        ("operators", ("operators",)),
        ([["operators"], {"name": "operators"}, 7, None, "a"], ("a",)),
        ({"operators": True}, ()),
        (["x"] * 5000, ("x",) * looking.MOST_GROUPS),
    ],
    ids=["nothing", "one text", "odd ones", "an object", "many"],
)
def test_groups_of_odd_types(provider: HostileProvider, told: Any, groups: tuple[str, ...]) -> None:
    provider.claims["groups"] = told
    assert Asking(provider).logged_in().groups == groups


def test_a_secret_is_sent_and_its_file_may_be_missing(provider: HostileProvider, tmp_path: Path) -> None:
    seen: list[str] = []

    def note(to: BaseHTTPRequestHandler) -> None:
        seen.append(str(to.headers["Authorization"]))
        send(to, b'{"error": "invalid_client"}', 401)

    provider.answer["/token"] = note
    secret = tmp_path / "openid.secret"
    secret.write_text("a:b c\n")
    with pytest.raises(InputError, match="invalid_client"):
        Asking(provider, secret_file=str(secret)).logged_in()
    assert seen == ["Basic Y3J5b2dhdGU6YSUzQWIrYw=="]  # cryogate:a%3Ab+c
    secret.unlink()
    with pytest.raises(LinkDown, match="secret_file") as told:
        Asking(provider, secret_file=str(secret)).logged_in()
    assert "a:b" not in str(told.value)
