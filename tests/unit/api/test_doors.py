"""Whatever is asked: who may, what is refused before it is read, which headers every answer has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute

from gateway.api import guards, limits
from gateway.api.application import routers
from gateway.api.describing import told
from gateway.api.problems import Problem, problem_of
from gateway.api.who import OPEN, _why_not, action_of, admit
from gateway.commands.logins import too_soon
from gateway.errors import InputError
from gateway.rights.principal import BY_TOKEN
from gateway.rights.table import ACTIONS
from tests.unit.api.front_door import FrontDoor, Tokens

WAYS_IN = (  # asked by who is nobody yet
    "/first-start",
    "/link",
    "/session",
    "/session/passkey",
    "/session/passkey/options",
    "/set-up",
    "/set-up/confirm",
)
NAVIGATIONS = ("/openid/begin", "/openid/return")  # a browser goes there by itself; a state binds both
LOOKS = (
    *("/profiles/preview", "/imports/preview", "/contents/preview"),
    *("/reports", "/journal/verify", "/journal/replay", "/alarm-health/advice"),
)  # they need a body, and change nothing
ROUTES: list[Any] = [route for router in routers() for route in router.routes]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{min(r.methods)} {r.path}")
def test_every_route_names_its_action_and_shows_an_example(route: APIRoute) -> None:
    assert action_of(route) in {OPEN, *ACTIONS}
    reads = ACTIONS[action_of(route)].reads if action_of(route) != OPEN else route.path not in WAYS_IN
    assert (route.methods <= {"GET"}) == reads or route.path in LOOKS
    shown = route.responses[route.status_code or 200]["content"]
    assert all("example" in one for one in shown.values()) and route.description


def test_only_what_says_nothing_is_open() -> None:
    assert {route.path for route in ROUTES if action_of(route) == OPEN} == {
        "/alive",
        "/link/{token}",
        "/openid",
        *NAVIGATIONS,
        *WAYS_IN,
    }


def test_a_route_without_an_action_is_refused_to_everybody(door: FrontDoor) -> None:
    router = APIRouter()
    router.add_api_route("/hole", lambda: {"open": True})
    door.app.include_router(router, prefix="/api/v1", dependencies=[Depends(admit)])
    assert door.ask("GET", "/hole", "administrator").status_code == 403
    assert door.ask("GET", "/hole", None).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic bGk6bmE=", "Bearer forged", f"Bearer {'x' * 201}"]
)
def test_nobody_is_let_in_without_a_token_that_counts(door: FrontDoor, header: str) -> None:
    answer = door.ask("GET", "/status", None, headers={"Authorization": header})
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Authorization: Bearer TOKEN" in answer.json()["detail"]


def test_who_may_not_is_told_so(door: FrontDoor) -> None:
    assert door.ask("GET", "/status", "inspector").status_code == 403
    of_one_site = door.ask("GET", "/status", "operator@lab")
    assert of_one_site.status_code == 403 and "status.read" in of_one_site.json()["detail"]


def test_a_program_is_told_that_it_takes_a_person() -> None:
    """No administrator can give its owner a role that helps."""
    who = Tokens().by_token("quality", 0)
    assert who is not None
    program = replace(who, authenticated=f"{BY_TOKEN}t")
    assert "a person who is logged in has to" in _why_not(program, "out-of-service.approve")
    assert "ask an administrator" in _why_not(program, "account.read")
    assert "ask an administrator" in _why_not(who, "account.write")


@pytest.mark.parametrize("path", ["/alive", "/status", "/nothing", "/fails"])
def test_every_answer_has_the_headers_of_security(door: FrontDoor, path: str) -> None:
    async def fail(request: Request) -> None:
        raise ZeroDivisionError(request.url.path)

    door.app.add_api_route("/api/v1/fails", fail)
    answer = door.ask("GET", path, None)
    for name, value in guards.HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["strict-transport-security"] == guards.ONE_YEAR
    assert "'unsafe" not in answer.headers["content-security-policy"]


def test_a_mistake_of_ours_is_a_problem_without_details(door: FrontDoor) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret")

    door.app.add_api_route("/api/v1/fails", fail)
    answer = door.ask("GET", "/fails")
    assert answer.status_code == 500 and "secret" not in answer.text and "log has" in answer.json()["detail"]


def test_what_is_too_large_is_not_read(door: FrontDoor) -> None:
    async def take(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    door.app.add_api_route("/api/v1/take", take, methods=["POST"])
    large = b"x" * (limits.LARGEST_BODY + 1)
    assert door.ask("POST", "/take", content=large[1:]).json() == {"bytes": limits.LARGEST_BODY}
    assert door.ask("POST", "/take", content=large).status_code == 413
    assert door.ask("POST", "/take", content=iter([large[:9], large[9:]])).status_code == 413
    assert door.ask("POST", "/take", content=b"", headers={"Content-Length": "1e9"}).status_code == 413
    assert door.ask("GET", f"/{'x' * limits.LONGEST_PATH}").status_code == 414
    assert door.ask("GET", f"/alive?{'x' * (limits.LONGEST_QUERY + 1)}").status_code == 414


def test_a_field_that_stands_twice_is_refused(door: FrontDoor) -> None:
    def take(body: dict[str, Any]) -> dict[str, Any]:
        return body

    door.app.add_api_route("/api/v1/take", take, methods=["POST"])
    headers = {"Content-Type": "application/json"}
    assert door.ask("POST", "/take", content=b'{"at": 1, "by": 2}', headers=headers).json() == {
        "at": 1,
        "by": 2,
    }
    twice = door.ask("POST", "/take", content=iter([b'{"at": 1, ', b'"at": 2}']), headers=headers)
    assert twice.status_code == 422 and "'at' stands twice in one object" in twice.json()["detail"]
    assert door.ask("POST", "/take", content=b'{"at": 1, ', headers=headers).status_code == 422


async def test_who_sends_too_slowly_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    never, sent = asyncio.Event(), list[Any]()

    async def receive() -> dict[str, Any]:
        await never.wait()
        return {}

    async def read(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(Problem, match="send it faster") as told:
            await receive()
        sent.append(told.value.status_code)

    monkeypatch.setattr(guards, "BODY_WITHIN_S", 0.0)
    headers = [(b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "path": "/", "query_string": b"", "headers": headers}
    await guards.Limits(read)(scope, receive, receive)
    assert sent == [408]


def test_the_schema_is_whole(door: FrontDoor) -> None:
    schema = door.get("/openapi.json", None)
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert operation["x-action"] and operation["responses"], path


def test_a_wrong_field_is_named(door: FrontDoor) -> None:
    router = APIRouter()
    router.add_api_route("/many", lambda many: None, **told("health.read", {}))
    door.app.include_router(router, prefix="/api/v1", dependencies=[Depends(admit)])
    answer = door.ask("GET", "/many")
    assert answer.status_code == 422 and answer.json()["errors"] == [
        {"field": "query.many", "what": "Field required"}
    ]


def test_who_has_to_wait_is_told_how_long() -> None:
    """By whatever command: a log-in, a signature, the proof before a change of the own account."""
    told_so = problem_of(too_soon(16))
    assert told_so.status_code == 429 and told_so.headers == {"Retry-After": "16"}
    assert "wait 16 s" in told_so.detail


def test_what_a_command_calls_an_option_is_a_field_here() -> None:
    error = InputError("say until when: --for 30min, or --until TIME; `cryogate drill --report` lists them")
    assert problem_of(error).detail == (
        "say until when: `lasting` 30min, or `until` TIME; `cryogate drill --report` lists them"
    )
