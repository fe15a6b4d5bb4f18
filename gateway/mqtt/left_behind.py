"""What a change of the configuration ends at brokers, and what it leaves there, in words for people.

A broker keeps subscriptions, sessions with what waits in them, and retained alarms, until somebody tells it
not to. The gateway tells those that it still goes to; of the others people have to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gateway.mqtt.former import Broker, Document, alarm_topics_of, broker_of, filters_of, tables

WEEK_S: Final = 604_800  # session_expiry_s where the file does not say


class _Client(NamedTuple):
    broker: Broker
    client_id: str


def left_by(before: Document, after: Document) -> Iterator[str]:
    """`after` takes the place of `before`: both as their files have them."""
    yield from _subscriptions(before, after)
    yield from _sessions(before, after)
    yield from _alarms(before, after)


def _subscriptions(before: Document, after: Document) -> Iterator[str]:
    now = _sources(after)
    for client, (name, table) in _sources(before).items():
        if client in now:
            gone = [f for f in filters_of(table) if f not in filters_of(now[client][1])]
            if gone:
                yield (
                    f"sources.{name}: {', '.join(gone)} is unsubscribed; what waits of it at the broker is "
                    "refused as unknown-topic"
                )


def _sessions(before: Document, after: Document) -> Iterator[str]:
    now = _sources(after)
    for client, (name, table) in _sources(before).items():
        if client not in now:
            host, port = client.broker
            lasts = f"for {table.get('session_expiry_s', WEEK_S)} s more"
            if table.get("protocol") == "3.1.1":
                lasts = "until somebody ends it"
            yield (
                f"sources.{name}: the broker at {host}:{port} keeps the session of client "
                f"{client.client_id!r} {lasts}; what waits in it never comes. Let the gateway take it before "
                f"the change; end it with `mosquitto_sub -h {host} -p {port} -i {client.client_id} -t x -E`"
            )


def _alarms(before: Document, after: Document) -> Iterator[str]:
    now = set(alarm_topics_of(after))
    reached = {broker_of(table) for _, table in tables(after, "sinks")}
    for broker, name, topic in alarm_topics_of(before):
        if topic in {t for b, _, t in now if b == broker}:
            continue
        if broker in reached:
            yield f"sinks.{name}: alarms that are kept under {topic!r} are emptied there"
        else:
            yield (
                f"sinks.{name}: alarms stay retained at {broker.host}:{broker.port} under {topic!r}, where "
                "no sink goes any more; empty them there (docs/sinks.md)"
            )


def _sources(document: Document) -> dict[_Client, tuple[str, Mapping[str, Any]]]:
    return {
        _Client(broker_of(table), str(table.get("client_id"))): (name, table)
        for name, table in tables(document, "sources")
    }
