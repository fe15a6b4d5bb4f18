"""MQTT: messages of a broker, acknowledged only when their readings are on disk.

The broker keeps a persistent session for us: what we did not acknowledge, and what was published while
we were away, comes (again) at the next connection. Every message is acknowledged once the journal has
committed its batch, also one that was refused: a bad payload must not hold up those behind it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from gateway.errors import LinkDown
from gateway.ingestion.intake import Clock, Intake
from gateway.ingestion.leftovers import Leftovers
from gateway.ingestion.link import Link
from gateway.model import Arrivals, Decoded, Refusal, Refused
from gateway.mqtt.broker import Options as Options
from gateway.mqtt.broker import Tls as Tls
from gateway.mqtt.broker import Topic as Topic
from gateway.mqtt.broker import payload_format
from gateway.mqtt.copies import Copies
from gateway.mqtt.filters import covers
from gateway.mqtt.former import Document, former_filters
from gateway.mqtt.publication import Publication
from gateway.mqtt.topics import TopicPattern
from gateway.payloads import Message
from gateway.payloads.remembered import Remembered

if TYPE_CHECKING:
    from gateway.ingestion.session import Session

KEPT_BYTES = 4096  # of an oversized payload: enough to see what it is

SHORT_LIVED_S = 60.0  # a connection; what takes our place waits no longer
HUNG_UP = 2  # such connections one after the other, and nobody refused us in between: another has our name


class Route(NamedTuple):
    """How the messages of a topic are read. The first pattern of the configuration that fits counts."""

    topic: int  # position among the configured ones
    names: Mapping[str, str]
    several: bool  # several of our subscriptions bring it
    several_before: bool  # so they may have, with those of earlier configurations


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
    marks: tuple[int, ...]  # of the subscriptions that it came for


class Source:
    """See the contract in gateway.ingestion.sources."""

    def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None:
        self.name = name
        self.link = Link(name)
        self._options = options
        self._channels = channels
        self._patterns = [TopicPattern.parse(topic.pattern) for topic in options.topics]
        self._decoders = [payload_format(topic.payload).Decoder(topic.options) for topic in options.topics]
        self._routes: Remembered[str, Route | Literal["none"]] = Remembered()
        self._connections = 0
        self._session: Session | None = None
        self._former: tuple[str, ...] = ()
        self._leftovers = Leftovers(options.subscriptions)
        self._copies = Copies()
        self._hung_up = 0  # times in a row

    def succeed(self, earlier: Sequence[Document]) -> None:
        """End what earlier configurations subscribed to under our client_id; the broker goes on otherwise."""
        self._former = former_filters(earlier, self._options.client_id)
        patterns = [p.filter for p in self._patterns]
        self._leftovers = Leftovers(self._options.subscriptions, (*self._former, *patterns))

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """One connection, until `stop` is set. Raises LinkDown."""
        from gateway.ingestion.session import Session  # and with it paho: who reads Options needs neither

        self._connections += 1
        number = self._connections

        def deliver(publications: Sequence[Publication], marks: frozenset[int]) -> None:
            received = self._received(number, publications, marks, intake.clock)
            intake.put_all(self.name, received, sum(len(r.payload) + len(r.topic) for r in received))

        session = Session(self._options, number, self._leftovers, self.link, deliver)
        self._session, began_s = session, time.monotonic()
        try:
            session.open()
            while not stop.is_set():
                session.turn(intake.room)
        except LinkDown as down:
            raise self._judged(down, session.hung_up, time.monotonic() - began_s) from None
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
                self._suspect(item.topic)
                refused.append(
                    _refused(item, Refusal.UNKNOWN_TOPIC, "no pattern of the configuration fits it")
                )
                continue
            topic, names, several, several_before = route  # attributes cost more, for every message
            if (several or (item.late and several_before)) and self._is_copy(item):
                continue
            if item.size > self._options.largest_payload_bytes:
                most = self._options.largest_payload_bytes
                why = f"{item.size} bytes, more than largest_payload_bytes = {most}"
                refused.append(_refused(item, Refusal.OVERSIZED, why))
            else:
                message = Message(
                    item.topic,
                    names,
                    item.payload,
                    item.received_ns,
                    item.retained,
                    item.late,
                )
                batches.setdefault(topic, []).append(message)
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

    def _judged(self, down: LinkDown, hung_up: bool, lived_s: float) -> LinkDown:
        """Why the connection ended: the broker says nothing where another client takes our place."""
        from gateway.mqtt.errors import taken_over  # as in `run`

        self._hung_up = self._hung_up + 1 if hung_up and lived_s < SHORT_LIVED_S else 0
        return taken_over(self._options, self._hung_up) if self._hung_up >= HUNG_UP else down

    def _is_copy(self, item: Received) -> bool:
        return self._copies.is_copy(
            item.topic, item.payload, item.size, item.retained, item.marks, item.received_ns
        )

    def _suspect(self, topic: str) -> None:
        """A subscription that the journal knows nothing of brought it; the broker is asked to end it."""
        session = self._session
        if session is not None and (suspects := self._leftovers.suspects(topic)):
            session.suspect(suspects)

    def _ask(self) -> None:
        """Send what decoders want to ask devices for, such as the births of a Sparkplug node."""
        session = self._session
        for decoder in self._decoders:
            for topic, payload in getattr(decoder, "requests", list)():
                if session is not None:
                    session.publish(topic, payload)

    def _received(
        self, session: int, publications: Sequence[Publication], ours: frozenset[int], clock: Clock
    ) -> list[Received]:
        """In their order, a ns apart: without a device's time the receipt is that of the reading.

        `ours` are the marks of our subscriptions; what the broker kept while we were away has earlier ones.
        """
        largest, now_ns = self._options.largest_payload_bytes, clock.now_ns()
        return [
            Received(
                session,
                mid,
                topic,
                payload if len(payload) <= largest else payload[:KEPT_BYTES],
                len(payload),
                now_ns + k,
                retained,
                len(marks) > 0 and marks[0] not in ours and ours.isdisjoint(marks),
                marks,
            )
            for k, (mid, topic, payload, retained, marks) in enumerate(publications)
        ]

    def _route(self, topic: str) -> Route | None:
        route = self._routes.get(topic)
        if route is None:
            route = self._find_route(topic) or "none"
            texts = () if route == "none" else route.names.values()
            self._routes.put(topic, route, (topic, *texts))
        return None if route == "none" else route

    def _find_route(self, topic: str) -> Route | None:
        for i, pattern in enumerate(self._patterns):
            names = pattern.match(topic)
            if names is not None:
                now = self._options.subscriptions
                several = [_how_many(filters, topic) > 1 for filters in (now, {*now, *self._former})]
                return Route(i, names, *several)
        return None


def _how_many(filters: Collection[str], topic: str) -> int:
    return sum(covers(f, topic) for f in filters)


def _refused(item: Received, reason: Refusal, detail: str) -> Refused:
    return Refused(reason, detail, item.topic, item.payload, item.received_ns)
