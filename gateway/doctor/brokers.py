"""MQTT brokers: whether they let us in, and whether they keep what they promise."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.doctor import Finding, error, note, warning
from gateway.errors import LinkDown
from gateway.mqtt.broker import Login
from gateway.mqtt.client import CONNECT_S
from gateway.mqtt.errors import place, refusal, unreachable
from gateway.mqtt.login import password, tls_context

VERSION: Final = "$SYS/broker/version"
DROPPED: Final = "$SYS/broker/publish/messages/dropped"
ANSWER_S: Final = 3.0
SYS_S: Final = 1.0  # retained, so they come at once where we may read them
DO_QUEUE: Final = "set max_queued_messages 0 in the broker's configuration and restart it"


def findings(where: str, options: Login, connected: bool) -> Iterator[Finding]:
    """`connected`: the gateway is, so that a broker that refuses us now is none of its troubles."""
    try:
        told = ask(options)
    except LinkDown as problem:
        what, _, do = str(problem).rpartition("; ")
        if not connected:
            yield error(where, what or do, do if what else "see the broker's log")
        return
    if int(told.get(DROPPED, "0") or 0) > 0:
        what = f"{place(options)} dropped {told[DROPPED]} messages since it started"
        yield warning(where, what, f"{DO_QUEUE}; see which client was away")
    if not connected:
        yield note(where, f"{place(options)} answers: {told.get(VERSION, 'no name given')}", "")


def ask(options: Login) -> dict[str, str]:
    """Connect as a guest of our own name and read what the broker says of itself. Raises LinkDown."""
    answers: queue.Queue[Any] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, f"{options.client_id}-doctor", protocol=mqtt.MQTTv311)
    client.on_connect = lambda *given: answers.put(given[3])
    client.on_message = lambda *given: answers.put(
        (given[2].topic, given[2].payload.decode("utf-8", "replace"))
    )
    client.connect_timeout = CONNECT_S
    if options.tls is not None:
        client.tls_set_context(tls_context(options, options.tls))
    client.username_pw_set(options.username, password(options))
    try:
        client.connect(options.host, options.port)
    except (OSError, UnicodeError) as problem:
        raise unreachable(options, problem) from None
    client.loop_start()
    try:
        return _conversation(client, options, answers)
    finally:
        client.disconnect()
        client.loop_stop()


def _conversation(client: mqtt.Client, options: Login, answers: queue.Queue[Any]) -> dict[str, str]:
    try:
        consent = answers.get(timeout=ANSWER_S)
    except queue.Empty:
        raise LinkDown(f"{place(options)}: no answer in MQTT; check that this port speaks it") from None
    if consent.is_failure:
        raise LinkDown(f"{place(options)}: {refusal(options, consent)}")
    client.subscribe([(VERSION, 0), (DROPPED, 0)])
    told: dict[str, str] = {}
    until_s = time.monotonic() + SYS_S
    while len(told) < 2 and (left_s := until_s - time.monotonic()) > 0:
        try:
            topic, text = answers.get(timeout=left_s)
        except queue.Empty:
            break
        told[topic] = text
    return told
