"""What earlier configurations told a broker to keep for us: subscriptions, and topics of retained alarms.

A configuration document is plain data as its file had it, perhaps that of an earlier version of the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.hosts import one_name
from gateway.mqtt.broker import usual_port
from gateway.mqtt.topics import TopicPattern

Document = Mapping[str, Any]


class Broker(NamedTuple):
    """Where it is, as far as a configuration says: one broker may have several names."""

    host: str
    port: int

    @staticmethod
    def of(host: str, port: int) -> Broker:
        return Broker(one_name(host), port)


class AlarmTopic(NamedTuple):
    """Where a sink has alarms retained."""

    broker: Broker
    sink: str
    topic: str


class AlarmTopics(NamedTuple):
    """Topics of retained alarms that no sink uses any more."""

    ours: tuple[str, ...]  # of the sink that asks, by name
    of_others: tuple[str, ...]


def former_filters(documents: Iterable[Document], client_id: str) -> tuple[str, ...]:
    """Every filter that was ever subscribed to under `client_id`, at whatever address the broker had then."""
    return tuple(
        dict.fromkeys(
            topic_filter
            for document in documents
            for _, table in tables(document, "sources")
            if table.get("client_id") == client_id
            for topic_filter in filters_of(table)
        )
    )


def former_alarm_topics(documents: Sequence[Document], name: str, broker: Broker) -> AlarmTopics:
    """At this broker, of sinks in earlier documents; the last document is the present one."""
    told = [[t for t in alarm_topics_of(document) if t.broker == broker] for document in documents]
    now = {t.topic for t in (told[-1] if told else ())}
    before = [t for each in told for t in each if t.topic not in now]
    ours = dict.fromkeys(t.topic for t in before if t.sink == name)
    others = dict.fromkeys(t.topic for t in before if t.sink != name)
    return AlarmTopics(tuple(ours), tuple(others))


def usual_alarm_topic(topic: str, given: str | None) -> str:
    """Where a sink tells of alarms; `given` as in its configuration."""
    return f"{topic}/alarms/{{id}}" if given is None else given


def tables(document: Document, section: str) -> Iterator[tuple[str, Document]]:
    """Those of kind `mqtt` in a section, by name."""
    named = document.get(section)
    for name, table in named.items() if isinstance(named, Mapping) else ():
        if isinstance(table, Mapping) and table.get("kind") == "mqtt":
            yield name, table


def broker_of(table: Document) -> Broker:
    """Of a source or sink."""
    port = table.get("port", 0)
    return Broker.of(str(table.get("host")), port if port else usual_port("tls" in table))


def alarm_topics_of(document: Document) -> Iterator[AlarmTopic]:
    """Under which its sinks have alarms retained."""
    for name, table in tables(document, "sinks"):
        topic = usual_alarm_topic(str(table.get("topic")), table.get("alarm_topic"))
        if "{id}" in topic:
            yield AlarmTopic(broker_of(table), name, topic)


def filters_of(table: Document) -> Iterator[str]:
    """Of a source."""
    topics = table.get("topics")
    for topic in topics if isinstance(topics, list) else ():
        pattern = topic.get("pattern") if isinstance(topic, Mapping) else None
        try:
            yield TopicPattern.parse(str(pattern)).filter
        except ValueError:  # another program's; the broker never had it from us
            continue
