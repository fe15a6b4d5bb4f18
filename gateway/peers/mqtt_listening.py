"""One connection to a broker that keeps the state of another gateway, for peers/mqtt.py."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from gateway.errors import LinkDown
from gateway.heartbeats.state import of_payload
from gateway.mqtt.client import CONNECT_S
from gateway.mqtt.errors import ended, place, refused, unreachable
from gateway.mqtt.login import password, tls_context
from gateway.peers import Heard

if TYPE_CHECKING:
    from gateway.peers.mqtt import Options

TURN_S: Final = 0.5
KEEPALIVE_S: Final = 15
QOS: Final = 1


class Connection:
    """paho's callbacks keep what went wrong; the loop that drives them raises it."""

    def __init__(self, options: Options, begin: Callable[[], None], hear: Callable[[Heard], None]) -> None:
        self._options = options
        self._begin = begin
        self._hear = hear
        self._problem: LinkDown | None = None
        self._consented = False

    def run(self, stop: threading.Event) -> None:
        client = self._connected()
        try:
            while not stop.is_set():
                code = client.loop(TURN_S)
                if self._problem is not None:
                    raise self._problem
                if code != paho.MQTT_ERR_SUCCESS:
                    raise ended(self._options, self._consented, "")
        finally:
            client.disconnect()

    def _connected(self) -> paho.Client:
        options = self._options
        five = options.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            options.client_id,
            clean_session=None if five else True,
            protocol=paho.MQTTv5 if five else paho.MQTTv311,
        )
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_message, client.connect_timeout = self._on_message, CONNECT_S
        if options.tls is not None:
            client.tls_set_context(tls_context(options, options.tls))
        client.username_pw_set(options.username, password(options))
        try:
            client.connect(options.host, options.port, KEEPALIVE_S)
        except (OSError, UnicodeError) as error:
            raise unreachable(options, error) from None
        return client

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _more: Any) -> None:
        if code.is_failure:
            self._problem = refused(self._options, code)
            return
        self._consented = True
        client.subscribe(self._options.topic, QOS)

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, _mid: int, codes: list[ReasonCode], _more: Any
    ) -> None:
        if codes and codes[0].is_failure:
            self._problem = refused(self._options, codes[0])
        else:
            self._begin()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            heard = Heard(of_payload(bytes(message.payload)), message.retain)
        except ValueError as error:
            what = f"what stands at {self._options.topic} is no state of a gateway: {error}"
            self._problem = LinkDown(f"{place(self._options)}: {what}; check topic")
            return
        self._hear(heard)
