"""What the ID token leaves out is asked of the provider, and counts only of the same person."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import InputError, LinkDown
from gateway.openid.userinfo import LONGEST_TOKEN, bearer
from tests.unit.openid.hostile_provider import HostileProvider, hostile_provider, send
from tests.unit.openid.test_openid_provider import Asking

BY_EMAIL = {"account_claim": "email", "account_suffix": "@lab.example"}


@pytest.fixture
def asking() -> Any:
    with hostile_provider() as there:
        there.about["userinfo_endpoint"] = f"{there.issuer}/userinfo"
        there.claims = {"preferred_username": "li.na", "sub": "s-1"}
        yield Asking(there)


def test_groups_and_e_mail_that_the_id_token_leaves_out(asking: Asking) -> None:
    asking.there.userinfo = {"sub": "s-1", "preferred_username": "boss", "groups": ["operators"]}
    person = asking.logged_in()
    assert (person.subject, person.name, person.groups) == ("s-1", "li.na", ("operators",))
    mail = Asking(asking.there, **BY_EMAIL)
    asking.there.userinfo["email"] = "Li.Na@lab.example"
    assert mail.logged_in().name == "li.na"
    asking.there.userinfo["email_verified"] = False
    with pytest.raises(InputError, match="has not checked whose"):
        mail.logged_in()


def test_it_is_not_asked_where_the_id_token_says_all(asking: Asking) -> None:
    asking.there.claims["groups"] = []
    assert asking.logged_in().groups == () and "/userinfo" not in asking.there.asked


@pytest.mark.parametrize("told", [{}, {"sub": "s-2"}, {"sub": ["s-1"]}, {"sub": None}])
def test_what_is_about_somebody_else(asking: Asking, told: dict[str, Any]) -> None:
    asking.there.userinfo = {"groups": ["operators"], **told}
    with pytest.raises(InputError, match="about somebody else"):
        asking.logged_in()


def test_it_is_refused_where_it_does_not_answer_or_is_not_protected(asking: Asking) -> None:
    there: HostileProvider = asking.there
    there.answer["/userinfo"] = lambda to: send(to, b"{}", 401)
    with pytest.raises(LinkDown, match="HTTP 401"):
        asking.logged_in()
    there.about["userinfo_endpoint"] = "ftp://elsewhere"
    with pytest.raises(LinkDown, match="its userinfo_endpoint is no address"):
        Asking(there).logged_in()


@pytest.mark.parametrize("token", [None, 7, "", "a b", "a\r\nX: y", "é", "x" * (LONGEST_TOKEN + 1)])
def test_what_is_no_access_token(token: object) -> None:
    assert bearer(token) is None
