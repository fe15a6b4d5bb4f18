"""What sources and sinks of one configuration do to each other at a broker: refused, or remarked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.config.load import parse
from gateway.errors import ConfigurationError

GATEWAY = '[gateway]\nname = "test"\n'
SOURCE = """
[sources.{name}]
kind = "mqtt"
host = "{host}"
client_id = "{client}"
protocol = "{protocol}"
"""
TOPIC = """
[[sources.{name}.topics]]
pattern = "{pattern}"
payload = "{payload}"
"""
JSON = 'options = {{ readings = [{{ address = "x", value_pointer = "/{value}" }}] }}\n'
SINK = """
[sinks.{name}]
kind = "mqtt"
host = "{host}"
client_id = "{client}"
topic = "cold"
"""


def source(name: str, client: str = "edge", host: str = "broker", protocol: str = "5", more: str = "") -> str:
    return SOURCE.format(name=name, client=client, host=host, protocol=protocol) + (
        more or topic(name, "a/{x}")
    )


def topic(name: str, pattern: str, payload: str = "json", value: str = "t") -> str:
    written = TOPIC.format(name=name, pattern=pattern, payload=payload)
    return written + (JSON.format(value=value) if payload == "json" else "")


def sink(name: str, client: str = "edge", host: str = "broker") -> str:
    return SINK.format(name=name, client=client, host=host)


def remarks(*parts: str) -> tuple[str, ...]:
    told = parse(tomllib.loads(GATEWAY + "".join(parts)), Path("cryogate.toml")).remarks
    return tuple(one for one in told if "without TLS" not in one)


def problems(*parts: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        remarks(*parts)
    return caught.value.problems


@pytest.mark.parametrize(
    ("parts", "path", "other"),
    [
        ((source("one"), source("two")), "sources.two.client_id", "sources.one"),
        ((source("one"), sink("two")), "sinks.two.client_id", "sources.one"),
        ((sink("one"), sink("two", host="BROKER")), "sinks.two.client_id", "sinks.one"),
        (
            (source("one", host="localhost"), sink("two", host="127.0.0.1")),
            "sinks.two.client_id",
            "sources.one",
        ),
    ],
)
def test_one_name_twice_at_a_broker_is_refused(parts: tuple[str, ...], path: str, other: str) -> None:
    (found,) = problems(*parts)
    assert found.startswith(f"{path}: 'edge' is that of {other} at the same broker")
    assert found.endswith("give each its own")


def test_one_name_at_two_brokers_and_two_names_at_one_are_fine() -> None:
    assert not remarks(source("one"), source("two", host="elsewhere"), sink("three", client="edge-sink"))
    assert not remarks(source("one"), sink("two") + "port = 1884\n")


def test_it_is_said_which_of_two_patterns_counts() -> None:
    patterns = topic("one", "a/{x}/t", value="first"), topic("one", "{y}/b/t", value="second")
    (remark,) = remarks(source("one", more="".join(patterns)))
    assert remark == (
        "sources.one: a topic can match both 'a/{x}/t' (json) and '{y}/b/t' (json); "
        "the first one in the file counts: 'a/{x}/t'"
    )
    same = topic("one", "a/{x}/t"), topic("one", "{y}/b/t")
    assert not remarks(source("one", more="".join(same)))


def test_a_pattern_that_is_never_used_is_said() -> None:
    wide, narrow = topic("one", "a/{rest...}"), topic("one", "a/{x}/t")
    (remark,) = remarks(source("one", more=wide + narrow))
    assert "pattern 'a/{x}/t' is never used: 'a/{rest...}' stands before it" in remark
    assert not remarks(source("one", more=narrow + wide))
    senml = topic("one", "a/{rest...}", "senml")
    (remark,) = remarks(source("one", more=narrow + senml))
    assert "'a/{x}/t' (json) and 'a/{rest...}' (senml); the first one in the file counts" in remark


def test_patterns_that_only_meet_need_mqtt_5() -> None:
    patterns = topic("one", "a/{x}/t"), topic("one", "{y}/b/t")
    (found,) = problems(source("one", protocol="3.1.1", more="".join(patterns)))
    assert "a topic can match both 'a/+/t' and '+/b/t'" in found
    assert 'set protocol = "5", or add a last pattern that covers both' in found
    assert not remarks(source("one", protocol="3.1.1", more="".join((*patterns, topic("one", "{z}/{x}/t")))))
