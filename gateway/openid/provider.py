"""The provider: what it says about itself, its keys, and what it answers for a code.

Both are kept for an hour. Keys are looked up again when a token names one that is not known, at most once a
minute: so keys may change, and forged tokens do not make us ask. A provider that is away is asked again after
some seconds, not by everybody who comes meanwhile.
"""

from __future__ import annotations

import base64
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

from gateway.dataclass import dataclass
from gateway.errors import InputError, LinkDown
from gateway.notifiers.credentials import first_line
from gateway.openid.asking import Asker
from gateway.openid.attempt import Begun
from gateway.openid.id_token import Expected, Key, verified
from gateway.openid.options import OpenIdOptions, is_protected
from gateway.openid.userinfo import bearer, completed

KEPT_S: Final = 3600.0
AGAIN_S: Final = 60.0  # between two looks for keys
AWAY_S: Final = 5.0  # that nobody asks again
MOST_KEYS: Final = 100
MOST_GROUPS: Final = 2000
LONGEST_CODE: Final = 3000  # characters
LONGEST_WORD: Final = 60  # of an error that the provider names
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
USERINFO: Final = "userinfo_endpoint"  # not every provider has one
AWAY: Final = (
    "the provider for log-ins cannot be used now ({}); local accounts can: log in with password and code"
)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered:
    """What comes back with the browser."""

    code: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """`subject` is who it is there for ever; `name` what an account may be called, as it stands there."""

    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...]


