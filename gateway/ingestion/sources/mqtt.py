"""MQTT: messages of a broker, acknowledged only when their readings are on disk.

The broker keeps a persistent session for us: what we did not acknowledge, and what was published while
we were away, comes (again) at the next connection. Every message is acknowledged once the journal has
committed its batch, also one that was refused: a bad payload must not hold up those behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.ingestion.intake import Clock, Intake
from gateway.ingestion.link import Link
from gateway.ingestion.session import Session
from gateway.model import Arrivals, Decoded, Refusal, Refused
from gateway.mqtt.broker import Options as Options
from gateway.mqtt.broker import Tls as Tls
from gateway.mqtt.broker import Topic as Topic
from gateway.mqtt.broker import payload_format
from gateway.mqtt.client import Publication
from gateway.mqtt.topics import TopicPattern
from gateway.payloads import Message

KEPT_BYTES = 4096  # of an oversized payload: enough to see what it is
CACHED_TOPICS = 10_000  # a fleet has fewer; a device that invents topics must not grow our memory

Route = tuple[int, Mapping[str, str]]  # position among the configured topics, named parts


class Received(NamedTuple):
    """One message as it came; `mid` 0 needs no acknowledgement."""

    session: int  # number of the connection that it came on: only there it can be acknowledged
    mid: int
    topic: str
    payload: bytes  # of an oversized one only the beginning
    size: int  # bytes the payload had
    received_ns: int
    retained: bool
    late: bool  # the broker kept it while we were away
    clock_trusted: bool = True


class Source:
    """See the contract in gateway.ingestion.sources."""

    def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None:
        self.name = name
        self.link = Link(name)
        self._options = options
        self._channels = channels
        self._patterns = [TopicPattern.parse(topic.pattern) for topic in options.topics]
        self._decoders = [payload_format(topic.payload).Decoder(topic.options) for topic in options.topics]
        self._routes: dict[str, Route | None] = {}
        self._connections = 0
        self._session: Session | None = None

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """One connection, until `stop` is set. Raises LinkDown."""
        self._connections += 1
        number = self._connections

        def deliver(publications: Sequence[Publication], mark: int) -> None:
            received = self._received(number, publications, mark, intake.clock)
            intake.put_all(self.name, received, sum(len(r.payload) for r in received))

        session = Session(self._options, number, [p.filter for p in self._patterns], self.link, deliver)
        self._session = session
        try:
            session.open()
            while not stop.is_set():
                session.turn(intake.room)
        finally:
            self._session = None
            session.close()

    def decode(self, items: Sequence[Received]) -> Decoded:
        """Readings and refusals of a batch; every payload format decodes its share at once."""
        batches: dict[int, list[Message]] = {}
        refused: list[Refused] = []
        for item in items:
            route = self._route(item.topic)
            if route is None:
                refused.append(
                    _refused(item, Refusal.UNKNOWN_TOPIC, "no pattern of the configuration fits it")
                )
            elif item.size > self._options.largest_payload_bytes:
                refused.append(_refused(item, Refusal.OVERSIZED, f"{item.size} bytes"))
            else:
                message = Message(
                    item.topic,
                    route[1],
                    item.payload,
                    item.received_ns,
                    item.retained,
                    item.late,
                    item.clock_trusted,
                )
                batches.setdefault(route[0], []).append(message)
        parts = [self._decoders[i].decode(batch, self._channels) for i, batch in batches.items()]
        for part in parts:
            refused += part.refused
        self._ask()
        return Decoded(Arrivals.concatenate([part.arrivals for part in parts]), tuple(refused))

    def acknowledge(self, items: Sequence[Received]) -> None:
        """PUBACK those that came on the present connection; the broker sends the others again."""
        session = self._session
        if session is not None:
            session.acknowledge([i.mid for i in items if i.session == session.number and i.mid != 0])

    def _ask(self) -> None:
        """Send what decoders want to ask devices for, such as the births of a Sparkplug node."""
        session = self._session
        for decoder in self._decoders:
            for topic, payload in getattr(decoder, "requests", list)():
                if session is not None:
                    session.publish(topic, payload)

    def _received(
        self, session: int, publications: Sequence[Publication], mark: int, clock: Clock
    ) -> list[Received]:
        """In their order, a ns apart: without a device's time the receipt is that of the reading.

        `mark` is that of our subscription; what the broker kept while we were away carries an earlier one.
        """
        largest, now_ns, trusted = self._options.largest_payload_bytes, clock.now_ns(), clock.trusted
        return [
            Received(
                session,
                mid,
                topic,
                payload if len(payload) <= largest else payload[:KEPT_BYTES],
                len(payload),
                now_ns + k,
                retained,
                len(marks) > 0 and mark not in marks,
                trusted,
            )
            for k, (mid, topic, payload, retained, marks) in enumerate(publications)
        ]

    def _route(self, topic: str) -> Route | None:
        try:
            return self._routes[topic]
        except KeyError:
            if len(self._routes) >= CACHED_TOPICS:
                self._routes.clear()
            route = self._routes[topic] = self._find_route(topic)
            return route

    def _find_route(self, topic: str) -> Route | None:
        for i, pattern in enumerate(self._patterns):
            names = pattern.match(topic)
            if names is not None:
                return i, names
        return None


def _refused(item: Received, reason: Refusal, detail: str) -> Refused:
    return Refused(reason, detail, item.topic, item.payload, item.received_ns)
