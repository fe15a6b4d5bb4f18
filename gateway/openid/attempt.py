"""One attempt to log in at the provider: a secret that only this browser has, and what follows from it.

The secret stands in a cookie, and the gateway keeps nothing. `state` binds the answer to this browser (it is
signed by the gateway, good for some minutes and once), `nonce` the ID token, and `verifier` (PKCE) the code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import field
from typing import Final

from gateway.dataclass import dataclass
from gateway.json_text import loads

BYTES: Final = 32
LONGEST_COOKIE: Final = 900  # characters
LONGEST_PATH: Final = 300  # characters of where to go on
SAFE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?&=%+,:@#!")
HOME: Final = "/"


@dataclass(frozen=True, slots=True)
class Begun:
    """`path`: where to go on. `session`: of who proves again to be themselves; empty: a log-in.

    `earlier`: the id of the session that the browser has already, which ends by a log-in.
    """

    secret: str = field(repr=False)
    path: str = HOME
    session: str = ""
    earlier: str = ""

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """RFC 7636, S256."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    @property
    def purpose(self) -> str:
        """What the state is signed for: this browser, this path, this session."""
        return f"openid {hashlib.sha256(self.cookie.encode()).hexdigest()}"

    @property
    def cookie(self) -> str:
        return _text(json.dumps([self.secret, self.path, self.session, self.earlier]).encode())

    def _derived(self, what: str) -> str:
        return _text(hmac.digest(self.secret.encode(), f"cryogate openid {what}".encode(), hashlib.sha256))


def begin(path: str, session: str = "", earlier: str = "") -> Begun:
    return Begun(secrets.token_urlsafe(BYTES), local(path), session, earlier)


def read(cookie: str) -> Begun | None:
    """What a browser brought back; None: nothing of ours."""
    if not 0 < len(cookie) <= LONGEST_COOKIE:
        return None
    try:
        told = loads(base64.urlsafe_b64decode(cookie + "=="))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, list) or len(told) != 4:
        return None
    is_text = all(type(one) is str and one.isascii() for one in told)
    secret, path, session, earlier = told
    return Begun(secret, local(path), session, earlier) if is_text else None


def local(path: str) -> str:
    """A path of this gateway, or else its first page: no way to another host (`//host`, `/\\host`)."""
    is_one = path.startswith("/") and not path.startswith("//") and len(path) <= LONGEST_PATH
    return path if is_one and SAFE.issuperset(path) else HOME


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
