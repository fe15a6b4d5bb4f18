"""The MQTT source against a real mosquitto, with a pump of its own: take, decode, acknowledge."""

import contextlib
import shutil
import socket
import struct
import subprocess
import threading
import time

import paho.mqtt.client as paho
import pytest
from certificates import Certificates
from mosquitto import free_port

from gateway.errors import LinkDown
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources.mqtt import Options, Source, Tls, Topic
from gateway.model import Refusal
from gateway.payloads import json

PATTERN = "cryo/{device}/telemetry"
PAYLOAD = json.Options((json.Reading("{device}/temperature", "/temp"),), "/ts", "unix_ms")
CHANNELS = {"dewar-1/temperature": 7}
T0_MS = 1_767_610_000_000
DEADLINE_S = 20.0


def eventually(condition, what="it never happened"):
    """Poll until `condition()` is true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def reading(i, value=-189.25):
    return b'{"ts":%d,"temp":%.2f}' % (T0_MS + i, value)


def options(port, **more):
    more.setdefault("client_id", "edge-1")
    return Options(host="127.0.0.1", port=port, topics=(Topic(PATTERN, "json", PAYLOAD),), **more)


class Running:
    """A source in a thread, as the supervisor runs it once; `ended` holds why it ended."""

    def __init__(self, source, intake):
        self.source, self.intake = source, intake
        self.stop = threading.Event()
        self.ended = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        try:
            self.source.run(self.intake, self.stop)
            self.ended.append(None)
        except LinkDown as error:
            self.source.link.change(LinkState.DOWN, str(error))
            self.ended.append(str(error))

    def wait_up(self):
        eventually(lambda: self.source.link.state is LinkState.UP or self.ended, "never came up")
        assert not self.ended, self.ended
        return self

    def join(self):
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the source does not end"
        return self.ended[0]

    def end(self):
        self.stop.set()
        return self.join()


@pytest.fixture
def run():
    """Starts sources; stops what still runs."""
    started = []

    def start(source, intake):
        started.append(Running(source, intake))
        return started[-1]

    yield start
    for running in started:
        running.end()


class Pump:
    """Takes, decodes, and acknowledges what the test lets it."""

    def __init__(self, source, intake):
        self.source, self.intake = source, intake
        self.items, self.times, self.refused = [], [], []

    def once(self, acknowledge=True):
        items = self.intake.take(0.05).get(self.source.name, [])
        decoded = self.source.decode(items)
        self.items += items
        self.times += decoded.arrivals.samples.time.tolist()
        self.refused += decoded.refused
        if acknowledge:
            self.source.acknowledge(items)
        return len(items)

    def until(self, count, acknowledge=True):
        eventually(lambda: self.once(acknowledge) * 0 + len(self.items) >= count, f"only {len(self.items)}")
        return self

    def numbers(self):
        """Which readings came, in order of arrival."""
        return [t // 1_000_000 - T0_MS for t in self.times]


class Publisher:
    """A device: publishes with QoS 1 and waits for the broker's PUBACK."""

    def __init__(self, port, **tls):
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if tls:
            self.client.tls_set(**tls)
        self.client.max_inflight_messages_set(500)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def send(self, *payloads, topic="cryo/dewar-1/telemetry", **more):
        sent = [self.client.publish(topic, payload, 1, **more) for payload in payloads]
        for message in sent:
            message.wait_for_publish(DEADLINE_S)
            assert message.is_published()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def publisher():
    """Makes publishers; closes them."""
    made = []

    def make(port, **tls):
        made.append(Publisher(port, **tls))
        return made[-1]

    yield make
    for one in made:
        one.close()


def source_for(port, longest=20_000, **more):
    source = Source("broker", options(port, **more), CHANNELS)
    intake = Intake(longest)
    return source, intake, Pump(source, intake)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_messages_arrive_in_order_and_once_when_acknowledged(mosquitto, run, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(2000)])
    pump.until(2000)
    assert pump.numbers() == list(range(2000))
    assert first.end() is None
    source.link.change(LinkState.CONNECTING)
    run(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(5000))
    pump.until(2001)
    assert pump.numbers()[2000:] == [5000]
    assert source.link.detail.startswith("session resumed")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_published_while_we_are_away_comes_later(mosquitto, run, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    assert run(source, intake).wait_up().end() is None
    publisher(mosquitto.port).send(*[reading(i) for i in range(300)])
    run(source, intake)
    assert pump.until(300).numbers() == list(range(300))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_not_acknowledged_comes_again(mosquitto, run, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(10)])
    pump.until(10, acknowledge=False)
    source.acknowledge(pump.items[:4])
    assert first.end() is None
    run(source, intake)
    assert pump.until(16).numbers()[10:] == [4, 5, 6, 7, 8, 9]
    assert not pump.once()


