"""The API with real accounts, as a browser and a program ask it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from gateway.accounts import totp
from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.api.application import application, guarded
from gateway.api.members import Members
from gateway.api.who import Gate
from gateway.api.world import World
from gateway.commands import accounts as administration
from gateway.commands import logins
from gateway.commands.author import Author
from gateway.commands.desk import open_desk
from gateway.commands.people import enter
from gateway.config.load import load
from gateway.statements.person import Person
from tests.unit.accounts.members import CHEAP, PASSWORD

BOSS = Author("Wang Wei", "wang")


class MembersDoor:
    """One browser; `browser` makes another one. `codes`: recovery codes of li.na, each good once."""

    def __init__(self, config: Path, url: str = "https://localhost") -> None:
        self.configuration, self.url = load(config), url
        self.folder = self.configuration.data_dir
        self.links = {name: self._account(name) for name in ("li.na", "zhao")}
        self.codes = self.set_up("li.na")
        world = self.world = World(self.configuration, lambda: None)
        self.inner = application(world, Gate(Members(self.folder), time.time_ns))
        self.app = guarded(self.inner)
        self.client = self.browser()
        self.csrf = ""

    def browser(self, address: str = "10.0.0.7") -> TestClient:
        return TestClient(self.app, self.url, raise_server_exceptions=False, client=(address, 5000))

    def log_in(self, client: TestClient | None = None, **typed: str) -> Any:
        """The answer; the browser keeps the cookies."""
        code = typed.pop("code", None) or self.codes.pop()
        usual = {"account": "li.na", "password": PASSWORD, "code": code}
        answer = (client or self.client).post("/api/v1/session", json={**usual, **typed})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    def again(self, **typed: str) -> dict[str, str]:
        """What who is logged in as li.na proves again."""
        return {"password": PASSWORD, "code": self.codes.pop(), **typed}

    def ask(self, method: str, path: str, client: TestClient | None = None, **more: Any) -> Any:
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return (client or self.client).request(method, f"/api/v1{path}", headers=headers, **more)

    def set_up(self, identity: str) -> list[str]:
        with open_desk(self.configuration) as desk, open_accounts(self.folder, CHEAP) as accounts:
            logins.offer(desk, accounts, self.links[identity])
            key = accounts.links.totp(identity)
            assert key is not None
            code = totp.code_of(key, totp.step_at(desk.clock.now_ns()))
            return logins.set_up(desk, accounts, self.links[identity], PASSWORD, code, "cli").recovery_codes

    def _account(self, identity: str) -> str:
        with open_desk(self.configuration) as desk, open_accounts(self.folder, CHEAP) as accounts:
            enter(desk, BOSS, Person(identity, identity.title(), "", ("en",), "UTC", (), ()))
            return administration.add(desk, accounts, BOSS, Account(identity, ("operator",), ("lab",))).link
