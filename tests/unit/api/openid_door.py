"""The API with log-in by OpenID Connect: a browser that goes to a provider and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from gateway.commands.desk import open_desk
from gateway.commands.people import enter
from gateway.journal.records import Records
from gateway.journal.said import said
from gateway.statements import account as stating
from gateway.statements.person import Person
from tests.unit.api.members_door import BOSS, MembersDoor
from tests.unit.commands.front_desk import CONFIG

COOKIE, SESSION = "__Host-cryogate-openid", "__Host-cryogate"
OPENID = """
[sites.port]
[pages]
address = "https://localhost"
[pages.openid]
issuer = "{issuer}"
client_id = "cryogate"
label_en = "Lab log-in"
adopt = {adopt}
[[pages.openid.groups]]
group = "operators"
roles = ["operator"]
sites = ["lab"]
[[pages.openid.groups]]
group = "quality"
roles = ["quality"]
sites = ["lab"]
[[pages.openid.groups]]
group = "bosses"
roles = ["administrator"]
[[pages.openid.groups]]
group = "signers"
roles = ["quality"]
"""


class OpenIdDoor(MembersDoor):
    """li.na and zhao have local accounts; wu is a person, known to the provider."""

    def __init__(self, folder: Path, issuer: str, adopt: str = "false", more: str = "") -> None:
        config = folder / "cryogate.toml"
        text = OPENID.format(issuer=issuer, adopt=adopt).replace("label_en", f"{more}\nlabel_en")
        config.write_text(CONFIG + text, encoding="utf-8")
        super().__init__(config)
        with open_desk(self.configuration) as desk:
            enter(desk, BOSS, Person("wu", "Wu", "", ("en",), "UTC", (), ()))

    def can_sign(self) -> None:
        """As if a gateway had run here."""
        Records(self.folder / "records.sqlite").close()

    def begin(self, client: TestClient | None = None, **asked: Any) -> Any:
        return (client or self.client).get("/api/v1/openid/begin", params=asked, follow_redirects=False)

    def back(self, client: TestClient | None = None, **brought: Any) -> Any:
        headers = {"Accept": "text/html,*/*"}
        return (client or self.client).get("/api/v1/openid/return", params=brought, headers=headers)

    def session(self, client: TestClient | None = None) -> Any:
        return self.ask("GET", "/session", client).json()

    def stated(self) -> list[tuple[str, str, str]]:
        """Who did what to accounts, by what, the newest last."""
        with open_desk(self.configuration) as desk:
            every = [(s.by, stating.of(s.body)) for s in said(desk.journal, stating.KIND)]
        return [(by, one.did, one.what) for by, one in every if one.id == "wu"]
