"""The MQTT sink against a real mosquitto, and against brokers that do what it never would."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from gateway.errors import LinkDown
from gateway.model import Arrivals, Quality
from gateway.mqtt.broker import Tls
from gateway.sinks.mqtt import Options, Sink
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.gateway_process import eventually
from tests.system.influx import PLACES, batch
from tests.system.mosquitto import Mosquitto
from tests.system.mqtt_parts import CONNECT, CONSENT, OddBroker

TOPIC = "cold/{site}/{asset}"


class Central:
    """A subscriber whose session is kept."""

    def __init__(self, port: int, name: str = "central", **login: object) -> None:
        self.messages: list[tuple[str, dict]] = []
        self.ready = False
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, name, clean_session=False)
        self.client.on_message = lambda _c, _d, m: self.messages.append(
            (m.topic, json.loads(m.payload or b"null"))
        )
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        if login:
            self.client.tls_set(**login)
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("cold/#", 1)
        self.client.loop_start()
        eventually(lambda: self.ready, "subscribed")

    def rows(self) -> list[tuple[str, int, float | None, str, int]]:
        return [
            (c["channel"], *row)
            for _, message in self.messages
            for c in message["channels"]
            for row in zip(c["time_ns"], c["value"], c["quality"], c["received_ns"], strict=True)
        ]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def central() -> Iterator[Callable[..., Central]]:
    made: list[Central] = []

    def make(*arguments: object, **login: object) -> Central:
        made.append(Central(*arguments, **login))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    sinks: list[Sink] = []

    def make(port: int, **more: object) -> Sink:
        told = {"host": "127.0.0.1", "client_id": "edge", "topic": TOPIC, "timeout_s": 10.0}
        sinks.append(Sink(Options(port=port, **(told | more))))  # type: ignore[arg-type]
        sinks[-1].resume(None)
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()


def expected(arrivals: Arrivals) -> list[tuple[str, int, float | None, str, int]]:
    s = arrivals.samples
    columns = zip(
        s.channel.tolist(), s.time.tolist(), s.value.tolist(), s.quality.tolist(), arrivals.received.tolist(),
        strict=True,
    )  # fmt: skip
    rows = [
        (PLACES[c].channel, t, None if v != v else v, Quality(q).name.lower(), r) for c, t, v, q, r in columns
    ]
    return sorted(rows, key=lambda row: row[:2])


def test_readings_arrive_with_their_place_and_every_digit(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    receiver = central(mosquitto.port)
    make_sink(mosquitto.port, most_readings=7).write(batch(0, 300), PLACES)
    eventually(lambda: len(receiver.rows()) == 300, "all of them")
    assert sorted(receiver.rows(), key=lambda row: row[:2]) == expected(batch(0, 300))
    assert {topic for topic, _ in receiver.messages} == {"cold/pudong/freezer-1", "cold/-/-"}
    assert max(sum(len(c["value"]) for c in m["channels"]) for _, m in receiver.messages) == 7
    places = {c["channel"]: c for _, m in receiver.messages for c in m["channels"]}
    top = {k: places["top"][k] for k in ("site", "asset", "zone", "quantity", "unit")}
    assert top == {
        "site": "pudong", "asset": "freezer-1", "zone": "top", "quantity": "temperature", "unit": "degC",
    }  # fmt: skip


def test_one_connection_serves_many_writes(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    receiver = central(mosquitto.port)
    sink = make_sink(mosquitto.port)
    for first in range(0, 100, 10):
        sink.write(batch(first, 10), PLACES)
    eventually(lambda: len(receiver.rows()) == 100, "all of them")
    assert mosquitto.log().count("as edge") == 1


def test_a_connection_that_was_idle_too_long_is_made_anew_without_a_problem(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    receiver = central(mosquitto.port)
    sink = make_sink(mosquitto.port, keepalive_s=2)
    sink.write(batch(0, 10), PLACES)
    eventually(lambda: "edge has exceeded timeout" in mosquitto.log(), "the broker gave us up")
    sink.write(batch(10, 10), PLACES)
    eventually(lambda: len(receiver.rows()) == 20, "all of them")


def test_nobody_listens_so_it_waits_unless_told_not_to(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    sink = make_sink(mosquitto.port)
    with pytest.raises(LinkDown, match=r"nobody subscribes to cold/\{site\}/\{asset\}; subscribe there"):
        sink.write(batch(0, 10), PLACES)
    make_sink(mosquitto.port, client_id="edge-2", needs_subscriber=False).write(batch(0, 10), PLACES)
    make_sink(mosquitto.port, client_id="edge-3", protocol="3.1.1").write(batch(0, 10), PLACES)
    receiver = central(mosquitto.port)
    sink.write(batch(0, 10), PLACES)
    eventually(lambda: len(receiver.rows()) == 10, "once somebody listens")


def test_a_receiver_that_is_away_gets_everything_later(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    central(mosquitto.port).close()
    make_sink(mosquitto.port, most_readings=1).write(batch(0, 2000), PLACES)
    receiver = central(mosquitto.port)
    eventually(lambda: len(receiver.rows()) == 2000, "all of them")


def test_a_broker_that_went_away_and_comes_back(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    receiver = central(mosquitto.port)
    sink = make_sink(mosquitto.port)
    sink.write(batch(0, 10), PLACES)
    mosquitto.stop()
    with pytest.raises(LinkDown, match=r"the connection broke|shutting down|nobody listens there; check"):
        sink.write(batch(10, 10), PLACES)
    sink.close()
    with pytest.raises(LinkDown, match="nobody listens there; check host and port"):
        sink.write(batch(10, 10), PLACES)
    sink.close()
    mosquitto.start()
    sink.write(batch(10, 10), PLACES)
    eventually(lambda: len(set(receiver.rows())) == 20, "all of them")


def test_the_broker_forbids_the_topic(
    tmp_path: Path, start_mosquitto: Callable[..., Mosquitto], make_sink: Callable[..., Sink]
) -> None:
    (tmp_path / "acl").write_text("topic read cold/#\n")
    broker = start_mosquitto(f"allow_anonymous true\nacl_file {tmp_path / 'acl'}")
    with pytest.raises(LinkDown, match=r"the broker says 'not authorized' to client 'edge'; check"):
        make_sink(broker.port).write(batch(0, 10), PLACES)


def test_a_password_and_tls(
    tmp_path: Path,
    start_mosquitto: Callable[..., Mosquitto],
    central: Callable[..., Central],
    make_sink: Callable[..., Sink],
) -> None:
    certificates = Certificates(tmp_path / "certificates")
    broker = start_mosquitto(certificates.listener(client_certificate=True))
    ours = {
        "ca_file": certificates.path("ca.pem"),
        "certificate_file": certificates.path("client.pem"),
        "key_file": certificates.path("client.key"),
    }
    login = zip(("ca_certs", "certfile", "keyfile"), ours.values(), strict=True)
    receiver = central(broker.port, **dict(login))
    make_sink(broker.port, tls=Tls(**ours)).write(batch(0, 10), PLACES)
    eventually(lambda: len(receiver.rows()) == 10, "over TLS")
    with pytest.raises(LinkDown, match="its certificate is not trusted"):
        make_sink(broker.port, client_id="b", tls=Tls()).write(batch(0, 1), PLACES)


def test_a_wrong_password(
    tmp_path: Path, start_mosquitto: Callable[..., Mosquitto], make_sink: Callable[..., Sink]
) -> None:
    users = tmp_path / "users"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(users), "edge", "right"], check=True)
    users.chmod(0o644)
    broker = start_mosquitto(f"allow_anonymous false\npassword_file {users}")
    password = tmp_path / "password"
    password.write_text("wrong\n")
    login = {"username": "edge", "password_file": str(password), "needs_subscriber": False}
    sink = make_sink(broker.port, **login)
    with pytest.raises(LinkDown, match=r"the broker says '.*' to client 'edge'; check username"):
        sink.write(batch(0, 1), PLACES)
    sink.close()
    password.write_text("right\n")
    sink.write(batch(0, 1), PLACES)


def test_a_broker_that_never_acknowledges(
    odd_broker: Callable[..., OddBroker], make_sink: Callable[..., Sink]
) -> None:
    broker = odd_broker({CONNECT: CONSENT})
    sink = make_sink(broker.port, protocol="3.1.1", timeout_s=0.3)
    with pytest.raises(LinkDown, match=r"before every message was acknowledged; check the network"):
        sink.write(batch(0, 10), PLACES)
    sink.close()


def test_a_port_that_speaks_something_else(
    odd_broker: Callable[..., OddBroker], make_sink: Callable[..., Sink]
) -> None:
    broker = odd_broker({})
    with pytest.raises(LinkDown, match="no answer; check host and port"):
        make_sink(broker.port, timeout_s=0.3).write(batch(0, 10), PLACES)


def test_a_name_that_nobody_knows(make_sink: Callable[..., Sink]) -> None:
    with pytest.raises(LinkDown, match="this name is not known; check host"):
        make_sink(1883, host="nowhere.invalid").write(batch(0, 1), PLACES)
    with pytest.raises(ValueError, match="1 to 63 characters between two dots"):
        make_sink(1883, host="a..b")


def test_a_receiver_that_comes_late_gets_the_alarms_that_still_need_somebody(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    receiver = central(mosquitto.port)
    sink = make_sink(mosquitto.port, topic="cold/{site}")
    sink.write_alarms([*life("E-1", 1), *life("E-2", 5)[:2], fault(9)])
    eventually(lambda: len(receiver.messages) == 8, "every change, and that E-1 is over")
    assert [(m or {}).get("number") for _, m in receiver.messages] == [1, 2, 3, 4, None, 5, 6, 9]
    late = central(mosquitto.port, "late")
    eventually(lambda: len(late.messages) == 2, "what is open")
    assert sorted((topic, m["id"], m["change"]) for topic, m in late.messages) == [
        ("cold/-/alarms/F-1", "F-1", "raised"),
        ("cold/pudong/alarms/E-2", "E-2", "acknowledged"),
    ]


def test_alarms_wait_for_somebody_to_hear_them_unless_told_not_to(
    mosquitto: Mosquitto, central: Callable[..., Central], make_sink: Callable[..., Sink]
) -> None:
    central(mosquitto.port)
    told = {"topic": "cold/{site}", "alarm_topic": "alarms/{id}"}
    sink = make_sink(mosquitto.port, **told)
    with pytest.raises(
        LinkDown, match=r'nobody subscribes to alarms/\{id\}; subscribe .*, or set alarm_topic = ""'
    ):
        sink.write_alarms(life())
    sink.write(batch(0, 10), PLACES)
    make_sink(mosquitto.port, client_id="edge-2", **told, needs_subscriber=False).write_alarms(life())
    make_sink(mosquitto.port, client_id="edge-3", topic="nobody", alarm_topic="").write_alarms(life())
