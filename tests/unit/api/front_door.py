"""The API of a gateway's data folder, asked in this process by whoever a test needs."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from gateway.api.application import application, guarded
from gateway.api.who import Gate
from gateway.api.world import World
from gateway.config.load import load
from gateway.doctor.examination import examine
from gateway.rights.principal import Principal

HOUR_NS = 3600 * 10**9


class Tokens:
    """Tokens that say themselves who bears them: "viewer", "operator@lab,port", "quality!wang.wei".

    "inspector~freezer": one who is bound to assets.
    """

    def by_token(self, token: str, now_ns: int) -> Principal | None:
        token, _, name = token.partition("!")
        token, _, assets = token.partition("~")
        roles, _, sites = token.partition("@")
        marked = tuple(assets.split(",")) if assets else None
        name = name or "li.na"
        if token == "forged":
            return None
        scope = tuple(sites.split(",")) if sites else None
        told = tuple(roles.split("+"))
        return Principal(name, name, told, scope, marked, "password+totp", now_ns + HOUR_NS, "s-1")

    def stands(self, who: Principal, now_ns: int) -> bool:
        return True

    def by_session(self, secret: str, now_ns: int) -> Principal | None:
        return None


class FrontDoor:
    """`get` and `post` answer with what a bearer of the token is answered."""

    def __init__(self, config: Path) -> None:
        self.config = config
        examined = lambda: examine(config, time.time_ns(), datetime.datetime.now(datetime.UTC).date())  # noqa: E731
        self.world = World(load(config), examined)
        self.app = application(self.world, Gate(Tokens(), time.time_ns))
        self.client = TestClient(guarded(self.app), "https://localhost", raise_server_exceptions=False)

    def get(self, path: str, token: str = "viewer", **asked: Any) -> Any:
        """JSON. Fails unless it is answered."""
        answer = self.ask("GET", path, token, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, method: str, path: str, token: str | None = "viewer", **asked: Any) -> Any:
        headers = asked.pop("headers", {})
        if token is not None:
            headers = {"Authorization": f"Bearer {token}", **headers}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **asked)
