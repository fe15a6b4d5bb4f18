"""How a connection to a broker comes about and ends: TLS, passwords, and words for what is wrong."""

import shutil
import subprocess

import pytest

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources.mqtt import Options, Source, Tls, Topic
from gateway.model import Refusal
from tests.system.certificates import Certificates
from tests.system.mosquitto import free_port
from tests.system.mqtt_parts import (
    CHANNELS,
    CONNECT,
    CONSENT,
    PATTERN,
    PAYLOAD,
    PINGREQ,
    PUBACK,
    SUBSCRIBE,
    eventually,
    publish,
    reading,
    source_for,
)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_tls_with_a_client_certificate(start_mosquitto, tmp_path, run_source, publisher, protocol):
    pem = Certificates(tmp_path / "pem")
    broker = start_mosquitto(pem.listener(client_certificate=True))
    tls = Tls(pem.path("ca.pem"), pem.path("client.pem"), pem.path("client.key"))
    source, intake, pump = source_for(broker.port, longest=300, tls=tls, protocol=protocol)
    run_source(source, intake).wait_up()
    device = publisher(broker.port, ca_certs=tls.ca_file, certfile=tls.certificate_file, keyfile=tls.key_file)
    device.send(*[reading(i) for i in range(3000)])
    if protocol == "5":  # 3.1.1 has no receive maximum: mosquitto sends 20 ahead
        eventually(lambda: len(intake) >= 300)
    assert pump.until(3000).numbers() == list(range(3000))


def test_what_is_decrypted_already_is_not_forgotten(odd_broker, tmp_path, run_source):
    """Many messages in one TLS record: once it is read, the descriptor never becomes readable again."""
    pem = Certificates(tmp_path / "pem")
    messages = b"".join(publish(b"cryo/dewar-1/telemetry", reading(i), i + 1) for i in range(100))
    script = {CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01" + messages}
    broker = odd_broker(script, pem.server_context())
    tls = Tls(pem.path("ca.pem"))
    source, intake, pump = source_for(broker.port, longest=1, tls=tls, protocol="3.1.1")
    run_source(source, intake)
    assert pump.until(100, acknowledge=False).numbers() == list(range(100))


def test_tls_mistakes_are_named(start_mosquitto, tmp_path, run_source):
    pem = Certificates(tmp_path / "pem")
    broker = start_mosquitto(pem.listener(client_certificate=True))

    def ends(**more):
        source, intake, _ = source_for(broker.port, **more)
        return run_source(source, intake).join()

    assert "tls.certificate_file if it wants one" in ends(tls=Tls(pem.path("ca.pem")))
    assert "check tls.ca_file" in ends(tls=Tls())
    assert "tls.ca_file nowhere.pem: No such file" in ends(tls=Tls("nowhere.pem"))
    (tmp_path / "empty.pem").write_text("")
    assert "tls.ca_file" in ends(tls=Tls(str(tmp_path / "empty.pem")))
    unfit = Tls(pem.path("ca.pem"), pem.path("client.pem"), pem.path("server.key"))
    assert "tls.certificate_file" in ends(tls=unfit)
    assert "check port, protocol" in ends()


def test_tls_to_a_port_without_it(mosquitto, run_source, tmp_path):
    pem = Certificates(tmp_path / "pem")
    source, intake, _ = source_for(mosquitto.port, tls=Tls(pem.path("ca.pem")))
    reason = run_source(source, intake).join()
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
def test_password(guarded, tmp_path, run_source, protocol):
    file = tmp_path / "password"
    given = {"username": "edge", "password_file": str(file), "protocol": protocol}

    def start():
        source, intake, _ = source_for(guarded.port, **given)
        return run_source(source, intake)

    assert "password_file" in start().join()
    file.write_text("wrong\n")
    assert "check username" in start().join()
    file.write_text("secret\n")
    start().wait_up()


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-such-host.invalid", "name is not known"),
        ("127.0.0.1", "nobody listens"),
    ],
)
def test_nobody_there(run_source, host, words):
    topics = (Topic(PATTERN, "json", PAYLOAD),)
    source = Source(
        "broker", Options(host=host, port=free_port(), client_id="edge-1", topics=topics), CHANNELS
    )
    assert words in run_source(source, Intake(10)).join()


def test_two_gateways_with_one_client_id(mosquitto, run_source):
    source, intake, _ = source_for(mosquitto.port)
    first = run_source(source, intake).wait_up()
    other, its_intake, _ = source_for(mosquitto.port)
    run_source(other, its_intake).wait_up()
    assert "another client uses client_id 'edge-1'" in first.join()


def test_a_denied_subscription_is_named(odd_broker, run_source):
    broker = odd_broker({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x80"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert "may not subscribe to cryo/+/telemetry" in run_source(source, intake).join()


def test_a_broker_that_grants_only_qos_0_is_named(odd_broker, run_source):
    broker = odd_broker({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x00"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    run_source(source, intake).wait_up()
    assert "grants only QoS 0 for cryo/+/telemetry" in source.link.detail


def test_a_silent_broker_is_left(odd_broker, run_source):
    broker = odd_broker({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1", keepalive_s=2)
    running = run_source(source, intake).wait_up()
    assert "silent for" in running.join()
    assert [kind for kind, _ in broker.received].count(PINGREQ) >= 2


def test_a_broken_packet_ends_the_connection(odd_broker, run_source):
    broker = odd_broker({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01\x32\x01\x00"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert f"127.0.0.1:{broker.port}" in run_source(source, intake).join()


def test_a_broker_of_the_other_version_is_named(odd_broker, run_source):
    broker = odd_broker({CONNECT: b"\x20\x02\x00\x01"})
    source, intake, _ = source_for(broker.port, protocol="3.1.1")
    assert "check port, protocol" in run_source(source, intake).join()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x20\x02\x00\x01", "set `protocol` to the other version"),  # a broker that only knows 3.1.1
        (b"\x20\x03\x00\x85\x00", "choose another client_id"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8e\x00", "another client uses this client_id"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8b\x00", "server shutting down"),
    ],
)
def test_what_a_broker_of_mqtt_5_says_is_passed_on(odd_broker, run_source, answer, words):
    source, intake, _ = source_for(odd_broker({CONNECT: answer}).port)
    assert words in run_source(source, intake).join()


def test_a_port_that_says_nothing(odd_broker, run_source, monkeypatch):
    monkeypatch.setattr("gateway.ingestion.session.CONNACK_S", 0.5)
    source, intake, _ = source_for(odd_broker({}).port)
    assert "no CONNACK within" in run_source(source, intake).join()


def test_a_topic_that_is_no_utf8_is_refused(odd_broker, run_source):
    bad = publish(b"cryo/\xff/telemetry", b"{}", 1)
    good = publish(b"cryo/dewar-1/telemetry", reading(1), 2)
    broker = odd_broker({CONNECT: CONSENT, SUBSCRIBE: b"\x90\x03\x00\x01\x01" + bad + good})
    source, intake, pump = source_for(broker.port, protocol="3.1.1")
    run_source(source, intake)
    pump.until(2)
    assert [r.reason for r in pump.refused] == [Refusal.UNKNOWN_TOPIC]
    assert pump.numbers() == [1]
    eventually(lambda: [body for kind, body in broker.received if kind == PUBACK][:1])
