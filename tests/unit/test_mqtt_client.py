"""The short way for plain PUBLISH packets of MQTT 5 reads what paho's own way reads."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.client import MQTTv5
from paho.mqtt.exception import MalformedPacket

from gateway.ingestion.mqtt_client import plain_publish


def packet(topic, mid, properties, payload):
    return struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + properties + payload


def same(command, content):
    message = plain_publish(command, bytearray(content))
    if message is not None:
        paho = _packet.decode_publish(command, content, MQTTv5)
        assert (message._topic, message.mid, message.payload) == (paho.topic, paho.mid, paho.payload)
        assert (message.qos, message.dup, message.retain) == (paho.qos, paho.dup, paho.retain)
    return message


@given(
    flags=st.integers(0, 15),
    topic=st.binary(min_size=1, max_size=20),
    mid=st.integers(1, 65_535),
    payload=st.binary(max_size=20),
)
def test_plain_packets(flags, topic, mid, payload):
    message = same(0x30 | flags, packet(topic, mid, b"\0", payload))
    assert (message is not None) == (flags & 6 == 2)


@given(st.integers(0x30, 0x3F), st.binary(max_size=30))
def test_any_bytes(command, content):
    try:
        same(command, content)
    except MalformedPacket as error:
        pytest.fail(f"taken, though paho calls it malformed: {error}")


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\1a", b"\0\1a\0\1", packet(b"a", 1, b"\2\1\1", b"x")])
def test_what_goes_the_usual_way(content):
    assert plain_publish(0x32, content) is None
