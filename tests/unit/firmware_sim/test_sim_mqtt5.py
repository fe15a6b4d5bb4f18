"""MQTT 5 at the embedded broker: each packet as 3.1.1 has it and back; a real client of MQTT 5."""

from __future__ import annotations

import asyncio

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.broker import serve
from firmware_sim.mqtt5 import NotMqtt, Translator, framed, packets
from firmware_sim.tcp import free_port

WITHIN_S = 60.0  # machines are shared


@pytest.mark.parametrize(
    ("client_says", "broker_hears"),
    [
        (
            "1019 00044d515454 05 02 001e 05 1100093a80 0004 64656d6f 0001 75",
            "1013 00044d515454 04 02 001e 0004 64656d6f 0001 75",
        ),
        ("320c 0003 612f62 0007 02 0105 2d31", "3209 0003 612f62 0007 2d31"),
        ("300a 0003 612f62 00 2d312e35", "3009 0003 612f62 2d312e35"),
        ("4003 0007 10", "4002 0007"),
        ("820b 0001 02 0b05 0003 612f23 2d", "8208 0001 0003 612f23 01"),
        ("a208 0002 00 0003 612f23", "a207 0002 0003 612f23"),
        ("e001 04", "e000"),
        ("c000", "c000"),
    ],
)
def test_packets_of_a_client(client_says: str, broker_hears: str) -> None:
    [packet], rest = packets(bytes.fromhex(client_says.replace(" ", "")))
    assert rest == b""
    assert framed(Translator().to_broker(packet)) == bytes.fromhex(broker_hears.replace(" ", ""))


@pytest.mark.parametrize(
    ("broker_says", "client_hears"),
    [
        ("2002 0100", "2007 0100 04 2900 2a00"),
        ("2002 0005", "2007 0087 04 2900 2a00"),
        ("3209 0003 612f62 0007 2d31", "320a 0003 612f62 0007 00 2d31"),
        ("9003 0001 01", "9004 0001 00 01"),
        ("4002 0007", "4002 0007"),
        ("d000", "d000"),
    ],
)
def test_packets_of_the_broker(broker_says: str, client_hears: str) -> None:
    [packet], _ = packets(bytes.fromhex(broker_says.replace(" ", "")))
    assert framed(Translator().to_client(packet)) == bytes.fromhex(client_hears.replace(" ", ""))


def test_each_filter_that_is_given_up_has_a_reason_of_its_own() -> None:
    translator = Translator()
    translator.to_broker((0xA2, bytes.fromhex("0002000001610001620001 63".replace(" ", ""))))
    assert translator.to_client((0xB0, b"\0\2")) == (0xB0, b"\0\2\0\0\0\0")


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=5), st.integers(0, 1600))
def test_packets_are_cut_wherever_the_stream_is(sent: list[tuple[int, bytes]], cut: int) -> None:
    stream = b"".join(map(framed, sent))
    first, rest = packets(stream[:cut])
    second, left = packets(rest + stream[cut:])
    assert ([*first, *second], left) == (sent, b"")


@given(st.integers(0, 255), st.binary(max_size=60))
def test_any_body_is_translated_or_is_none(first: int, body: bytes) -> None:
    try:
        Translator().to_broker((first, body))
    except NotMqtt:
        assert body or first >> 4 in (1, 3, 8, 10)


def test_a_packet_that_never_ends_is_none() -> None:
    for endless in (b"\x30\xff\xff\xff\xff\xff", b"\x30\xff\xff\xff\x7f"):
        with pytest.raises(NotMqtt):
            packets(endless)


async def test_a_client_of_each_version_hears_the_other() -> None:
    port = free_port()
    five, old = aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311
    async with serve("127.0.0.1", port):
        for here, there in ((five, old), (old, five), (five, five)):
            async with (
                aiomqtt.Client("127.0.0.1", port, protocol=here) as reader,
                aiomqtt.Client("127.0.0.1", port, protocol=there) as sender,
            ):
                await reader.subscribe("a/#", qos=1)
                await sender.publish("a/b", "-195.8", qos=1)
                message = await asyncio.wait_for(anext(reader.messages), WITHIN_S)
                assert (str(message.topic), message.payload) == ("a/b", b"-195.8")
                await reader.unsubscribe("a/#")
