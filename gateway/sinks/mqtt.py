"""MQTT: readings and alarms to a central broker, QoS 1; done when the broker has acknowledged every message.

A message may come twice, after a crash or a lost connection: a receiver knows a reading by its channel and
time, and a change of an alarm by its number.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Final, Literal

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.model import Arrivals
from gateway.mqtt.broker import SECRET, Tls, check_range, checked_port
from gateway.mqtt.errors import place, refused
from gateway.mqtt.former import AlarmTopics, Broker, Document, former_alarm_topics, usual_alarm_topic
from gateway.mqtt.message import IN_FLIGHT, Message
from gateway.mqtt.templates import check_template
from gateway.sinks import Places, Written
from gateway.sinks.forwarded import IDENTITY, NAMES, messages
from gateway.sinks.retained import Past, Retained

log = logging.getLogger(__name__)
NOBODY: Final = 0x10  # "No matching subscribers", MQTT 5.0 section 3.4.2.1


@dataclass(frozen=True, slots=True)
class Options:
    """One broker and the topics of our readings there."""

    host: str
    client_id: str
    topic: str  # {site}, {asset}, {zone} and {channel} stand for the reading's
    alarm_topic: str | None = None  # also {id}; None: {id} below `topic`; empty: no alarms
    port: int = 0  # 0: the usual one, 1883 and with TLS 8883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)
    tls: Tls | None = None
    keepalive_s: int = 60
    timeout_s: float = 30.0  # longest wait for an acknowledgement
    most_readings: int = 1000  # in one message
    needs_subscriber: bool = True  # MQTT 5: wait, where the broker says that nobody would get a message

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_template(self.topic, NAMES)
        if self.alarm_topic:
            check_template(self.alarm_topic, (*NAMES, IDENTITY))
        object.__setattr__(self, "alarm_topic", usual_alarm_topic(self.topic, self.alarm_topic))
        check_range("keepalive_s", self.keepalive_s, 2, 65_535)
        check_range("timeout_s", self.timeout_s, 0.1, 600)
        check_range("most_readings", self.most_readings, 1, 100_000)


class Sink:
    """See the contract in gateway.sinks. Its state is what the broker keeps of alarms, and where."""

    def __init__(self, options: Options) -> None:
        self._options = options
        from gateway.mqtt.publisher import Publisher  # with paho; commands ask for Options alone

        self._publisher = Publisher(options)
        self._retained = Retained()
        self._former = AlarmTopics((), ())

    def resume(self, state: bytes | None) -> bytes:
        self._retained = Retained(state)
        return self._retained.state

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown."""
        topic = self._options.topic
        self._forward(topic, messages(arrivals, places, topic, self._options.most_readings), IN_FLIGHT)
        return Written(self._retained.state)

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """Raises LinkDown. One message after the other, so that the last one is what the broker keeps."""
        topic = self._options.alarm_topic
        if topic:
            self._forward(topic, self._retained.tell(changes, topic), 1)
            self._empty(self._retained.leave())
        return Written(self._retained.state)

    def close(self) -> None:
        self._publisher.close()

    # What the broker keeps of alarms

    def succeed(self, name: str, documents: Sequence[Document]) -> None:
        """What earlier configurations told other brokers to keep is out of reach."""
        self._former = former_alarm_topics(documents, name, Broker.of(self._options.host, self._options.port))

    @property
    def is_to_move(self) -> bool:
        return not self._retained.is_settled(self._what_is_left)

    def move(self, told: Iterable[AlarmChange], untold: Iterable[AlarmChange]) -> Written:
        """Raises LinkDown. What the broker does not let us empty stays, and the log says so."""
        past, topic = Past(*self._former), self._options.alarm_topic or ""
        for change in told:
            past.hear_told(change)
        for change in untold:
            past.hear_untold(change)
        self._publisher.send(self._retained.tell_again(past, topic), 1)
        self._empty(self._retained.give_up(past, topic))
        self._retained.settle(self._what_is_left)
        return Written(self._retained.state)

    @property
    def _what_is_left(self) -> str:
        """Another name where `move` has something else to do."""
        left = json.dumps([self._options.alarm_topic, *self._former])
        return hashlib.sha256(left.encode()).hexdigest()[:16]

    def _empty(self, outgoing: Iterable[Message]) -> None:
        """Take away what stands at topics that we have left, whether anybody listens there or not."""
        worst = self._publisher.send(outgoing)
        if worst is not None and worst.is_failure:
            log.warning("%s; alarms stay retained under earlier topics", refused(self._options, worst))

    def _forward(self, topic: str, outgoing: Iterable[Message], at_once: int) -> None:
        worst = self._publisher.send(outgoing, at_once)
        if worst is None or (worst.value == NOBODY and not self._options.needs_subscriber):
            return
        if worst.value != NOBODY:
            raise refused(self._options, worst)
        why = f"nobody subscribes to {topic}; subscribe there with a session that is kept"
        why += ', or set alarm_topic = ""' if topic == self._options.alarm_topic else ""
        raise LinkDown(f"{place(self._options)}: {why}")
