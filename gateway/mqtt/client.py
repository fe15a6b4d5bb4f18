"""paho-mqtt as we use it: connected by our options, driven by a loop of our own, acknowledging in bulk."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway.errors import LinkDown
from gateway.mqtt.broker import Login, Options, Tls
from gateway.mqtt.errors import unreachable, unreadable

CONNECT_S = 5.0  # TCP, then TLS; a stop waits this long
LARGEST_PACKET = 16 * 1024 * 1024  # bytes; an MQTT 5 broker throws away what would fill our memory
RECEIVE_BYTES = 65_536  # at once; what is beyond a full intake waits here and with the broker
LONGEST_PASSWORD = 65_535  # bytes, MQTT 5.0 section 1.5.6
QOS = 1
SUBSCRIPTION_IDENTIFIER = 0x0B  # of a property, MQTT 5.0 section 3.3.2.3.8
NOT_UTF8 = "(a topic that is not UTF-8)"
LARGEST_MARK = 268_435_455  # of a subscription identifier, section 3.8.2.1.2


class Publication(NamedTuple):
    """A message that a broker sent us."""

    mid: int  # 0: needs no acknowledgement
    topic: str
    payload: bytes
    retained: bool
    marks: tuple[int, ...]  # identifiers of the subscriptions that it was sent for; none with MQTT 3.1.1


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

    def listen(self, filters: Sequence[str], mark: int | None) -> None:
        """Subscribe; a retained message comes once, not at every connection (MQTT 5).

        `mark`, with MQTT 5, is the subscription's identifier: messages that the broker kept while nobody was
        connected still carry that of the subscription before. None where the broker knows no identifiers.
        """
        if self.protocol == mqtt.MQTTv5:
            kept = SubscribeOptions(QOS, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self.subscribe([(f, kept) for f in filters], properties=_subscribe_properties(mark))
        else:
            self.subscribe([(f, QOS) for f in filters])

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


def topic_of(raw: bytes) -> str:
    """A topic as text; a broker should let none pass that is not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return NOT_UTF8


def plain_publish(received: bytes, begin: int) -> tuple[Publication, int] | None:
    """The MQTT 5 PUBLISH (section 3.3) that begins there, and where it ends.

    None where it is not all there, has a QoS other than 1, other properties than subscription identifiers, or
    is longer than 16 kB; paho takes those.
    """
    if received[begin] & 0b1111_0110 != 0b0011_0010 or len(received) < begin + 3:
        return None
    at, size = begin + 2, received[begin + 1]
    if size > 0x7F:
        at, size = begin + 3, (size & 0x7F) | received[begin + 2] << 7
    end = at + size
    if received[at - 1] > 0x7F or end > len(received) or size < 5:
        return None
    topic_end = at + 2 + (received[at] << 8 | received[at + 1])
    if topic_end + 3 > end or received[topic_end + 2] > 0x7F:
        return None
    payload_begin = topic_end + 3 + received[topic_end + 2]
    marks = _identifiers(received[topic_end + 3 : payload_begin])
    if marks is None or payload_begin > end:
        return None
    mid = received[topic_end] << 8 | received[topic_end + 1]
    topic = topic_of(received[at + 2 : topic_end])
    return Publication(mid, topic, received[payload_begin:end], bool(received[begin] & 1), marks), end


@lru_cache(maxsize=64)  # all messages of a connection carry the same few
def _identifiers(properties: bytes) -> tuple[int, ...] | None:
    """Each a variable byte integer (section 1.5.5); None where other properties stand among them."""
    found: list[int] = []
    at, end = 0, len(properties)
    while at < end:
        if properties[at] != SUBSCRIPTION_IDENTIFIER:
            return None
        number = 0
        for shift in (0, 7, 14, 21):
            at += 1
            if at == end:
                return None
            number |= (properties[at] & 0x7F) << shift
            if properties[at] < 0x80:
                break
        else:
            return None
        found.append(number)
        at += 1
    return tuple(found)


def _later(_client: mqtt.Client, _data: object, _connection: object) -> None:
    """With a callback paho queues what is to be written; the loop writes it."""


def _subscribe_properties(mark: int | None) -> Properties | None:
    if mark is None:
        return None
    properties = Properties(PacketTypes.SUBSCRIBE)  # type: ignore[no-untyped-call]
    properties.SubscriptionIdentifier = mark
    return properties


def _connect_properties(options: Options) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = options.session_expiry_s
    properties.ReceiveMaximum = options.receive_maximum
    properties.MaximumPacketSize = LARGEST_PACKET
    return properties


def tls_context(options: Login, tls: Tls) -> ssl.SSLContext:
    """Reads the certificates. Raises LinkDown."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:
        raise unreadable(options, "tls.ca_file", str(tls.ca_file), error) from None
    if tls.certificate_file is not None:
        try:
            context.load_cert_chain(
                tls.certificate_file, tls.key_file, password=""
            )  # "": never ask a terminal
        except OSError as error:
            files = f"{tls.certificate_file}, tls.key_file {tls.key_file}"
            raise unreadable(options, "tls.certificate_file", files, error) from None
    return context


def password(options: Login) -> str | None:
    """Reads the password. Raises LinkDown."""
    if options.password_file is None:
        return None
    try:
        with Path(options.password_file).open(encoding="utf-8") as file:
            return file.readline(LONGEST_PASSWORD).rstrip("\r\n")
    except UnicodeDecodeError:
        raise LinkDown(f"password_file {options.password_file} is no UTF-8 text") from None
    except OSError as error:
        raise unreadable(options, "password_file", options.password_file, error) from None
