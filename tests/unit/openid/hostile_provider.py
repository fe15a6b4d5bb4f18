"""A provider of OpenID Connect that does what a test wants: honest until something in it is changed."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jws

KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CLIENT = "cryogate"


class HostileProvider:
    """`about`, `keys`, `claims` are what it says; `sign` makes a token of claims; `answer` a whole answer."""

    def __init__(self) -> None:
        self.issuer = ""
        self.about: dict[str, Any] = {}
        self.keys: Any = {"keys": [KEY.as_dict(private=False)]}
        self.claims: dict[str, Any] = {"preferred_username": "li.na", "sub": "s-1", "groups": ["operators"]}
        self.userinfo: dict[str, Any] = {}  # for whoever brings the access token
        self.sign: Callable[[dict[str, Any]], Any] = signed
        self.answer: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}  # by path
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}

    def begin(self) -> str:
        """Discovery as it is when all is well."""
        self.about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return self.issuer

    def log_in(self, address: str) -> dict[str, str]:
        """What the browser brings back from there."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        if asked is None or challenge(verifier) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        if "max_age" in asked:
            usual["auth_time"] = now
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.sign({**usual, **self.claims}),
        }


def signed(claims: dict[str, Any], key: Any = KEY, **header: Any) -> str:
    return jws.serialize_compact(
        {"alg": "RS256", "kid": "one", **header}, json.dumps(claims), key, [header.get("alg", "RS256")]
    )


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = (json.dumps({"alg": algorithm, "kid": "one"}), json.dumps(claims))
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def hostile_provider(tls: Any = None) -> Iterator[HostileProvider]:
    """At a free port of this machine; `tls`: a context, with it by https."""
    provider = HostileProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/auth?"):  # a person would log in here
                told = urlencode(provider.log_in(self.path))
                back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                page = f'<!DOCTYPE html><title>there</title><a href="{back}?{escape(told)}">go back</a>'
                send(self, page.encode(), **{"Content-Type": "text/html"})
                return
            knows = self.headers.get("Authorization") == "Bearer x"
            self._answered(
                {
                    "/.well-known/openid-configuration": provider.about,
                    "/keys": provider.keys,
                    "/userinfo": provider.userinfo if knows else {},
                }
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if "/token" in provider.answer:
                self._answered({})
            else:
                status, told = provider.token(form)
                send(self, json.dumps(told).encode(), status)

        def _answered(self, told: dict[str, Any]) -> None:
            provider.asked.append(self.path)
            if self.path in provider.answer:
                provider.answer[self.path](self)
            else:
                send(self, json.dumps(told[self.path]).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    provider.issuer = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    provider.begin()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(to: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    to.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }.items():
        to.send_header(name, value)
    to.end_headers()
    to.wfile.write(body)
