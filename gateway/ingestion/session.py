"""One MQTT connection, turn by turn, so that reading can pause while all else goes on.

Withheld acknowledgements do not bound what a broker sends, so a full intake stops the reading of the
socket; pings and acknowledgements still go out then.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.errors import LinkDown
from gateway.ingestion.leftovers import Leftovers
from gateway.ingestion.link import Link, LinkState
from gateway.ingestion.subscribing import Subscribing
from gateway.mqtt.broker import Options
from gateway.mqtt.client import Client
from gateway.mqtt.errors import ended, refusal
from gateway.mqtt.publication import Publication

CONNACK_S = 10.0
TICK_S = 0.2  # how long an idle turn waits, so that a stop is noticed
PAUSED_S = 0.02  # the same while the intake is full: it does not tell us when it has room again
FLUSH_S = 1.0  # for the last acknowledgements when we leave
MESSAGES_PER_TURN = 256  # then acknowledgements and pings get their turn
BYTES_PER_TURN = 1024 * 1024  # the same, 4 kB a message: then the intake is asked again whether it has room
UNANSWERED_PINGS = 3  # of two per keepalive; then the broker is gone
_LOST = select.POLLERR | select.POLLHUP | select.POLLNVAL

Deliver = Callable[[list[Publication], frozenset[int]], None]  # what came, and the marks of our subscriptions
Room = Callable[[], int]  # for how many more messages there is room
MOST_ASKED = 1000  # requests to devices that wait to be sent


class Session:
    """From connect to disconnect. `acknowledge`, `publish` and `suspect` work from any thread, all else from
    one.
    """

    def __init__(
        self, options: Options, number: int, leftovers: Leftovers, link: Link, deliver: Deliver
    ) -> None:
        self.number = number
        self.hung_up = False  # the broker let us in, and later ended the connection without a word
        self._subscribing = Subscribing(link.name, options.subscriptions, leftovers)
        self._options = options
        self._link = link
        self._deliver = deliver
        self._client = Client(options)
        self._client.on_publication = self._on_publication
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_unsubscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_log = self._on_log
        self._asked: deque[tuple[str, bytes]] = deque(maxlen=MOST_ASKED)
        self._suspects: deque[list[str]] = deque()  # filters of earlier configurations, perhaps
        self._due: deque[int] = deque()  # packet identifiers to acknowledge; the broker's window bounds it
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._received: list[Publication] = []  # in this turn
        self._consented = False
        self._problem = ""  # what to say when the connection ends
        self._opened_s = self._heard_s = self._pinged_s = time.monotonic()

    def open(self) -> None:
        """Connect; the broker's consent comes with a later turn. Raises LinkDown."""
        self._client.open(self._options)
        self._opened_s = self._heard_s = self._pinged_s = time.monotonic()

    def turn(self, room: Room) -> None:
        """Wait for something to do, shortly, and do it; take messages only while there is room.

        Raises LinkDown.
        """
        most = min(room() if self._client.is_connected() else 1, MESSAGES_PER_TURN)
        reading = most > 0
        readable = self._wait(reading)
        self._write()
        if reading and readable:
            self._read(most)
        self._check_alive(heard=readable or not reading)

    def acknowledge(self, mids: Iterable[int]) -> None:
        """PUBACK these messages of this connection, in this order, soon."""
        self._due.extend(mids)
        with contextlib.suppress(OSError):  # full: awake already; closed: the messages come again
            self._waker.send(b"\0")

    def publish(self, topic: str, payload: bytes) -> None:
        """Ask a device for something, QoS 0, soon; of too many requests the oldest are forgotten."""
        self._asked.append((topic, payload))
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def suspect(self, filters: list[str]) -> None:
        """One of these the broker keeps from an earlier configuration: give them up, soon."""
        self._suspects.append(filters)

    def close(self) -> None:
        """Send what is due and DISCONNECT, if the connection still stands."""
        with contextlib.suppress(OSError, LinkDown):
            if self._client.is_connected():
                self._leave()
        connection = self._client.socket()
        if connection is not None:
            connection.close()
        self._wake.close()
        self._waker.close()

    def _wait(self, reading: bool) -> bool:
        """Until the connection or the waker has something; whether the connection is to be read."""
        connection = self._connection()
        if reading and (self._client.has_more or _has_decrypted(connection)):
            return True
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        interest = select.POLLIN if reading else 0
        poll.register(connection, interest | (select.POLLOUT if self._client.want_write() else 0))
        events = dict(poll.poll((TICK_S if reading else PAUSED_S) * 1000))
        if self._wake.fileno() in events:
            self._wake.recv(4096)
        happened = events.get(connection.fileno(), 0)
        if happened & _LOST and not reading:
            raise self._down()
        return bool(happened & (select.POLLIN | _LOST))

    def _write(self) -> None:
        mids = [self._due.popleft() for _ in range(len(self._due))]
        may_ask = not self._client.want_write()  # while a broker does not read, requests wait here: bounded
        if mids:
            self._client.acknowledge(mids)
        for topic, payload in [self._asked.popleft() for _ in range(len(self._asked) if may_ask else 0)]:
            self._client.publish(topic, payload)
        while self._suspects and self._consented:
            self._subscribing.give_up(self._client, self._suspects.popleft())
        if self._client.want_write() and self._client.loop_write() != mqtt.MQTT_ERR_SUCCESS:
            raise self._down()

    def _read(self, most: int) -> None:
        size = 0
        for before in range(most):
            if self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                raise self._down()
            if len(self._received) == before:
                break
            size += len(self._received[-1].payload) + len(self._received[-1].topic)
            if size >= BYTES_PER_TURN:
                break
        if self._received:
            self._deliver(self._received, self._subscribing.marks)
            self._received = []

    def _check_alive(self, heard: bool) -> None:
        """Ping twice per keepalive. A paused connection says nothing about the broker."""
        now_s = time.monotonic()
        pause_s = self._client.keepalive / 2
        if heard:
            self._heard_s = now_s
        if not self._client.is_connected():
            if now_s - self._opened_s > CONNACK_S:
                raise self._down(f"no CONNACK within {CONNACK_S:.0f} s; check that this port speaks MQTT")
        elif now_s - self._heard_s > UNANSWERED_PINGS * pause_s:
            raise self._down(f"silent for {now_s - self._heard_s:.0f} s; check the broker and the network")
        elif now_s - self._pinged_s >= pause_s:
            self._pinged_s = now_s
            self._client.ping()

    def _leave(self) -> None:
        """The last acknowledgements and DISCONNECT; then read past what still comes, to the end."""
        connection = self._connection()
        self._write()
        self._client.leave()
        poll = select.poll()
        deadline_s = time.monotonic() + FLUSH_S
        while time.monotonic() < deadline_s:
            poll.register(connection, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
            poll.poll(TICK_S * 1000)
            self._client.loop_write()
            with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
                if not connection.recv(65_536):
                    return

    def _connection(self) -> socket.socket:
        connection = self._client.socket()
        if not isinstance(connection, socket.socket):
            raise self._down()
        return connection

    def _down(self, why: str = "") -> LinkDown:
        self.hung_up = self._consented and not (why or self._problem)
        return ended(self._options, self._consented, why or self._problem)

    def _on_publication(self, publication: Publication) -> None:
        self._received.append(publication)

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: object,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._client.on_log = None  # it would format text for every message
        if reason.is_failure:
            self._problem = refusal(self._options, reason)
            return
        self._consented, self._problem = True, ""
        marks_known = bool(getattr(properties, "SubscriptionIdentifierAvailable", 1))
        self._subscribing.begin(self._client, flags.session_present, marks_known)

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: object,
        packet: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if not self._subscribing.granted(packet, reasons):
            return
        if self._subscribing.refusal:
            self._problem = self._subscribing.refusal
            self._client.disconnect()
            return
        self._link.change(LinkState.UP, self._subscribing.detail)

    def _on_unsubscribe(
        self,
        _client: mqtt.Client,
        _data: object,
        packet: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if self._subscribing.released(packet, reasons) and self._link.state is LinkState.UP:
            self._link.change(LinkState.UP, self._subscribing.detail)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: object,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server and not self._problem:
            self._problem = refusal(self._options, reason)

    def _on_log(self, _client: mqtt.Client, _data: object, level: int, text: str) -> None:
        if level == mqtt.MQTT_LOG_ERR:
            self._problem = f"{text}; check port, protocol, and tls.certificate_file if it wants one"


def _has_decrypted(connection: socket.socket) -> bool:
    """Whether there is something to read that the descriptor is silent about."""
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
