"""A peer by MQTT: the state that the heartbeat of another gateway has a broker keep at a topic."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import field
from typing import Literal

from gateway.dataclass import dataclass
from gateway.heartbeats.state import check_topic
from gateway.mqtt.broker import SECRET, Tls, check_range, checked_port
from gateway.peers import Heard


@dataclass(frozen=True, slots=True)
class Options:
    """One topic of one broker. `site`: where the people are who are called when it says nothing."""

    host: str
    client_id: str
    topic: str
    site: str
    silent_after_s: float = 120.0  # and not less than three of its periods
    port: int = 0  # 0: the usual one, 1883 and with TLS 8883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)
    tls: Tls | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_topic(self.topic)
        check_range("silent_after_s", self.silent_after_s, 10, 86_400)


class Peer:
    """See the contract in gateway.peers."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def listen(self, begin: Callable[[], None], hear: Callable[[Heard], None], stop: threading.Event) -> None:
        """One connection, until `stop` is set. Raises LinkDown."""
        from gateway.peers.mqtt_listening import Connection  # with paho; commands ask for Options alone

        Connection(self._options, begin, hear).run(stop)
