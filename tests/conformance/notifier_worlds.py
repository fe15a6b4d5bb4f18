"""The outside world of each notifier, for the conformance suite: what it was told is files of a folder."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.system.certificates import Certificates
from tests.system.http_receiver import (
    ALERTMANAGER_TOOK,
    FEISHU_TOOK,
    GOALERT_TOOK,
    NTFY_TOOK,
    OPSGENIE_TOOK,
    PAGERDUTY_TOOK,
    ROBOT_TOOK,
    HttpReceiver,
    Posted,
    Reply,
)
from tests.system.mosquitto import Mosquitto
from tests.system.smtp_receiver import SmtpReceiver, text_of

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass
class World:
    """`options` of its notifier; after `go_down` nobody can be told. `settle` waits for what is under way."""

    options: dict[str, Any]
    go_down: Callable[[], None]
    settle: Callable[[], None] = lambda: None


@contextmanager
def jsonl(folder: Path) -> Iterator[World]:
    def go_down() -> None:
        (folder / "told").write_text("in the way")

    yield World({"path": "told/told.jsonl"}, go_down)


@contextmanager
def webhook(folder: Path) -> Iterator[World]:
    receiver = HttpReceiver()
    receiver.came = _kept_in(folder)
    (folder / "secret").write_text(SECRET)
    try:
        yield World({"url": receiver.url(), "secret_file": "secret", "timeout_s": 5.0}, receiver.close)
    finally:
        receiver.close()


@contextmanager
def email(folder: Path) -> Iterator[World]:
    certificates = Certificates(folder / "certificates")
    receiver = SmtpReceiver(certificates.server_context())
    receiver.came = lambda mail: _keep(folder, text_of(mail).encode() + mail.content)
    options = {
        "host": "127.0.0.1",
        "port": receiver.port,
        "sender": "gw@lab.example",
        "receivers": ["a@lab.example"],
    }
    try:
        yield World({**options, "ca_file": "certificates/ca.pem"}, receiver.close)
    finally:
        receiver.close()


@contextmanager
def ntfy(folder: Path) -> Iterator[World]:
    receiver = HttpReceiver()
    receiver.came, receiver.usual = _kept_in(folder), NTFY_TOOK
    try:
        yield World({"url": receiver.url(""), "topic": "cold_chain", "timeout_s": 5.0}, receiver.close)
    finally:
        receiver.close()


def robot(folder: Path, took: Reply, path: str, **options: Any) -> Iterator[World]:
    """A chat service that keeps what its robot was given."""
    receiver = HttpReceiver()
    receiver.came, receiver.usual = _kept_in(folder), took
    (folder / "token").write_text("robot-token")
    usual = {"url": receiver.url(path), "token_file": "token", "timeout_s": 5.0}
    try:
        yield World({**usual, **options}, receiver.close)
    finally:
        receiver.close()


@contextmanager
def dingtalk(folder: Path) -> Iterator[World]:
    (folder / "sign").write_text("SEC0123")
    yield from robot(folder, ROBOT_TOOK, "/robot/send", secret_file="sign", keyword="冷链")


@contextmanager
def wecom(folder: Path) -> Iterator[World]:
    yield from robot(folder, ROBOT_TOOK, "/cgi-bin/webhook/send")


@contextmanager
def feishu(folder: Path) -> Iterator[World]:
    yield from robot(folder, FEISHU_TOOK, "/open-apis/bot/v2/hook")


@contextmanager
def pagerduty(folder: Path) -> Iterator[World]:
    yield from robot(folder, PAGERDUTY_TOOK, "/v2/enqueue")


@contextmanager
def opsgenie(folder: Path) -> Iterator[World]:
    yield from robot(folder, OPSGENIE_TOOK, "/v2/alerts")


@contextmanager
def goalert(folder: Path) -> Iterator[World]:
    yield from robot(folder, GOALERT_TOOK, "/api/v2/generic/incoming")


@contextmanager
def alertmanager(folder: Path) -> Iterator[World]:
    yield from robot(folder, ALERTMANAGER_TOOK, "/api/v2/alerts")


@contextmanager
def http_template(folder: Path) -> Iterator[World]:
    receiver = HttpReceiver()
    receiver.came, receiver.usual = _kept_in(folder), Reply(200, body=b'{"code":"OK"}')
    (folder / "key").write_text("api-key")
    options = {
        "url": receiver.url("/sms"),
        "body": '{"to": "${address}", "text": "${text}"}',
        "headers": {"Authorization": "Bearer ${secret}"},
        "secret_file": "key",
        "delivered_at": "/code",
        "delivered_is": ["OK"],
        "receivers": ["+8613800138000"],
        "timeout_s": 5.0,
    }
    try:
        yield World(options, receiver.close)
    finally:
        receiver.close()


@contextmanager
def apprise(folder: Path) -> Iterator[World]:
    """By its plain JSON over HTTP."""
    receiver = HttpReceiver()
    receiver.came = _kept_in(folder)
    (folder / "url").write_text(receiver.url("/told/${address}").replace("http:", "json:", 1))
    try:
        yield World({"url_file": "url", "receivers": ["desk"], "timeout_s": 5.0}, receiver.close)
    finally:
        receiver.close()


@contextmanager
def siren(folder: Path) -> Iterator[World]:
    """Each time it is set stands in a file, with the alarm because of which."""
    program = folder / "lamp"
    program.write_text(f'#!/bin/sh\necho "$1 $CRYOGATE_ALARM" >> {folder}/told\n')
    program.chmod(0o700)
    options = {"command": {"on": [str(program), "on"], "off": [str(program), "off"]}}
    yield World(options, lambda: program.unlink())


@contextmanager
def mqtt(folder: Path) -> Iterator[World]:
    """A real broker, and somebody who subscribes there and keeps what comes."""
    broker = Mosquitto(folder.parent / f"{folder.name}-broker")
    broker.start()
    subscriber = paho.Client(CallbackAPIVersion.VERSION2, "desk")
    came: queue.Queue[None] = queue.Queue()
    subscribed = threading.Event()

    def keep(*given: Any) -> None:
        _keep(folder, given[2].topic.encode() + given[2].payload)
        came.put(None)

    subscriber.on_message, subscriber.on_subscribe = keep, lambda *_: subscribed.set()
    subscriber.connect("127.0.0.1", broker.port)
    subscriber.loop_start()
    subscriber.subscribe("alarms/#", 1)
    assert subscribed.wait(60)
    try:
        options = {"host": "127.0.0.1", "port": broker.port, "client_id": "gw", "topic": "alarms/{site}/{id}"}
        yield World(options, broker.kill, lambda: came.get(timeout=60))
    finally:
        subscriber.loop_stop()
        broker.stop()


def _kept_in(folder: Path) -> Callable[[Posted], None]:
    """Each request in a file of its own."""

    def came(posted: Posted) -> None:
        _keep(folder, posted.path.encode() + b"\n" + posted.body)

    return came


def _keep(folder: Path, content: bytes) -> None:
    number = len(list(folder.glob("came-*")))
    (folder / f"came-{number}").write_bytes(content)


WORLDS: dict[str, Callable[[Path], AbstractContextManager[World]]] = {
    "jsonl": jsonl,
    "webhook": webhook,
    "email": email,
    "ntfy": ntfy,
    "dingtalk": dingtalk,
    "wecom": wecom,
    "feishu": feishu,
    "http_template": http_template,
    "pagerduty": pagerduty,
    "opsgenie": opsgenie,
    "goalert": goalert,
    "alertmanager": alertmanager,
    "apprise": apprise,
    "siren": siren,
    "mqtt": mqtt,
}
