"""A broker's options: what cannot be meant is said when the configuration is read."""

import pytest

from gateway.mqtt.broker import Options, Tls, Topic
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
        ({"client_id": ""}, "client_id is empty"),
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
