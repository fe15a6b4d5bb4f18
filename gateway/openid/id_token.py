"""Whether an ID token is of this provider, for this gateway, of this attempt (OpenID Connect Core, 3.1.3.7).

Algorithms are those with a key pair, fixed here: a token that names none, or that is signed with a public key
as if it were a password (HS256), is refused before anything is computed.
"""

from __future__ import annotations

import base64
import hmac
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from joserfc import jwk, jws
from joserfc.errors import JoseError

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.json_text import loads
from gateway.model import SECOND

ALGORITHMS: Final[Mapping[str, str]] = {  # and the type of key that each needs
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
}
SMALLEST_RSA: Final = 2048  # bits
LONGEST: Final = 65_536  # characters of a token
LONGEST_SUBJECT: Final = 255  # OpenID Connect Core, section 2
SKEW_S: Final = 60.0  # by which the clocks of provider and gateway may differ
OLDEST_S: Final = 600.0  # since it was issued: it was asked for just now
_BROKEN: Final = (JoseError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
Key = Mapping[str, Any]  # as it stands in a key set (RFC 7517)
Find = Callable[[str | None], Iterable[Key]]


@dataclass(frozen=True, slots=True)
class Expected:
    """`since_ns`: not logged in before that; None: whenever."""

    issuer: str
    client_id: str
    nonce: str
    now_ns: int
    since_ns: int | None = None


def verified(token: object, find: Find, expected: Expected) -> Mapping[str, Any]:
    """Its claims. `find`: keys that have this id. Raises InputError, with what is wrong."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST:
        raise InputError("the provider gave no ID token")
    algorithm, kid = _header(token)
    claims = _signed(token, algorithm, [key for key in find(kid) if _fits(key, algorithm, kid)])
    _check(claims, expected)
    return claims


def _header(token: str) -> tuple[str, str | None]:
    try:
        header = loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
        algorithm, kid = header["alg"], header.get("kid")
    except _BROKEN:
        raise InputError("the ID token is none") from None
    if algorithm not in ALGORITHMS if isinstance(algorithm, str) else True:
        raise InputError(f"the ID token is signed by {str(algorithm)[:20]!r}, which is not taken")
    if "crit" in header or not (kid is None or isinstance(kid, str)):
        raise InputError("the header of the ID token is none that is understood")
    return algorithm, kid


def _fits(key: Key, algorithm: str, kid: str | None) -> bool:
    is_named = kid is None or key.get("kid") == kid
    is_for_it = key.get("alg", algorithm) == algorithm and key.get("use", "sig") == "sig"
    return is_named and is_for_it and key.get("kty") == ALGORITHMS[algorithm]


def _signed(token: str, algorithm: str, keys: list[Key]) -> Mapping[str, Any]:
    if len(keys) != 1:
        raise InputError("the ID token is signed with a key that the provider does not name")
    try:
        public = jwk.import_key({name: value for name, value in keys[0].items() if name != "key_ops"})
        if isinstance(public, jwk.RSAKey) and public.raw_value.key_size < SMALLEST_RSA:
            raise InputError(f"the key of the provider has less than {SMALLEST_RSA} bits")
        claims = loads(jws.deserialize_compact(token, public, [algorithm]).payload)
    except _BROKEN:
        raise InputError("the ID token is not signed by the provider") from None
    if not isinstance(claims, dict):
        raise InputError("the ID token is none")
    return claims


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raises InputError for the first that is wrong."""
    now_s = expected.now_ns / SECOND
    if claims.get("iss") != expected.issuer:
        raise InputError("the ID token is of another provider")
    if not _is_for(claims, expected.client_id):
        raise InputError("the ID token is for another program")
    if not _moment(claims, "exp") > now_s - SKEW_S:
        raise InputError("the ID token is over; check the clocks of the gateway and of the provider")
    if not now_s - OLDEST_S < _moment(claims, "iat") < now_s + SKEW_S:
        raise InputError("the ID token is not of now; check the clocks of the gateway and of the provider")
    if "nbf" in claims and not _moment(claims, "nbf") < now_s + SKEW_S:
        raise InputError("the ID token is not good yet; check the clocks of the gateway and of the provider")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(errors="replace"), expected.nonce.encode()
    ):
        raise InputError("the ID token is of another attempt")
    subject = claims.get("sub")
    if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()):
        raise InputError("the ID token names nobody")
    if (
        expected.since_ns is not None
        and not _moment(claims, "auth_time") > expected.since_ns / SECOND - SKEW_S
    ):
        raise InputError("the provider did not ask again who you are")


def _is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    audience = claims.get("aud")
    several = [audience] if isinstance(audience, str) else audience
    if not isinstance(several, list) or client_id not in several:
        return False
    party = claims.get("azp", client_id if len(several) == 1 else None)
    return bool(party == client_id)


def _moment(claims: Mapping[str, Any], name: str) -> float:
    """NaN, which is neither before nor after anything, where it is none."""
    told = claims.get(name)
    if not isinstance(told, int | float) or isinstance(told, bool):
        return math.nan
    return float(told) if abs(told) < 2**53 else math.nan
