"""MQTT: readings and alarms to a central broker, QoS 1; done when the broker has acknowledged every message.

A message may come twice, after a crash or a lost connection: a receiver knows a reading by its channel and
time, and a change of an alarm by its number. The connection is kept from write to write, on an event loop
that runs only while we write.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown
from gateway.model import Arrivals
from gateway.mqtt.broker import PATH, Tls, check_range, checked_port
from gateway.mqtt.errors import ended, place, refusal, unreachable
from gateway.mqtt.login import password, tls_context
from gateway.sinks import Places, Written
from gateway.sinks.forwarded import IDENTITY, NAMES, Message, alarm_messages, check_topic, messages

QOS: Final = 1
IN_FLIGHT: Final = 20  # unacknowledged messages; what mosquitto allows a publisher by default
LEAVE_S: Final = 1.0  # for a DISCONNECT that the broker may never take
NOBODY: Final = 0x10  # "No matching subscribers", MQTT 5.0 section 3.4.2.1
UNSPECIFIED: Final = 0x80  # what paho makes of a connection that just broke
_VERSIONS: Final = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


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
    password_file: str | None = field(default=None, metadata=PATH)
    tls: Tls | None = None
    keepalive_s: int = 60
    timeout_s: float = 30.0  # longest wait for an acknowledgement
    most_readings: int = 1000  # in one message
    needs_subscriber: bool = True  # MQTT 5: wait, where the broker says that nobody would get a message

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_topic(self.topic)
        if self.alarm_topic is None:
            object.__setattr__(self, "alarm_topic", f"{self.topic}/alarms/{{id}}")
        elif self.alarm_topic:
            check_topic(self.alarm_topic, (*NAMES, IDENTITY))
        check_range("keepalive_s", self.keepalive_s, 2, 65_535)
        check_range("timeout_s", self.timeout_s, 0.1, 600)
        check_range("most_readings", self.most_readings, 1, 100_000)


class Sink:
    """See the contract in gateway.sinks. Has no state to resume from."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._loop: asyncio.Runner | None = None
        self._client: _Client | None = None
        self._connection = contextlib.AsyncExitStack()
        self._used_s = 0.0  # monotonic, end of the last write

    def resume(self, state: bytes | None) -> bytes:
        return state or b""

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown."""
        topic = self._options.topic
        return self._forward(topic, messages(arrivals, places, topic, self._options.most_readings), IN_FLIGHT)

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """Raises LinkDown. One message after the other, so that the last one is what the broker keeps."""
        topic = self._options.alarm_topic
        return self._forward(topic, alarm_messages(changes, topic), 1) if topic else Written(b"")

    def close(self) -> None:
        if self._loop is not None:
            self._loop.run(self._leave())
            self._loop.close()
            self._loop = None

    def _forward(self, topic: str, outgoing: Iterator[Message], at_once: int) -> Written:
        if self._loop is None:
            self._loop = asyncio.Runner()
        self._loop.run(self._publish_all(topic, outgoing, at_once))
        return Written(b"")

    async def _publish_all(self, topic: str, outgoing: Iterator[Message], at_once: int) -> None:
        client = await self._connected()
        client.answers.clear()
        problem: LinkDown | None
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(_until_lost(client), name="watch the connection")
                publishers = [
                    group.create_task(_publish(client, outgoing), name=f"publisher {number}")
                    for number in range(at_once)
                ]
                await asyncio.wait(publishers)
                watch.cancel()
        except* aiomqtt.MqttError as errors:
            problem = self._objection(client, topic) or self._lost(errors.exceptions)
        else:
            problem = self._objection(client, topic)
        self._used_s = time.monotonic()
        if problem is not None:
            raise problem

    async def _connected(self) -> _Client:
        """The connection, made anew where it was idle so long that the broker may have given us up."""
        idle_s = time.monotonic() - self._used_s
        if self._client is not None and idle_s < self._options.keepalive_s / 2:
            return self._client
        await self._leave()
        self._client = await self._connect()
        return self._client

    async def _connect(self) -> _Client:
        options = self._options
        five = options.protocol == "5"
        client = _Client(
            options.host,
            options.port,
            identifier=options.client_id,
            username=options.username,
            password=password(options),
            tls_context=None if options.tls is None else tls_context(options, options.tls),
            protocol=_VERSIONS[options.protocol],
            clean_session=None if five else True,
            clean_start=True if five else paho.MQTT_CLEAN_START_FIRST_ONLY,
            keepalive=options.keepalive_s,
            timeout=options.timeout_s,
            max_inflight_messages=IN_FLIGHT,
        )
        client.pending_calls_threshold = IN_FLIGHT
        self._connection.callback(client.hang_up)
        try:
            return await self._connection.enter_async_context(client)
        except aiomqtt.MqttError as error:
            raise self._refused(error) from None
        except UnicodeError as error:
            raise unreachable(options, error) from None

    async def _leave(self) -> None:
        self._client = None
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._connection.aclose()

    def _refused(self, error: aiomqtt.MqttError) -> LinkDown:
        if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):
            return LinkDown(f"{place(self._options)}: {refusal(self._options, error.rc)}")
        if isinstance(error.__context__, OSError):
            return unreachable(self._options, error.__context__)
        return ended(self._options, False, "")

    def _lost(self, errors: Sequence[BaseException]) -> LinkDown:
        """Where the broker told us why, that stands in the cause of what the watch raised."""
        for cause in (error.__cause__ for error in errors):
            told = cause.rc if isinstance(cause, aiomqtt.MqttCodeError) else None
            if isinstance(told, ReasonCode) and told.value != UNSPECIFIED:
                return LinkDown(f"{place(self._options)}: {refusal(self._options, told)}")
        why = "the connection broke before every message was acknowledged; check the network and the broker"
        return ended(self._options, True, why)

    def _objection(self, client: _Client, topic: str) -> LinkDown | None:
        """What the acknowledgements say beside "yes": the worst of it."""
        worst = client.answers[max(client.answers)] if client.answers else None
        if worst is None or (worst.value == NOBODY and not self._options.needs_subscriber):
            return None
        if worst.value == NOBODY:
            why = f"nobody subscribes to {topic}; subscribe there with a session that is kept"
            why += ', or set alarm_topic = ""' if topic == self._options.alarm_topic else ""
            return LinkDown(f"{place(self._options)}: {why}")
        return LinkDown(f"{place(self._options)}: {refusal(self._options, worst)}")


class _Client(aiomqtt.Client):
    """aiomqtt takes every acknowledgement for a yes; with MQTT 5 it can be a no."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.answers: dict[int, ReasonCode] = {}  # other than success, by value

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        if reason_code.value != 0:
            self.answers[reason_code.value] = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def hang_up(self) -> None:
        """Close what is left of a connection that never came about, or did not end in time."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket):
            connection.close()


async def _publish(client: _Client, outgoing: Iterator[Message]) -> None:
    """One message after the other, each until it is acknowledged; shares `outgoing` with others."""
    for message in outgoing:
        await client.publish(message.topic, message.payload, QOS, message.retain)


async def _until_lost(client: _Client) -> None:
    """Raises MqttError as soon as the connection is lost: publishers would wait for their time to run out."""
    async for _ in client.messages:
        pass
