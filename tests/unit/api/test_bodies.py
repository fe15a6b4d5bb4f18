"""Each operation that takes JSON shows what it takes, and would take what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.api.application import routers
from gateway.api.bodies import BODIES
from tests.unit.api.front_door import FrontDoor


def models() -> Iterator[tuple[str, Any]]:
    """Of each operation with a body, but of forms."""
    routes: list[Any] = [route for router in routers() for route in router.routes]
    for route in routes:
        body = route.body_field
        if body is not None and type(body.field_info).__name__ == "Body":
            yield f"{min(route.methods)} {route.path}", body.field_info.annotation


def test_each_has_one_that_its_model_takes() -> None:
    known = dict(models())
    assert set(known) == set(BODIES)
    for named, model in known.items():
        model.model_validate(BODIES[named])


def test_the_schema_shows_them(door: FrontDoor) -> None:
    paths = door.get("/openapi.json", None)["paths"]
    shown = paths["/api/v1/alarms/{alarm}/comment"]["post"]["requestBody"]["content"]["application/json"]
    assert shown["example"] == {"comment": "lid is closed"}
