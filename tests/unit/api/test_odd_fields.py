"""Whatever stands in a field of a request: it is answered, or refused in words; never a mistake of ours."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

from tests.unit.api.two_sites import TwoSites

ODD = (
    *("", " ", "\0", "a\nb", "\x1b[2J", "../../etc/passwd", "' OR 1=1 --", "%00", "a" * 199, "李娜", "🧊"),
    *("<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "=cmd|' /C calc'!A0", "\u202eevil"),
    *("-1", "0", "1e309", "NaN", "9" * 40, "true", "null", "[]", "{}", "2026-01-05T12:00:00Z", "2026-01-05"),
    *("9999-99-99T99:99:99Z", "0000-01-01T00:00:00Z", "2026-01-05T12:00:00+99:00"),
    *("top", "freezer", "s", "E", "li.na"),
)
EXTRA = {"comment": "x", "extra": "y"}
BODIES: tuple[Any, ...] = (None, [], {}, "text", 1, True, {"comment": {}}, [[[[]]]], EXTRA)
TIMES = 6  # each route; routes share most of their fields


def test_odd_fields_are_no_mistake_of_ours(sites: TwoSites, monkeypatch) -> None:
    monkeypatch.setattr("gateway.api.live.LONGEST_S", 0.01)
    chance = random.Random(7)
    paths = sites.door.get("/openapi.json", None)["paths"]
    for path, operations in sorted(paths.items()):
        for method, operation in sorted(operations.items()):
            for _ in range(TIMES):
                url, asked = _request(chance, path, operation)
                answer = sites.door.ask(method.upper(), url, "administrator+operator+quality", **asked)
                assert answer.status_code < 500 or answer.status_code == 503, (
                    method,
                    url,
                    asked,
                    answer.text,
                )
                if answer.headers.get("content-type", "").startswith("text/html"):  # a page for a person
                    assert "</html>" in answer.text, url
                elif answer.status_code >= 400 and answer.status_code != 404:
                    assert answer.json()["detail"], url


def test_what_was_typed_is_shown_as_text(sites: TwoSites) -> None:
    alarm = sites.alarms()["top"]
    script = "<script>alert(1)</script>"
    said = sites.door.ask("POST", f"/alarms/{alarm}/comment", "operator", json={"comment": script})
    assert said.status_code == 200
    shown = sites.door.ask("GET", "/statements?kind=comment")
    assert script in shown.json()["items"][0]["body"]["comment"]
    assert shown.headers["content-type"] == "application/json"
    assert shown.headers["x-content-type-options"] == "nosniff"
    for broken in ("a\nb", "\x1b[2J"):
        refused = sites.door.ask("POST", f"/alarms/{alarm}/comment", "operator", json={"comment": broken})
        assert refused.status_code == 422 and "printable" in refused.json()["detail"]


def _request(chance: random.Random, path: str, operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """With odd texts in some of its fields."""
    query = list[str]()
    url = path.removeprefix("/api/v1")
    for field in operation.get("parameters", ()):
        odd = chance.choice(ODD)
        if field["in"] == "path":
            url = url.replace(f"{{{field['name']}}}", quote(odd or "x", safe=""))
        elif field["in"] == "query" and chance.random() < 0.6:
            query.append(f"{field['name']}={quote(odd, safe='')}")
    asked: dict[str, Any] = {}
    if "requestBody" in operation:
        asked["json"] = chance.choice([*BODIES, dict.fromkeys(FIELDS, chance.choice(ODD)), _body(chance)])
    return f"{url}?{'&'.join(query)}" if query else url, asked


FIELDS = ("comment", "reason", "to", "asset", "channel", "lasting", "until", "at", "corrects", "toml", "why")


def _body(chance: random.Random) -> dict[str, Any]:
    return {name: str(chance.choice(ODD)) for name in chance.sample(FIELDS, 3)}
