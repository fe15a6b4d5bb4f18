"""What follows from an answer, in the schema: an alarm of the list is acknowledged, a statement is withdrawn.

They are links of OpenAPI 3.1 (4.8.20). A program that was made from the schema finds by them which part of an
answer names what another operation asks for; the tests follow them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

OF_ALARM: Final = ("acknowledge", "take", "assign", "comment", "close", "shelve", "unshelve")
STATED: Final = (  # operations whose answer has the id of a statement that can be withdrawn
    *(f"POST /alarms/{{alarm}}/{verb}" for verb in OF_ALARM),
    "POST /assets/{asset}/filling",
    "POST /assets/{asset}/empty",
    "POST /contents",
    "POST /placements",
)
# an operation, where its answer names something, and the operation that takes it in its path
LINKS: Final = (
    ("GET /alarms", "/items/0/id", "GET /alarms/{alarm}"),
    ("GET /alarms", "/items/0/id", "GET /alarms/{alarm}/history"),
    *(("GET /alarms", "/items/0/id", f"POST /alarms/{{alarm}}/{verb}") for verb in OF_ALARM),
    *((stated, "/id", "GET /statements/{statement}") for stated in STATED),
    *((stated, "/id", "POST /statements/{statement}/withdraw") for stated in STATED),
    ("GET /statements", "/items/0/id", "GET /statements/{statement}"),
    ("GET /statements", "/items/0/id", "POST /statements/{statement}/withdraw"),
    ("GET /assets", "/items/0/asset", "GET /assets/{asset}/events"),
    ("GET /assets", "/items/0/asset", "POST /assets/{asset}/filling"),
    ("GET /channels", "/items/0/channel", "GET /channels/{channel}/clocks"),
    ("GET /channels", "/items/0/channel", "GET /channels/{channel}/limits"),
    ("GET /people", "/items/0/id", "GET /people/{person}"),
    ("GET /accounts", "/accounts/0/account", "GET /accounts/{account}/sessions"),
    ("POST /holds", "/hold", "POST /holds/{hold}/release"),
    ("POST /accounts", "/account", "POST /accounts/{account}/lock"),
    ("POST /tokens", "/token_id", "DELETE /tokens/{name}"),
    ("GET /tokens", "/tokens/0/token_id", "DELETE /tokens/{name}"),
    ("GET /sessions", "/sessions/0/session", "DELETE /sessions/{session}"),
)


def add_links(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """To the schema of the application. Raises KeyError where a link names no operation."""
    for source, pointer, target in LINKS:
        operation = _operation(schema, prefix, target)
        answered = _operation(schema, prefix, source)["responses"]["200"]
        answered.setdefault("links", {})[operation["operationId"]] = {
            "operationId": operation["operationId"],
            "parameters": dict.fromkeys(_names(target), f"$response.body#{pointer}"),
        }
    return schema


def _operation(schema: dict[str, Any], prefix: str, named: str) -> dict[str, Any]:
    method, path = named.split()
    found: dict[str, Any] = schema["paths"][f"{prefix}{path}"][method.lower()]
    return found


def _names(path: str) -> Iterator[str]:
    return (part[1:-1] for part in path.split("/") if part.startswith("{"))
