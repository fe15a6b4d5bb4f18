"""Messages to a broker, QoS 1; sent when it has acknowledged every one, and what it says beside "yes".

The connection is kept from one sending to the next, on an event loop that runs only while we send.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Literal, Protocol

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.errors import LinkDown
from gateway.mqtt.broker import Login
from gateway.mqtt.errors import ended, refused, unreachable
from gateway.mqtt.login import password, tls_context
from gateway.mqtt.message import IN_FLIGHT, Message

QOS: Final = 1
LEAVE_S: Final = 1.0  # for a DISCONNECT that the broker may never take
UNSPECIFIED: Final = 0x80  # what paho makes of a connection that just broke
_VERSIONS: Final = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


class PublisherOptions(Login, Protocol):
    """What a publisher needs to know beside its login."""

    @property
    def protocol(self) -> Literal["5", "3.1.1"]: ...
    @property
    def keepalive_s(self) -> int: ...
    @property
    def timeout_s(self) -> float: ...


class Publisher:
    """One client of one broker, used by one thread.

    `will`: what the broker publishes when our connection ends without a goodbye. It gives us up after one and
    a half `keepalive_s`; whoever has a will sends more often than that, or says goodbye in between.
    """

    def __init__(self, options: PublisherOptions, will: Message | None = None) -> None:
        self._options = options
        self._will = None if will is None else aiomqtt.Will(will.topic, will.payload, QOS, will.retain)
        self._loop: asyncio.Runner | None = None
        self._client: _Client | None = None
        self._connection = contextlib.AsyncExitStack()
        self._used_s = 0.0  # monotonic, end of the last sending

    def send(self, messages: Iterable[Message], at_once: int = IN_FLIGHT) -> ReasonCode | None:
        """The worst of what the broker answers beside "yes"; None: it took all.

        At most `at_once` are on their way; with one they arrive in their order. Raises LinkDown where there
        is no connection, or it is lost before every message was acknowledged; where the broker hung up after
        a no (mosquitto 2.0 does), that is the answer.
        """
        outgoing = iter(messages)
        first = next(outgoing, None)
        if first is None:
            return None
        if self._loop is None:
            self._loop = asyncio.Runner()
        return self._loop.run(self._publish_all(chain([first], outgoing), at_once))

    def close(self) -> None:
        """Does not raise; the next sending connects again."""
        if self._loop is not None:
            self._loop.run(self._leave())
            self._loop.close()
            self._loop = None

    async def _publish_all(self, outgoing: Iterator[Message], at_once: int) -> ReasonCode | None:
        client = await self._connected()
        client.answers.clear()
        lost: LinkDown | None = None
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
            lost = self._lost(errors.exceptions)
        self._used_s = time.monotonic()
        worst = client.answers[max(client.answers)] if client.answers else None
        if lost is not None:
            await self._leave()
            if worst is None or not worst.is_failure:
                raise lost
        return worst

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
            will=self._will,
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
            return refused(self._options, error.rc)
        if isinstance(error.__context__, OSError):
            return unreachable(self._options, error.__context__)
        return ended(self._options, False, "")

    def _lost(self, errors: Sequence[BaseException]) -> LinkDown:
        """Where the broker told us why, that stands in the cause of what the watch raised."""
        for cause in (error.__cause__ for error in errors):
            told = cause.rc if isinstance(cause, aiomqtt.MqttCodeError) else None
            if isinstance(told, ReasonCode) and told.value != UNSPECIFIED:
                return refused(self._options, told)
        why = "the connection broke before every message was acknowledged; check the network and the broker"
        return ended(self._options, True, why)


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
