"""An attempt to log in: what follows from its secret, where it may lead, and groups that give roles."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.openid.attempt import HOME, begin, local, read
from gateway.openid.groups import given_by
from gateway.openid.options import GroupRights, OpenIdOptions
from tests.unit.openid.hostile_provider import challenge

OPERATORS = GroupRights("operators", ("operator",), ("lab", "port"))
QUALITY = GroupRights("quality", ("quality", "viewer"), ("port", "lab"))
BOSSES = GroupRights("bosses", ("administrator",))
RIGHTS = (OPERATORS, QUALITY, BOSSES)


def test_each_attempt_is_another_one_and_its_cookie_brings_it_back() -> None:
    one, other = begin("/alarms?severity=major"), begin("/alarms?severity=major")
    assert one == read(one.cookie)
    parts = [{made.secret, made.nonce, made.verifier, made.challenge, made.purpose} for made in (one, other)]
    assert len(parts[0] | parts[1]) == 10
    assert one.challenge == challenge(one.verifier) and 43 <= len(one.verifier) <= 128


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        "/\t/evil.example",
        "/a\nb",
        "/" * 2,
        "\\/evil",
        "javascript:alert(1)",
        "/a b",
        "/é",
        '/"><script>',
        "/x;url=//evil.example",
        "/" + "x" * 300,
    ],
)
def test_a_way_to_another_place_is_none(path: str) -> None:
    assert local(path) == HOME


def test_a_path_of_ours_is_kept() -> None:
    for path in ("/", "/alarms", "/alarms?severity=major&limit=2", "/units/A%20B#top"):
        assert local(path) == path


def text(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "text",
        "=",
        "é",
        text([]),
        text(["a", "b"]),
        text(["a", "/", ""]),
        text(["a", 7, "", ""]),
        text({"a": 1, "b": 2, "c": 3}),
        text("abc") * 400,
        text(["\ud800", "/", "", ""]),
        text(None),
        text([[["a"]], "/", "", ""]),
    ],
)
def test_a_cookie_that_is_none_of_ours(cookie: str) -> None:
    assert read(cookie) is None


@given(st.text(max_size=900))
def test_any_cookie_is_an_attempt_of_this_gateway_or_none(cookie: str) -> None:
    found = read(cookie)
    assert found is None or local(found.path) == found.path


def test_a_changed_path_or_session_is_another_purpose() -> None:
    one, other = begin("/alarms"), "5f1c0a9be2d4"
    changed = [["/units", "", ""], ["/alarms", other, ""], ["/alarms", "", other]]
    assert len({one.purpose, *(read(text([one.secret, *each])).purpose for each in changed)}) == 4


def test_groups_of_different_sites_are_not_put_together() -> None:
    assert given_by(RIGHTS, ()) is None and given_by(RIGHTS, ("others", "OPERATORS")) is None
    both = given_by(RIGHTS, ("quality", "operators"))
    assert both.roles == ("operator", "quality", "viewer") and set(both.sites) == {"lab", "port"}
    assert given_by(RIGHTS, ("operators", "bosses")).roles == ("operator",)
    assert given_by(RIGHTS, ("bosses",)).sites is None


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "http://login.example.org"},
        {"issuer": "https://"},
        {"issuer": "https://login.example.org?x=1"},
        {"issuer": "https://u@login.example.org"},
        {"issuer": "https://login.example.org/" + "x" * 200},
        {"issuer": "https://[::1"},
        {"client_id": ""},
        {"scopes": ("profile",)},
        {"scopes": ("openid", "two words")},
        {"groups": ()},
        {"timeout_s": 0.0},
        {"label_zh": ""},
        {"label_en": "two\nlines"},
    ],
    ids=str,
)
def test_options_that_cannot_be_meant(changed: dict[str, object]) -> None:
    usual = {"issuer": "https://login.example.org", "client_id": "cryogate", "groups": RIGHTS}
    assert OpenIdOptions(**usual).authenticated == "openid https://login.example.org"
    assert OpenIdOptions(**{**usual, "issuer": "http://127.0.0.1:3000"})
    with pytest.raises(ValueError):
        OpenIdOptions(**{**usual, **changed})


@pytest.mark.parametrize("roles", [(), ("inspector",), ("boss",)])
def test_roles_that_no_group_can_have(roles: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        GroupRights("x", roles)
