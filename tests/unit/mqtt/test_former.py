"""What earlier configurations may have left at a broker."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.mqtt.former import AlarmTopics, Broker, former_alarm_topics, former_filters


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


def sinks(**tables: dict[str, Any]) -> dict[str, Any]:
    return {"sinks": {name: {"kind": "mqtt", "host": "HQ", **table} for name, table in tables.items()}}


HQ = Broker.of("hq", 1883)


def test_alarm_topics_that_no_sink_uses_any_more() -> None:
    earlier = [
        sinks(a={"topic": "cold"}, b={"topic": "x", "alarm_topic": "b/{id}"}),
        sinks(a={"topic": "cold", "alarm_topic": "cold/{asset}/{id}"}, b={"topic": "x", "alarm_topic": ""}),
        sinks(a={"topic": "cold", "alarm_topic": "no/alarm/of/its/own"}),
    ]
    now = sinks(a={"topic": "warm"}, c={"topic": "y", "alarm_topic": "b/{id}"})
    known = [*earlier, now]
    assert former_alarm_topics(known, "a", HQ) == AlarmTopics(("cold/alarms/{id}", "cold/{asset}/{id}"), ())
    assert former_alarm_topics(known, "c", HQ) == AlarmTopics((), ("cold/alarms/{id}", "cold/{asset}/{id}"))
    assert former_alarm_topics([*known, earlier[0]], "b", HQ).of_others == (
        "cold/{asset}/{id}",
        "warm/alarms/{id}",
    )


def test_only_of_the_same_broker() -> None:
    known = [sinks(a={"topic": "cold", "tls": {}}), sinks(a={"topic": "warm"})]
    assert former_alarm_topics(known, "a", HQ) == AlarmTopics((), ())
    assert former_alarm_topics(known, "a", Broker.of("hq", 8883)).ours == ("cold/alarms/{id}",)
    assert former_alarm_topics([], "a", HQ) == AlarmTopics((), ())
