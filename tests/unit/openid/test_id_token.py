"""ID tokens that are forged, of somebody else, over, or odd: each is refused, and says why."""

from __future__ import annotations

import base64
import hmac
import json
import math
from typing import Any

import pytest
from joserfc import jwk, jws

from gateway.errors import InputError
from gateway.model import SECOND
from gateway.openid.id_token import LONGEST, Expected, verified
from tests.unit.openid.hostile_provider import KEY, OTHER, signed, unsigned

NOW_S = 1_800_000_000
ISSUER = "https://login.example.org"
EXPECTED = Expected(ISSUER, "cryogate", "n-1", NOW_S * SECOND)
CLAIMS = {"iss": ISSUER, "aud": "cryogate", "sub": "s-1", "exp": NOW_S + 60, "iat": NOW_S, "nonce": "n-1"}
PUBLIC = KEY.as_dict(private=False)
EC = jwk.ECKey.generate_key("P-256", {"kid": "ec"})


def look(token: Any, *keys: Any, expected: Expected = EXPECTED) -> Any:
    return verified(token, lambda _: keys or (PUBLIC,), expected)


def test_a_token_of_this_attempt_is_taken() -> None:
    assert look(signed(CLAIMS))["sub"] == "s-1"
    without_a_name = jws.serialize_compact({"alg": "RS256"}, json.dumps(CLAIMS), KEY, ["RS256"])
    assert look(without_a_name)["sub"] == "s-1"
    of_curves = jws.serialize_compact({"alg": "ES256", "kid": "ec"}, json.dumps(CLAIMS), EC, ["ES256"])
    assert look(of_curves, PUBLIC, EC.as_dict(private=False))["sub"] == "s-1"
    assert look(signed({**CLAIMS, "aud": ["cryogate"], "azp": "cryogate", "nbf": NOW_S}))["sub"] == "s-1"


def hmac_with_the_public_key(claims: dict[str, Any]) -> str:
    """What a library takes that lets the token say how it is checked."""
    said = unsigned(claims, "HS256").rstrip(".")
    mac = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_what_is_not_signed_by_the_provider() -> None:
    body, head = signed(CLAIMS).split(".")[1], signed(CLAIMS).split(".")[0]
    forged: dict[str, Any] = {
        "another key": signed(CLAIMS, OTHER),
        "none": unsigned(CLAIMS),
        "None": unsigned(CLAIMS, "None"),
        "empty signature": unsigned(CLAIMS, "RS256"),
        "cut": signed(CLAIMS)[:-4],
        "changed": signed(CLAIMS).replace(body, signed({**CLAIMS, "sub": "s-2"}).split(".")[1]),
        "hmac": hmac_with_the_public_key(CLAIMS),
        "another curve": jws.serialize_compact(
            {"alg": "ES256", "kid": "one"}, json.dumps(CLAIMS), EC, ["ES256"]
        ),
        "unknown key": signed(CLAIMS, kid="two"),
        "key inside": signed(CLAIMS, OTHER, jwk=OTHER.as_dict(private=False)),
        "critical": signed(CLAIMS, crit=["b64"], b64=True),
        "no object": jws.serialize_compact({"alg": "RS256", "kid": "one"}, b"[]", KEY, ["RS256"]),
        "twice": jws.serialize_compact(
            {"alg": "RS256", "kid": "one"}, b'{"sub":"a","sub":"b"}', KEY, ["RS256"]
        ),
        "two parts": f"{head}.{body}",
        "text": "text",
        "dots": "." * 500,
        "long": "a" * (LONGEST + 1),
        "number": 7,
        "nothing": None,
    }
    taken = []
    for name, token in forged.items():
        try:
            look(token)
            taken.append(name)
        except InputError:
            pass
    assert taken == []


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_keys_that_are_none() -> None:
    for key in (
        {},
        {"kty": "RSA", "kid": "one"},
        {**PUBLIC, "n": "!"},
        {**PUBLIC, "n": 7},
        {**PUBLIC, "use": "enc"},
    ):
        with pytest.raises(InputError, match=r"not signed by|does not name"):
            look(signed(CLAIMS), key)
    with pytest.raises(InputError, match="does not name"):
        look(signed(CLAIMS), PUBLIC, PUBLIC)  # which of the two
    small = jwk.RSAKey.generate_key(1024, {"kid": "one"})
    with pytest.raises(InputError, match="less than 2048 bits"):
        look(signed(CLAIMS, small), small.as_dict(private=False))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://evil.example"}, "another provider"),
        ({"iss": f"{ISSUER}/"}, "another provider"),
        ({"iss": [ISSUER]}, "another provider"),
        ({"aud": "other"}, "another program"),
        ({"aud": ["cryogate", "other"]}, "another program"),
        ({"aud": ["cryogate", "other"], "azp": "other"}, "another program"),
        ({"aud": "cryogate", "azp": "other"}, "another program"),
        ({"aud": {"cryogate": 1}}, "another program"),
        ({"aud": []}, "another program"),
        ({"exp": NOW_S - 61}, "is over"),
        ({"exp": "2099"}, "is over"),
        ({"exp": True}, "is over"),
        ({"exp": math.nan}, "is over"),
        ({"exp": 10**400}, "is over"),
        ({"iat": NOW_S - 601}, "not of now"),
        ({"iat": NOW_S + 61}, "not of now"),
        ({"nbf": NOW_S + 61}, "not good yet"),
        ({"nbf": "soon"}, "not good yet"),
        ({"nonce": "n-2"}, "another attempt"),
        ({"nonce": None}, "another attempt"),
        ({"nonce": ["n-1"]}, "another attempt"),
        ({"nonce": "\ud800"}, "another attempt"),
        ({"sub": ""}, "names nobody"),
        ({"sub": 7}, "names nobody"),
        ({"sub": "x" * 256}, "names nobody"),
        ({"sub": "a\nb"}, "names nobody"),
    ],
    ids=lambda v: str(v)[:40].replace(str(NOW_S), "now"),
)
def test_claims_that_are_not_of_this_attempt(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        look(signed({**CLAIMS, **changed}))


@pytest.mark.parametrize("name", sorted(set(CLAIMS)))
def test_a_claim_that_is_missing(name: str) -> None:
    with pytest.raises(InputError):
        look(signed({key: value for key, value in CLAIMS.items() if key != name}))


def test_who_proves_again_logged_in_since() -> None:
    again = Expected(ISSUER, "cryogate", "n-1", NOW_S * SECOND, since_ns=(NOW_S - 30) * SECOND)
    assert look(signed({**CLAIMS, "auth_time": NOW_S - 10}), expected=again)
    for changed in ({}, {"auth_time": NOW_S - 3600}, {"auth_time": "now"}, {"auth_time": None}):
        with pytest.raises(InputError, match="did not ask again"):
            look(signed({**CLAIMS, **changed}), expected=again)
