"""paho-mqtt as we use it: connected by our options, driven by a loop of our own, acknowledging in bulk."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway.mqtt.broker import Options
from gateway.mqtt.errors import unreachable
from gateway.mqtt.login import password, tls_context
from gateway.mqtt.publication import Publication, plain_publish, topic_of

CONNECT_S = 5.0  # TCP, then TLS; a stop waits this long
LARGEST_PACKET = 16 * 1024 * 1024  # bytes; an MQTT 5 broker throws away what would fill our memory
RECEIVE_BYTES = 65_536  # at once; what is beyond a full intake waits here and with the broker
QOS = 1
FILTERS_AT_ONCE = 8  # in one UNSUBSCRIBE: what AWS IoT Core takes


class Client(mqtt.Client):
    """The parts of paho that have no public name are used here and nowhere else.

    Messages come to `on_publication`; paho's `on_message` is not called.
    """

    on_publication: Callable[[Publication], None]

    def __init__(self, options: Options) -> None:
        five = options.protocol == "5"
        super().__init__(
            CallbackAPIVersion.VERSION2,
            options.client_id,
            clean_session=None if five else False,
            protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self.on_socket_register_write = _later
        self.connect_timeout = CONNECT_S
        self._received, self._taken = b"", 0  # what the socket gave, and how much of it paho has had

    def open(self, options: Options) -> None:
        """TCP and TLS; CONNECT is queued. Raises LinkDown."""
        if options.tls is not None:
            self.tls_set_context(tls_context(options, options.tls))
        self.username_pw_set(options.username, password(options))
        five = options.protocol == "5"
        try:
            self.connect(
                options.host,
                options.port,
                options.keepalive_s,
                clean_start=False if five else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
                properties=_connect_properties(options) if five else None,
            )
            connection = self.socket()
            if connection is not None:  # acknowledgements go out in bulk: waiting for more gains nothing
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[attr-defined]
        except (OSError, UnicodeError) as error:
            raise unreachable(options, error) from None

    @property
    def has_more(self) -> bool:
        """Whether something was received that is not read yet; the socket says nothing of it."""
        return self._taken < len(self._received)

    def listen(self, filters: Sequence[str], marks: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Subscribe; the filters that each SUBACK will be about, by packet identifier.

        A retained message comes once, not at every connection (MQTT 5). `marks` are the identifiers of the
        subscriptions, one for each filter; empty where the broker knows none.
        """
        if self.protocol != mqtt.MQTTv5:
            return {_packet_of(self.subscribe([(f, QOS) for f in filters])): tuple(filters)}
        kept = SubscribeOptions(QOS, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        if not marks:
            return {_packet_of(self.subscribe([(f, kept) for f in filters])): tuple(filters)}
        return {
            _packet_of(self.subscribe([(f, kept)], properties=_subscribe_properties(mark))): (f,)
            for f, mark in zip(filters, marks, strict=True)
        }

    def forgo(self, filters: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Unsubscribe; packet identifiers, and the filters that each UNSUBACK will be about."""
        for first in range(0, len(filters), FILTERS_AT_ONCE):
            some = filters[first : first + FILTERS_AT_ONCE]
            yield _packet_of(self.unsubscribe(list(some))), tuple(some)

    def ping(self) -> None:
        """paho's own loop_misc pings, but takes a PINGRESP that waits unread for a dead broker."""
        self._send_pingreq()

    def acknowledge(self, mids: Iterable[int]) -> None:
        """PUBACKs as one write: one system call for each would cost a fifth of all ingestion."""
        packets = b"".join([struct.pack("!BBH", mqtt.PUBACK, 2, mid) for mid in mids])
        self._packet_queue(mqtt.PUBACK, packets, 0, QOS)

    def leave(self) -> None:
        """Queue DISCONNECT; whoever calls reads on until the broker hangs up, then closes.

        paho's own closes at once. With data unread that resets the connection, and the broker loses
        acknowledgements that it has not looked at yet.
        """
        self._packet_queue(mqtt.PINGREQ, bytes([mqtt.DISCONNECT, 0]), 0, 0)  # type: any but DISCONNECT

    def _sock_recv(self, bufsize: int) -> bytes:
        """paho asks for a packet in three pieces, each a system call after which the thread waits its turn.

        With other threads at work that was the larger part of all ingestion.
        """
        if not self.has_more:
            self._received, self._taken = super()._sock_recv(RECEIVE_BYTES), 0
        begin = self._taken
        self._taken = min(begin + bufsize, len(self._received))
        return self._received[begin : self._taken]

    def _packet_read(self) -> MQTTErrorCode:
        """paho's, but a usual message is taken straight from what was received, without the dozen calls and
        the two tables of properties that paho needs for each."""
        if self.protocol == mqtt.MQTTv5 and self.has_more and self._in_packet["command"] == 0:
            found = plain_publish(self._received, self._taken)
            if found is not None:
                publication, self._taken = found
                self.on_publication(publication)
                return mqtt.MQTT_ERR_SUCCESS
        return super()._packet_read()

    def _handle_on_message(self, message: mqtt.MQTTMessage) -> None:
        marks = tuple(getattr(message.properties, "SubscriptionIdentifier", ()))
        topic, payload = topic_of(message._topic), bytes(message.payload)
        self.on_publication(Publication(message.mid, topic, payload, message.retain, marks))


def _later(_client: mqtt.Client, _data: object, _connection: object) -> None:
    """With a callback paho queues what is to be written; the loop writes it."""


def _packet_of(asked: tuple[MQTTErrorCode, int | None]) -> int:
    """The packet identifier; 0 where paho could not send, which the next turn finds out."""
    return asked[1] or 0


def _subscribe_properties(mark: int) -> Properties:
    properties = Properties(PacketTypes.SUBSCRIBE)  # type: ignore[no-untyped-call]
    properties.SubscriptionIdentifier = mark
    return properties


def _connect_properties(options: Options) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = options.session_expiry_s
    properties.ReceiveMaximum = options.receive_maximum
    properties.MaximumPacketSize = LARGEST_PACKET
    return properties