def test_a_cut_connection_raises_and_redelivers(mosquitto, run, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(1), reading(2))
    pump.until(2, acknowledge=False)
    source._session._client.socket().shutdown(socket.SHUT_RDWR)
    assert f"127.0.0.1:{mosquitto.port}" in first.join()
    source.acknowledge(pump.items)  # no connection: says nothing to anybody
    run(source, intake)
    assert pump.until(4).numbers() == [1, 2, 1, 2]


def test_acknowledgements_of_an_earlier_connection_are_never_sent(mosquitto, run, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run(source, intake).wait_up()
    device = publisher(mosquitto.port)
    device.send(reading(1), reading(2))
    pump.until(2, acknowledge=False)
    stale = list(pump.items)
    assert first.end() is None
    second = run(source, intake)
    pump.until(4, acknowledge=False)
    assert {i.mid for i in stale} & {i.mid for i in pump.items[2:]}  # the same identifiers, other messages
    source.acknowledge(stale)
    device.send(reading(3))
    pump.until(5, acknowledge=False)
    assert second.end() is None
    run(source, intake)
    assert pump.until(8).numbers()[5:] == [1, 2, 3]


def test_broker_killed_and_restarted(mosquitto, run, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(1))
    pump.until(1)
    mosquitto.kill()
    assert f"127.0.0.1:{mosquitto.port}" in first.join()
    assert "nobody listens there" in run(source, intake).join()
    mosquitto.start()
    source.link.change(LinkState.CONNECTING)
    run(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(2))
    pump.until(2)
    assert 2 in pump.numbers()


def test_a_full_intake_pauses_the_reading_and_keeps_the_connection(mosquitto, run, publisher):
    source, intake, pump = source_for(mosquitto.port, longest=500, keepalive_s=2)
    running = run(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(20_000)])
    eventually(lambda: len(intake) >= 500)
    began = time.monotonic()
    eventually(lambda: time.monotonic() - began > 4.5)  # beyond 1.5 keepalives the broker hangs up
    assert 500 <= len(intake) < 510
    assert not running.ended
    pump.until(20_000)
    assert pump.numbers() == list(range(20_000))
    assert "exceeded timeout" not in mosquitto.log()
    assert not running.ended


def test_acknowledgements_go_out_while_reading_is_paused(mosquitto, run, publisher):
    source, intake, pump = source_for(mosquitto.port, longest=500)
    first = run(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(2000)])
    eventually(lambda: len(intake) >= 500)
    pump.once(acknowledge=False)
    eventually(lambda: len(intake) >= 500)  # full and paused again
    source.acknowledge(pump.items)
    assert first.end() is None
    again = Pump(source, Intake(20_000))
    run(source, again.intake)
    again.until(2000 - len(pump.items))
    assert again.numbers() == list(range(len(pump.items), 2000))


