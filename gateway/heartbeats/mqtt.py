"""A heartbeat by MQTT: the broker keeps our state at a topic (retained), and says "lost" when we are gone.

Source: MQTT 5.0, 3.1.2.5 (Will Flag) and 3.1.2.10 (Keep Alive): the broker gives a client up after one and a
half times its keep alive, and publishes its will. A goodbye takes the will away, so a stop on purpose says
"stopped".
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Final, Literal

from gateway.dataclass import dataclass
from gateway.heartbeats import Beat, check_period
from gateway.heartbeats.state import LOST, check_topic, of_beat, payload
from gateway.mqtt.broker import SECRET, Tls, check_range, checked_port
from gateway.mqtt.errors import refused
from gateway.mqtt.message import Message

if TYPE_CHECKING:
    from gateway.mqtt.publisher import Publisher

PERIODS: Final = 2  # of silence that are asked of the connection; the broker waits half as long again


@dataclass(frozen=True, slots=True)
class Options:
    """One topic of one broker."""

    host: str
    client_id: str
    topic: str
    period_s: float = 15.0
    port: int = 0  # 0: the usual one, 1883 and with TLS 8883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)
    tls: Tls | None = None
    timeout_s: float = 10.0  # longest wait for an acknowledgement

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_topic(self.topic)
        check_period(self.period_s)
        check_range("timeout_s", self.timeout_s, 0.1, 60)

    @property
    def keepalive_s(self) -> int:
        """The connection is kept from one period to the next."""
        return int(PERIODS * self.period_s) + 1


class Heartbeat:
    """See the contract in gateway.heartbeats."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._publisher: Publisher | None = None  # once it is known in whose name the will speaks

    def beat(self, beat: Beat) -> str:
        """Raises LinkDown."""
        if self._publisher is None:
            from gateway.mqtt.publisher import Publisher  # with paho; commands ask for Options alone

            self._publisher = Publisher(self._options, self._message(beat, LOST))
        worst = self._publisher.send([self._message(beat, beat.health.value)])
        if worst is not None and worst.is_failure:
            raise refused(self._options, worst)
        return f"kept at {self._options.topic}"

    def close(self) -> None:
        if self._publisher is not None:
            self._publisher.close()

    def _message(self, beat: Beat, health: str) -> Message:
        state = replace(of_beat(beat, self._options.period_s), health=health)
        return Message(self._options.topic, payload(state), retain=True)
