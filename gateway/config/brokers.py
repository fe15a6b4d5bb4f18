"""What those of one configuration who speak MQTT do to each other at their brokers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from gateway.config.types import PlugIn
from gateway.mqtt.broker import Options, Topic
from gateway.mqtt.filters import covers, meet
from gateway.mqtt.former import Broker
from gateway.mqtt.topics import TopicPattern

MQTT: Final = "mqtt"  # the kind, in every section

Client = tuple[Broker, str]  # where, client_id


def doubled_clients(**sections: Mapping[str, PlugIn]) -> Iterator[tuple[str, str]]:
    """Clients that would throw each other out: the path of the later one, and what is wrong."""
    first: dict[Client, str] = {}
    for section, plug_ins in sections.items():
        for name, plug_in in plug_ins.items():
            if plug_in.kind != MQTT:
                continue
            path, options = f"{section}.{name}", plug_in.options
            other = first.setdefault(_client(options), path)
            if other != path:
                yield (
                    f"{path}.client_id",
                    f"{options.client_id!r} is that of {other} at the same broker, which throws out the one "
                    "when the other comes; give each its own",
                )


def doubled_patterns(sources: Mapping[str, PlugIn]) -> Iterator[str]:
    """Where topics match two patterns of a source, and which of them counts, in words."""
    for name, source in sources.items():
        if source.kind != MQTT:
            continue
        options: Options = source.options
        for earlier, later in combinations(options.topics, 2):
            yield from (f"sources.{name}: {remark}" for remark in _remarks(earlier, later))


def _remarks(earlier: Topic, later: Topic) -> Iterator[str]:
    one, other = TopicPattern.parse(earlier.pattern).filter, TopicPattern.parse(later.pattern).filter
    if covers(one, other):
        yield (
            f"pattern {later.pattern!r} is never used: {earlier.pattern!r} stands before it and takes all of "
            "its topics; put the narrower one first"
        )
    elif meet(one, other) and (earlier.payload, earlier.options) != (later.payload, later.options):
        yield (
            f"a topic can match both {earlier.pattern!r} ({earlier.payload}) and {later.pattern!r} "
            f"({later.payload}); the first one in the file counts: {earlier.pattern!r}"
        )


def _client(options: Any) -> Client:
    return Broker.of(options.host, options.port), options.client_id