BAD = [
    (b"{", Refusal.MALFORMED),
    (b"\xff\x00", Refusal.MALFORMED),
    (b"", Refusal.MALFORMED),
    (b'{"ts":1767610000000,"temp":"cold"}', Refusal.WRONG_TYPE),
    (b'{"ts":1767610000000,"temp":1e300}', Refusal.NOT_FINITE),
    (b'{"ts":0,"temp":1}', Refusal.ABSURD_TIME),
    (b'{"ts":1767610000000,"temp":1,"x":"' + b"y" * 300_000 + b'"}', Refusal.OVERSIZED),
]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_bad_message_holds_up_nothing(mosquitto, run, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run(source, intake).wait_up()
    device = publisher(mosquitto.port)
    for i, (payload, _) in enumerate(BAD):
        device.send(payload, reading(i))
    pump.until(2 * len(BAD))
    assert pump.numbers() == list(range(len(BAD)))
    assert sorted(r.reason for r in pump.refused) == sorted(reason for _, reason in BAD)
    oversized = next(r for r in pump.refused if r.reason is Refusal.OVERSIZED)
    assert len(oversized.payload) == 4096
    assert oversized.detail == f"{len(BAD[-1][0])} bytes"
    assert first.end() is None
    run(source, intake)  # the bad ones are acknowledged, too: nothing comes again
    device.send(reading(100))
    assert pump.until(2 * len(BAD) + 1).numbers()[-1] == 100


def test_topics_of_an_earlier_configuration_are_refused_and_acknowledged(mosquitto, run, publisher):
    source, intake, _ = source_for(mosquitto.port)
    assert run(source, intake).wait_up().end() is None
    publisher(mosquitto.port).send(reading(1))
    other = Options(
        host="127.0.0.1",
        port=mosquitto.port,
        client_id="edge-1",
        topics=(Topic("ward/{device}", "json", PAYLOAD),),
    )
    later = Source("broker", other, CHANNELS)
    pump = Pump(later, Intake(100))
    run(later, pump.intake)
    pump.until(1)
    assert [r.reason for r in pump.refused] == [Refusal.UNKNOWN_TOPIC]


def test_a_retained_message_is_taken(mosquitto, run, publisher):
    publisher(mosquitto.port).send(reading(1), retain=True)
    source, intake, pump = source_for(mosquitto.port)
    run(source, intake).wait_up()
    assert pump.until(1).numbers() == [1]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_tls_with_a_client_certificate(start_mosquitto, tmp_path, run, publisher, protocol):
    pem = Certificates(tmp_path / "pem")
    broker = start_mosquitto(pem.listener(client_certificate=True))
    tls = Tls(pem.path("ca.pem"), pem.path("client.pem"), pem.path("client.key"))
    source, intake, pump = source_for(broker.port, longest=300, tls=tls, protocol=protocol)
    run(source, intake).wait_up()
    device = publisher(broker.port, ca_certs=tls.ca_file, certfile=tls.certificate_file, keyfile=tls.key_file)
    device.send(*[reading(i) for i in range(3000)])
    if protocol == "5":  # 3.1.1 has no receive maximum: mosquitto sends 20 ahead
        eventually(lambda: len(intake) >= 300)
    assert pump.until(3000).numbers() == list(range(3000))


def test_tls_mistakes_are_named(start_mosquitto, tmp_path, run):
    pem = Certificates(tmp_path / "pem")
    broker = start_mosquitto(pem.listener(client_certificate=True))

    def ends(**more):
        source, intake, _ = source_for(broker.port, **more)
        return run(source, intake).join()

    assert "tls.certificate_file if it wants one" in ends(tls=Tls(pem.path("ca.pem")))
    assert "check tls.ca_file" in ends(tls=Tls())
    assert "tls.ca_file nowhere.pem: No such file" in ends(tls=Tls("nowhere.pem"))
    (tmp_path / "empty.pem").write_text("")
    assert "tls.ca_file" in ends(tls=Tls(str(tmp_path / "empty.pem")))
    unfit = Tls(pem.path("ca.pem"), pem.path("client.pem"), pem.path("server.key"))
    assert "tls.certificate_file" in ends(tls=unfit)
    assert "check port, protocol" in ends()


def test_tls_to_a_port_without_it(mosquitto, run, tmp_path):
    pem = Certificates(tmp_path / "pem")
    source, intake, _ = source_for(mosquitto.port, tls=Tls(pem.path("ca.pem")))
    reason = run(source, intake).join()
    assert "TLS" in reason or "closed" in reason or "reset" in reason


@pytest.fixture
def guarded(start_mosquitto, tmp_path):
    """A broker that wants the password `secret` of user `edge`."""
    program = shutil.which("mosquitto_passwd")
    assert program, "no mosquitto_passwd here: install Debian package mosquitto or run scripts/test"
    file = tmp_path / "passwords"
    subprocess.run([program, "-b", "-c", file, "edge", "secret"], check=True, capture_output=True)
    return start_mosquitto(f"allow_anonymous false\npassword_file {file}")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_password(guarded, tmp_path, run, protocol):
    file = tmp_path / "password"
    given = {"username": "edge", "password_file": str(file), "protocol": protocol}

    def start():
        source, intake, _ = source_for(guarded.port, **given)
        return run(source, intake)

    assert "password_file" in start().join()
    file.write_text("wrong\n")
    assert "check username" in start().join()
    file.write_text("secret\n")
    start().wait_up()


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-such-host.invalid", "name is not known"),
        ("x" * 70, "name is not known"),
        ("127.0.0.1", "nobody listens"),
    ],
)
def test_nobody_there(run, host, words):
    topics = (Topic(PATTERN, "json", PAYLOAD),)
    source = Source(
        "broker", Options(host=host, port=free_port(), client_id="edge-1", topics=topics), CHANNELS
    )
    assert words in run(source, Intake(10)).join()


