"""Options of the sinks: what cannot work is refused when the configuration is read."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.mqtt.broker import Tls
from gateway.sinks import influxdb, mqtt

BUCKET = {"url": "https://influx.example.org", "org": "o", "bucket": "b", "token_file": "t"}
BROKER = {"host": "h", "client_id": "c", "topic": "cold/{site}"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "influx:8086"}, "expected http://HOST:8086 or https://HOST"),
        ({"url": "http://"}, "expected http://"),
        ({"org": ""}, "cannot be empty"),
        ({"bucket": ""}, "cannot be empty"),
        ({"measurement": ""}, "cannot be empty"),
        ({"alarm_measurement": ""}, "cannot be empty"),
        ({"excursion_measurement": "alarm"}, "must differ"),
        ({"timeout_s": 0.0}, "timeout_s must lie between"),
        ({"most_lines": 0}, "most_lines must lie between"),
    ],
)
def test_a_bucket_that_can_not_be(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        influxdb.Options(**(BUCKET | wrong))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"topic": "cold/#"}, "topic 'cold/#'"),
        ({"topic": "cold/{id}"}, "names 'id'"),
        ({"alarm_topic": "cold/+/{id}"}, "topic 'cold/"),
        ({"host": ""}, "host is empty"),
        ({"client_id": ""}, "client_id is empty"),
        ({"port": 70_000}, "port must lie between"),
        ({"keepalive_s": 1}, "keepalive_s must lie between"),
        ({"timeout_s": 0.0}, "timeout_s must lie between"),
        ({"most_readings": 0}, "most_readings must lie between"),
        ({"password_file": "p"}, "password_file without username"),
    ],
)
def test_a_broker_that_can_not_be(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        mqtt.Options(**(BROKER | wrong))


def test_the_usual_port() -> None:
    assert mqtt.Options(**BROKER).port == 1883
    assert mqtt.Options(**BROKER, tls=Tls()).port == 8883
    assert influxdb.Options(**BUCKET).most_lines == 10_000


def test_alarms_go_below_the_readings_unless_told_otherwise() -> None:
    assert mqtt.Options(**BROKER).alarm_topic == "cold/{site}/alarms/{id}"
    assert mqtt.Options(**BROKER, alarm_topic="").alarm_topic == ""
