"""The short way for plain PUBLISH packets of MQTT 5 reads what paho's own way reads."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.client import MQTTv5
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.properties import VariableByteIntegers

from gateway.ingestion.mqtt_client import marks_of, plain_publish


def packet(topic, mid, properties, payload):
    return struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + properties + payload


def same(command, content):
    message = plain_publish(command, bytearray(content))
    if message is not None:
        paho = _packet.decode_publish(command, content, MQTTv5)
        assert (message._topic, message.mid, message.payload) == (paho.topic, paho.mid, paho.payload)
        assert (message.qos, message.dup, message.retain) == (paho.qos, paho.dup, paho.retain)
        assert list(marks_of(message)) == list(marks_of(paho))
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


def identifiers(marks):
    block = b"".join(b"\x0b" + VariableByteIntegers.encode(mark) for mark in marks)
    return VariableByteIntegers.encode(len(block)) + block


@given(st.lists(st.integers(1, 268_435_455), max_size=40), st.binary(max_size=20))
def test_packets_with_subscription_identifiers(marks, payload):
    """Up to 127 bytes of them; mosquitto sends one."""
    block = identifiers(marks)
    message = same(0x32, packet(b"t", 7, block, payload))
    assert (message is not None) == (len(block) <= 128)
    if message is not None:
        assert (list(marks_of(message)), message.payload) == (marks, payload)


@given(st.integers(0x30, 0x3F), st.binary(max_size=30))
def test_any_bytes(command, content):
    try:
        same(command, content)
    except MalformedPacket as error:
        pytest.fail(f"taken, though paho calls it malformed: {error}")


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\1a", b"\0\1a\0\1", packet(b"a", 1, b"\2\1\1", b"x")])
def test_what_goes_the_usual_way(content):
    assert plain_publish(0x32, content) is None
