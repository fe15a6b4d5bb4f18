"""The way into the demo's control room: an account made for it, and a link that logs in once, for a while.

Nothing of this is in the gateway. The link leads to a door that this program opens: it logs in by the API as
anybody would, and hands the session to the browser.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from gateway.accounts import totp
from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.commands import accounts as administration
from gateway.commands import logins
from gateway.commands.author import Author
from gateway.commands.desk import open_desk
from gateway.commands.people import enter
from gateway.config.load import load
from gateway.statements.person import Person

NAME: Final = "demo"
ROLES: Final = ("operator", "quality", "administrator")  # whoever tries it may see everything
GOOD_FOR_S: Final = 900.0
BY: Final = Author("demo", "demo")


@dataclass(frozen=True, slots=True)
class Login:
    """Of the demo operator; a recovery code is good once."""

    password: str
    codes: list[str]

    def words(self) -> str:
        return f"account: {NAME}\npassword: {self.password}\ncodes, each good once:\n" + "\n".join(self.codes)


def make_account(config: Path) -> Login:
    """In the journal of the demo, beside its gateway."""
    configuration, password = load(config), secrets.token_urlsafe(18)
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir) as accounts:
        enter(desk, BY, Person(NAME, "Demo Operator", "演示操作员", ("en", "zh"), "UTC", (), ()))
        link = administration.add(desk, accounts, BY, Account(NAME, ROLES, None)).link
        logins.offer(desk, accounts, link)
        key = accounts.links.totp(NAME)
        assert key is not None  # it was offered just now
        code = totp.code_of(key, totp.step_at(desk.clock.now_ns()))
        return Login(password, logins.set_up(desk, accounts, link, password, code, "cli").recovery_codes)


@dataclass(slots=True)
class Door:
    """Logs in whoever brings the link, once. `room`: the address of the pages."""

    room: str
    login: Login
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    is_used: bool = False
    until_s: float = field(default_factory=lambda: time.monotonic() + GOOD_FOR_S)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> str:
        """The link. The door belongs to a thread that ends with the program."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=server.serve_forever, name="door", daemon=True).start()
        return f"http://localhost:{server.server_port}/{self.secret}"

    def session(self, path: str) -> str | None:
        """The cookie of a new session; None where the link is wrong, used or over."""
        with self._turn:
            is_good = hmac.compare_digest(path.strip("/").encode(), self.secret.encode())
            if not is_good or self.is_used or time.monotonic() > self.until_s:
                return None
            self.is_used = True
        typed = {"account": NAME, "password": self.login.password, "code": self.login.codes[0]}
        asked = urllib.request.Request(
            f"{self.room}/api/v1/session", json.dumps(typed).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            cookies: list[str] = answer.headers.get_all("Set-Cookie", [])
        return next(one for one in cookies if one.startswith("cryogate="))


def _handler(door: Door) -> type[BaseHTTPRequestHandler]:
    class Visit(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookie = door.session(self.path)
            if cookie is None:
                self.send_error(
                    410, "used, over or wrong", f"Log in at {door.room}; demo-data/login.txt says how."
                )
                return
            self.send_response(303)
            self.send_header("Set-Cookie", cookie)
            self.send_header("Location", f"{door.room}/")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The link is nothing for a log."""

    return Visit
