"""What earlier configurations may have left at a broker."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.mqtt.former import former_filters


def document(*patterns: object, client_id: str = "edge", **source: Any) -> dict[str, Any]:
    topics = [{"pattern": p, "payload": "json"} for p in patterns]
    return {"sources": {"broker": {"kind": "mqtt", "client_id": client_id, "topics": topics, **source}}}


def test_filters_of_every_earlier_configuration_under_our_name() -> None:
    earlier = [
        document("cryo/{device}/t"),
        document("cryo/{rest...}", "cryo/{device}/t", host="elsewhere"),
        document("other/x", client_id="another"),
        document("not/mqtt", kind="serial"),
    ]
    assert former_filters(earlier, "edge") == ("cryo/+/t", "cryo/#")
    assert former_filters(earlier, "nobody") == ()


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"sources": 1},
        {"sources": {"a": 1}},
        document(client_id="edge", topics="x"),
        document(client_id="edge", topics=[1, {"pattern": 1}, {"pattern": "+/x"}, {}]),
    ],
)
def test_a_document_of_another_program_is_no_obstacle(odd: dict[str, Any]) -> None:
    assert former_filters([odd, document("a/b")], "edge")[-1] == "a/b"
