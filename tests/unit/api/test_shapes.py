"""Shapes of answers, from their examples: an example meets its own, and another type does not."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from gateway.api.application import routers
from gateway.api.shapes import shape_of

ROUTES: list[Any] = [route for router in routers() for route in router.routes]
LIST = {"schema": 1, "items": [{"asset": "dewar-1", "units": 2, "limits": [1.5], "odd": None}], "next": None}


@pytest.fixture(scope="module")
def jsonschema() -> Any:
    """Loaded for who uses it: that takes seconds, and every worker collects every file."""
    return import_module("jsonschema")


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{min(r.methods)} {r.path}")
def test_the_example_of_each_route_meets_its_schema(route: Any, jsonschema: Any) -> None:
    for shown in route.responses[route.status_code or 200]["content"].values():
        if "schema" in shown:
            jsonschema.validate(shown["example"], shown["schema"])


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"items": []},
        {"schema": 1, "items": [{"asset": 7}]},
        {"schema": 1, "items": [{"units": "2"}]},
        {"schema": 1, "items": [{"limits": ["1.5"]}]},
        {"schema": 1, "items": {"asset": "dewar-1"}},
    ],
    ids=str,
)
def test_another_type_is_another_shape(answer: Any, jsonschema: Any) -> None:
    jsonschema.validate(
        {"schema": 2, "items": [{"asset": None, "odd": 1, "new": 2}], "more": 1}, shape_of(LIST)
    )
    jsonschema.validate({"schema": 1, "items": "unknown"}, shape_of(LIST))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, shape_of(LIST))


def test_a_value_that_changed_can_be_anything(jsonschema: Any) -> None:
    shape = shape_of([{"field": "limit_degC", "old": "-150", "new": "-145"}])
    jsonschema.validate([{"field": "limit_degC", "old": -150.0, "new": ["a"]}], shape)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{"field": 1, "old": "-150", "new": "-145"}], shape)