def test_two_gateways_with_one_client_id(mosquitto, run):
    source, intake, _ = source_for(mosquitto.port)
    first = run(source, intake).wait_up()
    other, its_intake, _ = source_for(mosquitto.port)
    run(other, its_intake).wait_up()
    assert "another client uses client_id 'edge-1'" in first.join()


class OddBroker:
    """Speaks just enough MQTT to do what mosquitto never would: a script of packets per packet received."""

    def __init__(self, script):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._script = script
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.received = []

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(DEADLINE_S)

    def _serve(self):
        with contextlib.suppress(OSError):
            connection, _ = self._server.accept()
            with connection:
                while head := connection.recv(2):
                    kind = head[0] & 0xF0
                    self.received.append((kind, connection.recv(head[1])))
                    connection.sendall(self._script.get(kind, b""))


CONNECT, SUBSCRIBE = 0x10, 0x80
CONSENT = b"\x20\x02\x00\x00"  # CONNACK of 3.1.1


@pytest.fixture
def odd():
    made = []

    def make(script):
        made.append(OddBroker(script))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


def publish(topic, payload, mid):
    body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + payload
    return bytes([0x32, len(body)]) + body


def test_a_denied_subscription_is_named(odd, run):
    broker = odd({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x80"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert "may not subscribe to cryo/+/telemetry" in run(source, intake).join()


def test_a_broker_that_grants_only_qos_0_is_named(odd, run):
    broker = odd({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x00"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    run(source, intake).wait_up()
    assert "grants only QoS 0 for cryo/+/telemetry" in source.link.detail


def test_a_silent_broker_is_left(odd, run):
    broker = odd({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1", keepalive_s=2)
    running = run(source, intake).wait_up()
    assert "silent for" in running.join()
    assert [kind for kind, _ in broker.received].count(0xC0) >= 2  # PINGREQ


def test_a_broken_packet_ends_the_connection(odd, run):
    broker = odd({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01\x32\x01\x00"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert f"127.0.0.1:{broker.port}" in run(source, intake).join()


def test_a_broker_of_the_other_version_is_named(odd, run):
    broker = odd({CONNECT: b"\x20\x02\x00\x01"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert "check port, protocol" in run(source, intake).join()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x20\x02\x00\x01", "set `protocol` to the other version"),  # a broker that only knows 3.1.1
        (b"\x20\x03\x00\x85\x00", "choose another client_id"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8e\x00", "another client uses this client_id"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8b\x00", "server shutting down"),
    ],
)
def test_what_a_broker_of_mqtt_5_says_is_passed_on(odd, run, answer, words):
    source, intake, _ = source_for(odd({CONNECT: answer}).port)
    assert words in run(source, intake).join()


def test_a_port_that_says_nothing(odd, run, monkeypatch):
    monkeypatch.setattr("gateway.ingestion.session.CONNACK_S", 0.5)
    source, intake, _ = source_for(odd({}).port)
    assert "no CONNACK within" in run(source, intake).join()


def test_a_topic_that_is_no_utf8_is_refused(odd, run):
    bad = publish(b"cryo/\xff/telemetry", b"{}", 1)
    good = publish(b"cryo/dewar-1/telemetry", reading(1), 2)
    broker = odd({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01" + bad + good})
    source, intake, pump = source_for(broker.port, protocol="3.1.1")
    run(source, intake)
    pump.until(2)
    assert [r.reason for r in pump.refused] == [Refusal.UNKNOWN_TOPIC]
    assert pump.numbers() == [1]
    eventually(lambda: [body for kind, body in broker.received if kind == 0x40][:1])
