"""Hears what a peer hands on: which readings, how often, and when each came first."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.peers import Peer, thingsboard
from benchmarks.rig.gateway import wait_for

READY_WITHIN_S = 60.0
QUIET_S = 25.0  # longer than a peer takes to start
ASKED = ("v1/devices/me/rpc/request/+", "v1/devices/me/attributes/request/+")


class Listener:
    """A client of the same broker."""

    def __init__(self, peer: Peer, port: int) -> None:
        self.heard_s: dict[int, float] = {}  # number of the reading -> wall clock
        self.repeats = 0
        self.alarms_s: dict[int, float] = {}  # the reading that raised it -> wall clock
        self._peer = peer
        self._probes = itertools.count(1)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.max_inflight_messages_set(1000)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def wait_ready(self) -> None:
        """Until what is published comes out again: the peer is up, and has its session."""
        until = time.monotonic() + READY_WITHIN_S
        while not any(number < 0 for number in self.heard_s):
            probe = {"seq": -next(self._probes), "temp": -190.0, "ts": time.time_ns() // 1_000_000}
            self._client.publish("cryo/dewar-0/telemetry", json.dumps(probe), 1)
            time.sleep(0.5)
            if time.monotonic() > until:
                raise TimeoutError(f"{self._peer.name} does not hand anything on")

    def count(self) -> int:
        """Readings of the publisher so far, each once."""
        return sum(number >= 0 for number in list(self.heard_s))

    def wait_for_all(self, wanted: int, within_s: float) -> float:
        """Seconds until `wanted` readings came, or nothing more comes for a while."""
        began = last = time.monotonic()
        seen = 0

        def is_over() -> bool:
            nonlocal seen, last
            if (now := self.count()) != seen:
                seen, last = now, time.monotonic()
            return seen >= wanted or time.monotonic() - last > QUIET_S

        wait_for(is_over, f"{self._peer.name} comes to rest", within_s)
        return last - began

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe([(topic, 1) for topic in (*self._peer.topics, *ASKED, "alarms/+")])

    def _on_message(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        now_s, payload = time.time(), bytes(message.payload)
        if thingsboard.answer(client, message.topic, payload):
            return
        if message.topic.startswith("alarms/"):
            told = json.loads(payload)
            if told["state"] == "alarm":
                self.alarms_s.setdefault(told["seq"], now_s)
            return
        for number in self._peer.numbers(payload):
            self.repeats += number in self.heard_s
            self.heard_s.setdefault(number, now_s)
