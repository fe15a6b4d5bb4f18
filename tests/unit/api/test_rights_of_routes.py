"""Every route, asked by every role, of the own site and of another one: the table of rights decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.api.application import routers
from gateway.api.who import OPEN, action_of
from gateway.rights.principal import Principal
from gateway.rights.table import ACTIONS, ROLES
from tests.unit.api.front_door import Tokens
from tests.unit.api.two_sites import FROM, TO, TwoSites

ROUTES: list[Any] = [route for router in routers() for route in router.routes]
BY_SESSION_ALONE = ("/session",)  # no token opens them
REFUSED, ABSENT = 403, 404
HERE = {
    "asset": "freezer",
    "channel": "top",
    "site": "s",
    "code": "BAG-1",
    "person": "li.na",
    "passkey": "none",
    "account": "nobody",
    "source": "broker",
    "roster": "night",
    "siren": "lamp",
    "proposal": "P-1",
    "entry": "1",
    "job": "J-1",
}
AT_PORT = "operator+quality+supply-chain@port"
UNIT = {"scheme": "holder", "code": "X", "asset": "freezer", "from": FROM}
SAID = {
    "comment": "x",
    "reason": "x",
    "rule": "r",
    "to": "wang.wei",
    "lasting": "30min",
    "units": [UNIT],
    "record": ["profile", "p", "1"],
    "meaning": "approved",
    "password": "x",
    "code": "x",
    "asset": "freezer",
    "channel": "top",
    "site": "s",
    "text": "[[profiles.p]]",
    "why": "x",
    "toml": 'sites = ["s"]',
    "person": "wang.wei",
    "instead_of": "li.na",
    "until": "2027-01-01T00:00:00Z",
    "assessment": "x",
    "codes": ["BAG-1"],
    "decision": "use",
    "revision": 1,
    "places": [],
}
QUERIES = {
    "/channels/{channel}/clocks": f"?from={FROM}&to={TO}",
    "/readings": "?channel=top",
    "/readings/file": "?channel=top",
    "/rosters/week": "?site=s",
    "/handover": "?site=s",
    "/live": "?after=999999",
    "/codes": "?text=BAG-9",
}


def asked() -> Iterator[Any]:
    for route in ROUTES:
        by_session = any(route.path.startswith(start) for start in BY_SESSION_ALONE)
        if action_of(route) != OPEN and not by_session:
            yield route


def principal(token: str) -> Principal:
    found = Tokens().by_token(token, 0)
    assert found is not None
    return found


@pytest.fixture
def quick(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> TwoSites:
    monkeypatch.setattr("gateway.api.live.LONGEST_S", 0.01)
    sites.enter_people()
    sites.set_roster("s")
    return sites


def path_of(route: Any, sites: TwoSites) -> str:
    names = {**HERE, "alarm": sites.alarms()["top"], "name": "central", "hold": "H-1"}
    names["statement"] = next(iter(sites.desk.journal.statements("containment")))[1].id
    return str(route.path).replace(":path}", "}").format(**names) + QUERIES.get(route.path, "")


def test_each_role_may_what_the_table_says(quick: TwoSites) -> None:
    """Whoever may is refused for another reason at most: an empty request is not enough for an action."""
    for route in asked():
        method, action, path = min(route.methods), action_of(route), path_of(route, quick)
        for role in ROLES:
            may = principal(role).may_somewhere(action)
            account = f"{role}!{role}"  # of its own: each has a rate
            answer = quick.door.ask(method, path, account, **({} if method == "GET" else {"json": {}}))
            assert (answer.status_code == REFUSED) != may, (role, method, path, answer.text[:200])
            assert answer.status_code < 500 or answer.status_code == 503, (role, method, path, answer.text)


@pytest.mark.parametrize("token", ["viewer+quality@port", "inspector~shipper", "inspector@port~shipper"])
def test_nobody_sees_another_site(quick: TwoSites, token: str) -> None:
    """Whatever one at the port, or an inspector of the shipper, may read: nothing of the freezer."""
    who = principal(token)
    for route in asked():
        action, path = action_of(route), path_of(route, quick)
        if route.methods != {"GET"} or ACTIONS[action].scope.value != "site" or not who.may_somewhere(action):
            continue
        answer = quick.door.ask("GET", path, token)
        assert answer.status_code in (200, ABSENT, 422), (path, answer.text)
        for name in ("freezer", "BAG-1", '"top"'):
            assert answer.status_code != 200 or name not in answer.text, path


def test_nobody_acts_at_another_site(quick: TwoSites) -> None:
    for route in asked():
        action = ACTIONS[action_of(route)]
        by_file = "imports" in route.path or route.path in ("/contents/file", "/plans")
        if "POST" not in route.methods or action.scope.value != "site" or by_file:
            continue
        sent = {name: value for name, value in SAID.items() if name in fields_of(route)}
        if route.path.startswith("/out-of-service"):
            sent.pop("channel")
        before = quick.desk.journal.last_seq()
        answer = quick.door.ask("POST", path_of(route, quick), AT_PORT, json=sent)
        if route.path != "/profiles/preview":
            assert answer.status_code in (REFUSED, ABSENT), (route.path, sent, answer.text)
        assert quick.desk.journal.last_seq() == before, route.path


def fields_of(route: Any) -> set[str]:
    """Of the body."""
    fields = route.body_field.field_info.annotation.model_fields
    return {field.alias or name for name, field in fields.items()}
