"""A broker's options: what cannot be meant is said when the configuration is read."""

import os

import pytest

from gateway.errors import LinkDown
from gateway.mqtt.broker import Options, Tls, Topic
from gateway.mqtt.login import password
from gateway.mqtt.templates import check_template, filled
from gateway.payloads import json

PAYLOAD = json.Options((json.Reading("{device}/temperature", "/temp"),))
TOPIC = Topic("cryo/{device}/telemetry", "json", PAYLOAD)


def options(**more):
    return Options(**{"host": "broker", "client_id": "edge-1", "topics": (TOPIC,), **more})


def test_the_usual_port():
    assert options().port == 1883
    assert options(tls=Tls()).port == 8883
    assert options(port=1884, tls=Tls()).port == 1884


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"host": ""}, "host is empty"),
        ({"host": "b\u00f6se..example"}, "1 to 63 characters between two dots"),
        ({"host": "a" * 64 + ".example"}, "1 to 63 characters between two dots"),
        ({"host": "a." * 150}, "at most 253"),
        ({"client_id": ""}, "client_id is empty"),
        ({"client_id": "x" * 70_000}, "client_id 'xxxxxxxxxxxxxxxxxxxx'...: longer than 65435 bytes"),
        ({"client_id": "\u00f6" * 33_000}, "longer than 65435 bytes"),
        ({"client_id": "edge\0"}, r"client_id .* has characters that cannot be printed"),
        ({"username": "x" * 70_000}, "username 'xxxxxxxxxxxxxxxxxxxx'...: longer than 65535 bytes"),
        ({"username": "u\n"}, "username .* cannot be printed"),
        ({"port": -1}, "port must lie between"),
        ({"port": 65_536}, "port must lie between"),
        ({"keepalive_s": 0}, "keepalive_s must lie between"),  # 0 switches the broker's check off
        ({"session_expiry_s": 0}, "session_expiry_s must lie between"),  # 0: no session is kept
        ({"receive_maximum": 0}, "receive_maximum must lie between"),
        ({"largest_payload_bytes": 0}, "largest_payload_bytes must lie between"),
        ({"password_file": "secret"}, "password_file without username"),
        ({"topics": ()}, "at least one pattern"),
        ({"topics": (TOPIC, Topic("cryo/{device}/telemetry", "json", PAYLOAD))}, "two patterns subscribe to"),
    ],
)
def test_options_that_can_not_be_meant(more, words):
    with pytest.raises(ValueError, match=words):
        options(**more)


def test_a_certificate_needs_its_key():
    with pytest.raises(ValueError, match="belong together"):
        Tls(certificate_file="client.pem")


def test_an_address_may_only_use_names_of_the_pattern():
    with pytest.raises(ValueError, match=r"uses \{device\}, which pattern 'cryo/\{probe\}' does not name"):
        Topic("cryo/{probe}", "json", PAYLOAD)


def test_what_is_as_long_as_can_be_is_taken():
    host = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert options(host=host, client_id="x" * 65_435, username="u" * 65_535).host == host


@pytest.mark.parametrize(
    "address", ["2001:db8::1", "fe80::1%eth0", "127.0.0.1", "m\u00fcnchen.example", "broker."]
)
def test_machines_have_names_and_addresses(address):
    assert options(host=address).host == address


def test_a_template_makes_a_topic_whatever_stands_in_it():
    longest = "{id}" * 75
    check_template(longest, ("id",))
    assert len(filled(longest, {"id": "\U0001f9ca" * 200}).encode()) <= 65_535
    with pytest.raises(ValueError, match="longer than 300 bytes"):
        check_template(longest + "x", ("id",))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"x" * 65_536 + b"\n", "is longer than 65535 bytes"),
        (b"\xff\xfe", "no UTF-8 text"),
        (b"x" * 65_534 + "\u00f6".encode(), "longer than 65535"),
    ],
    ids=["too long", "not UTF-8", "too long by a byte"],
)
def test_a_password_that_cannot_be_sent_is_said(tmp_path, content, what):
    (tmp_path / "password").write_bytes(content)
    with pytest.raises(LinkDown, match=what):
        password(options(username="edge", password_file=str(tmp_path / "password")))


def test_a_password_is_the_first_line(tmp_path):
    (tmp_path / "password").write_bytes(b"x" * 65_535 + b"\r\nmore")
    assert password(options(username="edge", password_file=str(tmp_path / "password"))) == "x" * 65_535


def test_a_pipe_in_the_place_of_a_password_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "password")
    with pytest.raises(LinkDown, match="it is a pipe, a device or the like"):
        password(options(username="edge", password_file=str(tmp_path / "password")))