class Provider:
    """Asked from any thread."""

    def __init__(self, options: OpenIdOptions, now_s: Callable[[], float] = time.monotonic) -> None:
        self.options, self._now_s = options, now_s
        self._ask = Asker(options.timeout_s, options.ca_file)
        self._turn = threading.Lock()
        self._about: tuple[float, Mapping[str, str]] | None = None
        self._keys: tuple[float, tuple[Key, ...]] | None = None
        self._away: tuple[float, str] = (-math.inf, "")

    def address(self, begun: Begun, state: str, back: str, again: bool) -> str:
        """Where the browser goes; `again`: the provider has to ask who it is. Raises LinkDown."""
        asked = {
            "response_type": "code",
            "client_id": self.options.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.options.scopes),
            "state": state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        at = self._known()["authorization_endpoint"]
        return f"{at}{'&' if urlsplit(at).query else '?'}{urlencode(asked)}"

    def person(
        self, begun: Begun, answered: Answered, back: str, now_ns: int, since_ns: int | None
    ) -> Person:
        """Who has logged in there. Raises LinkDown, and InputError for what is not to be believed."""
        known = self._known()
        is_said = "authorization_response_iss_parameter_supported" in known
        if (answered.issuer is None and is_said) or answered.issuer not in (None, self.options.issuer):
            raise InputError("the answer is of another provider")
        status, told = self._redeemed(known, begun, answered.code, back)
        if status != 200:
            raise InputError(f"the provider does not take the code ({_word(told.get('error'))})")
        expected = Expected(self.options.issuer, self.options.client_id, begun.nonce, now_ns, since_ns)
        signed = verified(told.get("id_token"), self._keys_called, expected)
        claims = self._completed(known, signed, told.get("access_token"))
        return Person(self.options.issuer, claims["sub"], self._name(claims), self._groups(claims))

    def _completed(
        self, known: Mapping[str, str], claims: Mapping[str, Any], token: object
    ) -> Mapping[str, Any]:
        """With what the ID token leaves out and the provider says elsewhere. Raises LinkDown, InputError."""
        wanted = (self.options.account_claim, self.options.groups_claim)
        at, proof = known.get(USERINFO), bearer(token)
        if at is None or proof is None or all(name in claims for name in wanted):
            return claims
        try:
            return completed(claims, self._ask.get(at, proof))
        except LinkDown as error:
            raise LinkDown(AWAY.format(error)) from None

    def _redeemed(
        self, known: Mapping[str, str], begun: Begun, code: str, back: str
    ) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "authorization_code",
            "code": code[:LONGEST_CODE],
            "redirect_uri": back,
            "client_id": self.options.client_id,
            "code_verifier": begun.verifier,
        }
        try:
            return self._ask.post(known["token_endpoint"], form, self._own_proof())
        except LinkDown as error:
            raise LinkDown(AWAY.format(error)) from None

    def _own_proof(self) -> dict[str, str]:
        """RFC 6749, section 2.3.1. Raises LinkDown where the secret cannot be read."""
        if self.options.secret_file is None:
            return {}
        secret = first_line("secret_file", self.options.secret_file)
        pair = f"{quote_plus(self.options.client_id)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _known(self) -> Mapping[str, str]:
        """What it says about itself. Raises LinkDown."""
        with self._turn:
            if self._about is None or self._now_s() - self._about[0] >= KEPT_S:
                at = f"{self.options.issuer.rstrip('/')}/.well-known/openid-configuration"
                self._about = self._looked_up(lambda: self._described(self._ask.get(at)))
            return self._about[1]

    def _keys_called(self, kid: str | None) -> Iterable[Key]:
        """All keys, with this one among them, where there is one. Raises LinkDown."""
        at = self._known()["jwks_uri"]
        with self._turn:
            age_s = math.inf if self._keys is None else self._now_s() - self._keys[0]
            is_there = self._keys is not None and any(key.get("kid") == kid for key in self._keys[1])
            if self._keys is None or age_s >= KEPT_S or (not is_there and age_s >= AGAIN_S):
                self._keys = self._looked_up(lambda: _keys(self._ask.get(at)))
            return self._keys[1]

    def _looked_up(self, look: Callable[[], T]) -> tuple[float, T]:
        """With when that was. Raises LinkDown, at once where it failed just now."""
        since_s = self._now_s() - self._away[0]
        if since_s < AWAY_S:
            raise LinkDown(AWAY.format(self._away[1]))
        try:
            return self._now_s(), look()
        except LinkDown as error:
            self._away = self._now_s(), str(error)
            raise LinkDown(AWAY.format(error)) from None

    def _described(self, told: Mapping[str, Any]) -> Mapping[str, str]:
        """Raises LinkDown for what cannot be meant, or is not protected."""
        if told.get("issuer") != self.options.issuer:
            raise LinkDown(f"it calls itself {_word(told.get('issuer'))}, and not {self.options.issuer}")
        found = {name: told.get(name) for name in ENDPOINTS}
        if told.get(USERINFO) is not None:
            found[USERINFO] = told[USERINFO]
        for name, url in found.items():
            if not self._is_address(url):
                raise LinkDown(f"its {name} is no address with TLS")
        iss = "authorization_response_iss_parameter_supported"
        return {name: str(url) for name, url in found.items()} | ({iss: ""} if told.get(iss) is True else {})

    def _is_address(self, url: object) -> bool:
        """By TLS; without it only where the issuer is on this machine, too."""
        begins = ("https://", "http://") if self.options.issuer.startswith("http://") else ("https://",)
        try:
            is_text = isinstance(url, str) and url.isascii() and url.isprintable() and url.startswith(begins)
            return is_text and is_protected(str(url))
        except ValueError:
            return False

    def _name(self, claims: Mapping[str, Any]) -> str:
        """Raises InputError."""
        told, claim = claims.get(self.options.account_claim), self.options.account_claim
        if not isinstance(told, str):
            raise InputError(
                f"the provider does not say {claim!r} of you: see account_claim and scopes, and the provider"
            )
        if claim == "email" and claims.get("email_verified") is False:
            raise InputError("the provider has not checked whose e-mail address this is")
        suffix = self.options.account_suffix
        if not told.isascii() or not told.lower().endswith(suffix.lower()):
            raise InputError(f"nobody here is called {_word(told)}: see account_suffix")
        return told[: len(told) - len(suffix)].strip().lower()

    def _groups(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """One text counts as one group; whatever else is none."""
        told = claims.get(self.options.groups_claim)
        several = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        return tuple(one for one in several[:MOST_GROUPS] if isinstance(one, str))


def _keys(told: Mapping[str, Any]) -> tuple[Key, ...]:
    keys = told.get("keys")
    if not isinstance(keys, list):
        raise LinkDown("its key set is none")
    return tuple(key for key in keys[:MOST_KEYS] if isinstance(key, dict))


def _word(of: object) -> str:
    """What came from outside, for a message."""
    return repr(of)[:LONGEST_WORD] if isinstance(of, str) else "nothing"
