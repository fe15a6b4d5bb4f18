"""MQTT: each change of an alarm as a message to a topic, QoS 1; delivered when the broker acknowledged it.

For programs that act on alarms: the message is not retained; the sink of this kind keeps the last word on
each alarm. A repeat after a crash has the same `id` and `number`. Each message has a connection of its own:
the next alarm may be weeks away, and a broker gives up a client that says nothing.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.mqtt.broker import SECRET, Tls, check_range, checked_port
from gateway.mqtt.errors import place, refused
from gateway.mqtt.message import Message
from gateway.mqtt.templates import check_template, filled
from gateway.text import json_text
from gateway.times import format_rfc3339

NAMES: Final = ("site", "asset", "zone", "channel", "severity", "id")  # of the alarm
NOBODY: Final = 0x10  # "No matching subscribers", MQTT 5.0 section 3.4.2.1


@dataclass(frozen=True, slots=True)
class Options:
    """One topic of one broker."""

    host: str
    client_id: str
    topic: str  # {site}, {asset}, {zone}, {channel}, {severity} and {id} stand for the alarm's
    port: int = 0  # 0: the usual one, 1883 and with TLS 8883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)
    tls: Tls | None = None
    keepalive_s: int = 60
    timeout_s: float = 10.0  # longest wait for an acknowledgement
    needs_subscriber: bool = True  # MQTT 5: try again, where the broker says that nobody would get it

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_template(self.topic, NAMES)
        check_range("keepalive_s", self.keepalive_s, 2, 65_535)
        check_range("timeout_s", self.timeout_s, 0.1, 60)


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        from gateway.mqtt.publisher import Publisher  # with paho; commands ask for Options alone

        self._publisher = Publisher(options)

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown."""
        message = self._message(change)
        try:
            worst = self._publisher.send([message])
        finally:
            self._publisher.close()
        if worst is not None and worst.is_failure:
            raise refused(self._options, worst)
        if worst is not None and worst.value == NOBODY and self._options.needs_subscriber:
            why = f"nobody subscribes to {message.topic}; subscribe there, or set needs_subscriber = false"
            raise LinkDown(f"{place(self._options)}: {why}")
        return f"acknowledged by {place(self._options)} for {message.topic}"

    def close(self) -> None:
        """There is no connection between two changes."""
        self._publisher.close()

    def _message(self, change: AlarmChange) -> Message:
        told = {"change": change.change, "number": change.number}
        recorded = {"recorded": format_rfc3339(change.recorded_ns)}
        topic = filled(self._options.topic, {name: str(change.alarm[name] or "") for name in NAMES})
        return Message(topic, json_text({**told, **recorded, **change.alarm}).encode())
