"""The short way for plain PUBLISH packets of MQTT 5 reads what paho's own way reads."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.client import MQTTv5
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.properties import VariableByteIntegers

from gateway.mqtt.publication import plain_publish, topic_of


def content_of(topic, mid, properties, payload):
    return struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + properties + payload


def packet(command, content):
    return bytes([command]) + VariableByteIntegers.encode(len(content)) + content


def same(command, content, before=b"", after=b""):
    """What the short way takes of a packet among others, which is what paho takes of it alone."""
    whole = packet(command, content)
    found = plain_publish(before + whole + after, len(before))
    if found is None:
        return None
    message, end = found
    paho = _packet.decode_publish(command, content, MQTTv5)
    assert end == len(before) + len(whole)
    assert (message.topic, message.mid, message.payload) == (topic_of(paho.topic), paho.mid, paho.payload)
    assert (paho.qos, message.retained) == (1, paho.retain)
    assert list(message.marks) == list(getattr(paho.properties, "SubscriptionIdentifier", ()))
    return message


@given(
    flags=st.integers(0, 15),
    topic=st.binary(min_size=1, max_size=20),
    mid=st.integers(1, 65_535),
    payload=st.one_of(st.binary(max_size=20), st.integers(90, 17_000).map(bytes)),
    before=st.binary(max_size=9),
    after=st.binary(max_size=9),
)
def test_plain_packets(flags, topic, mid, payload, before, after):
    content = content_of(topic, mid, b"\0", payload)
    message = same(0x30 | flags, content, before, after)
    assert (message is not None) == (flags & 6 == 2 and len(content) < 16_384)


@given(st.binary(min_size=1, max_size=20), st.binary(max_size=200), st.data())
def test_a_packet_that_is_not_all_there_is_left(topic, payload, data):
    whole = packet(0x32, content_of(topic, 7, b"\0", payload))
    assert plain_publish(whole, 0) is not None
    assert plain_publish(whole[: data.draw(st.integers(1, len(whole) - 1))], 0) is None


def identifiers(marks):
    block = b"".join(b"\x0b" + VariableByteIntegers.encode(mark) for mark in marks)
    return VariableByteIntegers.encode(len(block)) + block


@given(st.lists(st.integers(1, 268_435_455), max_size=40), st.binary(max_size=20))
def test_packets_with_subscription_identifiers(marks, payload):
    """Up to 127 bytes of them; mosquitto sends one."""
    block = identifiers(marks)
    message = same(0x32, content_of(b"t", 7, block, payload))
    assert (message is not None) == (len(block) <= 128)
    if message is not None:
        assert (list(message.marks), message.payload) == (marks, payload)


@given(st.integers(0x30, 0x3F), st.binary(max_size=30), st.binary(max_size=5))
def test_any_bytes(command, content, after):
    try:
        same(command, content, after=after)
    except MalformedPacket as error:
        pytest.fail(f"taken, though paho calls it malformed: {error}")


@given(st.binary(min_size=1, max_size=40), st.integers(0, 39))
def test_any_stream(received, begin):
    found = plain_publish(received, begin % len(received))
    assert found is None or found[1] <= len(received)


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\0\1a", b"\0\1a\0\1", content_of(b"a", 1, b"\2\1\1", b"x")]
)
def test_what_goes_the_usual_way(content):
    assert plain_publish(packet(0x32, content), 0) is None
