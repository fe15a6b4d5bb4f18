"""The MQTT source against a real mosquitto: what arrives, what comes again, and what is refused."""

import socket
import time

import paho.mqtt.client as paho
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateway.ingestion.intake import BYTES_PER_MESSAGE, Intake
from gateway.ingestion.link import LinkState
from gateway.ingestion.session import BYTES_PER_TURN
from gateway.ingestion.sources.mqtt import Options, Source, Topic
from gateway.model import Quality, Refusal
from gateway.payloads import json
from tests.system.mqtt_parts import CHANNELS, PATTERN, PAYLOAD, Pump, eventually, reading, source_for

UNDATED = Topic(PATTERN, "json", json.Options((json.Reading("{device}/temperature", "/temp"),)))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_messages_arrive_in_order_and_once_when_acknowledged(mosquitto, run_source, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(2000)])
    pump.until(2000)
    assert pump.numbers() == list(range(2000))
    assert first.end() is None
    source.link.change(LinkState.CONNECTING)
    run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(5000))
    pump.until(2001)
    assert pump.numbers()[2000:] == [5000]
    assert source.link.detail.startswith("session resumed")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_published_while_we_are_away_comes_later(mosquitto, run_source, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    assert run_source(source, intake).wait_up().end() is None
    publisher(mosquitto.port).send(*[reading(i) for i in range(300)])
    run_source(source, intake)
    assert pump.until(300).numbers() == list(range(300))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_not_acknowledged_comes_again(mosquitto, run_source, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(10)])
    pump.until(10, acknowledge=False)
    source.acknowledge(pump.items[:4])
    assert first.end() is None
    run_source(source, intake)
    assert pump.until(16).numbers()[10:] == [4, 5, 6, 7, 8, 9]
    assert not pump.once()


def test_a_cut_connection_raises_and_redelivers(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(1), reading(2))
    pump.until(2, acknowledge=False)
    source._session._client.socket().shutdown(socket.SHUT_RDWR)
    assert f"127.0.0.1:{mosquitto.port}" in first.join()
    source.acknowledge(pump.items)  # no connection: says nothing to anybody
    run_source(source, intake)
    assert pump.until(4).numbers() == [1, 2, 1, 2]


def test_acknowledgements_of_an_earlier_connection_are_never_sent(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run_source(source, intake).wait_up()
    device = publisher(mosquitto.port)
    device.send(reading(1), reading(2))
    pump.until(2, acknowledge=False)
    stale = list(pump.items)
    assert first.end() is None
    second = run_source(source, intake)
    pump.until(4, acknowledge=False)
    assert {i.mid for i in stale} & {i.mid for i in pump.items[2:]}  # the same identifiers, other messages
    source.acknowledge(stale)
    device.send(reading(3))
    pump.until(5, acknowledge=False)
    assert second.end() is None
    run_source(source, intake)
    assert pump.until(8).numbers()[5:] == [1, 2, 3]


def test_broker_killed_and_restarted(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port)
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(1))
    pump.until(1)
    mosquitto.kill()
    assert f"127.0.0.1:{mosquitto.port}" in first.join()
    assert "nobody listens there" in run_source(source, intake).join()
    mosquitto.start()
    source.link.change(LinkState.CONNECTING)
    run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(reading(2))
    pump.until(2)
    assert 2 in pump.numbers()


def test_a_full_intake_pauses_the_reading_and_keeps_the_connection(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port, longest=500, keepalive_s=2)
    running = run_source(source, intake).wait_up()
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


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_large_messages_fill_the_intake_by_their_bytes(mosquitto, run_source, publisher, protocol):
    """256 of them in one turn were 64 MB before anybody asked again whether there is room."""
    source, intake, _ = source_for(mosquitto.port, longest=500, protocol=protocol)
    run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(*[b'{"x":"' + b"y" * 200_000 + b'"}' for _ in range(60)])
    eventually(lambda: not intake.has_room())
    items = intake.take(0)[source.name]
    assert sum(item.size for item in items) < 500 * BYTES_PER_MESSAGE + BYTES_PER_TURN + 201_000


def test_acknowledgements_go_out_while_reading_is_paused(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port, longest=500)
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(*[reading(i) for i in range(2000)])
    eventually(lambda: len(intake) >= 500)
    pump.once(acknowledge=False)
    eventually(lambda: len(intake) >= 500)  # full and paused again
    source.acknowledge(pump.items)
    assert first.end() is None
    again = Pump(source, Intake(20_000))
    run_source(source, again.intake)
    again.until(2000 - len(pump.items))
    assert again.numbers() == list(range(len(pump.items), 2000))


BAD = [
    (b"{", Refusal.MALFORMED),
    (b"\xff\x00", Refusal.MALFORMED),
    (b"", Refusal.MALFORMED),
    (b'{"ts":1767610000000,"temp":"cold"}', Refusal.WRONG_TYPE),
    (b'{"ts":1767610000000,"temp":true}', Refusal.WRONG_TYPE),
    (b'{"ts":0,"temp":1}', Refusal.ABSURD_TIME),
    (b'{"ts":1767610000000,"temp":1,"x":"' + b"y" * 300_000 + b'"}', Refusal.OVERSIZED),
]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_bad_message_holds_up_nothing(mosquitto, run_source, publisher, protocol):
    source, intake, pump = source_for(mosquitto.port, protocol=protocol)
    first = run_source(source, intake).wait_up()
    device = publisher(mosquitto.port)
    for i, (payload, _) in enumerate(BAD):
        device.send(payload, reading(i))
    pump.until(2 * len(BAD))
    assert pump.numbers() == list(range(len(BAD)))
    assert sorted(r.reason for r in pump.refused) == sorted(reason for _, reason in BAD)
    oversized = next(r for r in pump.refused if r.reason is Refusal.OVERSIZED)
    assert len(oversized.payload) == 4096
    assert oversized.detail == f"{len(BAD[-1][0])} bytes, more than largest_payload_bytes = 262144"
    assert first.end() is None
    run_source(source, intake)  # the bad ones are acknowledged, too: nothing comes again
    device.send(reading(100))
    assert pump.until(2 * len(BAD) + 1).numbers()[-1] == 100


def test_topics_of_an_earlier_configuration_are_refused_and_acknowledged(mosquitto, run_source, publisher):
    source, intake, _ = source_for(mosquitto.port)
    assert run_source(source, intake).wait_up().end() is None
    publisher(mosquitto.port).send(reading(1))
    other = Options(
        host="127.0.0.1",
        port=mosquitto.port,
        client_id="edge-1",
        topics=(Topic("ward/{device}", "json", PAYLOAD),),
    )
    later = Source("broker", other, CHANNELS)
    pump = Pump(later, Intake(100))
    run_source(later, pump.intake)
    pump.until(1)
    assert [r.reason for r in pump.refused] == [Refusal.UNKNOWN_TOPIC]


def test_a_message_with_properties_is_taken(mosquitto, run_source):
    """Devices of MQTT 5 say what they send; what they say does not matter here."""
    source, intake, pump = source_for(mosquitto.port)
    run_source(source, intake).wait_up()
    device = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    device.connect("127.0.0.1", mosquitto.port)
    device.loop_start()
    properties = Properties(PacketTypes.PUBLISH)
    properties.ContentType = "application/json"
    properties.UserProperty = ("firmware", "1.2")
    device.publish("cryo/dewar-1/telemetry", reading(1), 1, properties=properties).wait_for_publish(10)
    device.disconnect()
    device.loop_stop()
    assert pump.until(1).numbers() == [1]


def test_a_retained_message_that_says_its_time_is_taken(mosquitto, run_source, publisher):
    publisher(mosquitto.port).send(reading(1), retain=True)
    source, intake, pump = source_for(mosquitto.port)
    run_source(source, intake).wait_up()
    assert pump.until(1).numbers() == [1]
    assert pump.refused == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_retained_message_without_a_time_is_no_fresh_reading(mosquitto, run_source, publisher, protocol):
    """It may be of last week. What is published from now on is, although the device retains it, too."""
    device = publisher(mosquitto.port)
    device.send(b'{"temp":-189.25}', retain=True)
    source, intake, pump = source_for(mosquitto.port, protocol=protocol, topics=(UNDATED,))
    first = run_source(source, intake).wait_up()
    pump.until(1)
    assert [r.reason for r in pump.refused] == [Refusal.UNDATED]
    assert pump.times == []
    before_ns = time.time_ns()
    device.send(b'{"temp":-188.5}', retain=True)
    pump.until(2)
    assert len(pump.times) == 1 and before_ns <= pump.times[0] <= time.time_ns()
    assert first.end() is None
    source.link.change(LinkState.CONNECTING)
    run_source(source, intake).wait_up()  # with 3.1.1 the broker sends it again at every connection
    device.send(b'{"temp":-188.0}')
    eventually(lambda: pump.once() * 0 + len(pump.times) == 2)
    assert [r.reason for r in pump.refused] == [Refusal.UNDATED] * (1 if protocol == "5" else 2)


def test_what_the_broker_kept_without_a_time_of_its_own_is_uncertain(mosquitto, run_source, publisher):
    """Nobody knows when it was measured while we were away; what comes live is as good as ever."""
    source, intake, pump = source_for(mosquitto.port, topics=(UNDATED,))
    first = run_source(source, intake).wait_up()
    device = publisher(mosquitto.port)
    device.send(b'{"temp":-190}')
    pump.until(1)
    assert first.end() is None
    device.send(b'{"temp":-191}', b'{"temp":-192}')
    source.link.change(LinkState.CONNECTING)
    run_source(source, intake).wait_up()
    device.send(b'{"temp":-193}')
    pump.until(4)
    assert pump.values == [-190.0, -191.0, -192.0, -193.0]
    assert pump.qualities == [Quality.GOOD, Quality.UNCERTAIN, Quality.UNCERTAIN, Quality.GOOD]


def test_what_the_broker_kept_with_its_time_is_as_good_as_ever(mosquitto, run_source, publisher):
    source, intake, pump = source_for(mosquitto.port)
    assert run_source(source, intake).wait_up().end() is None
    publisher(mosquitto.port).send(reading(1), reading(2))
    run_source(source, intake)
    assert pump.until(2).numbers() == [1, 2]
    assert pump.qualities == [Quality.GOOD] * 2


def test_what_was_not_acknowledged_comes_again_as_kept(mosquitto, run_source, publisher):
    """After a crash its receipt is later than the message; also when the gateway knows nothing of before."""
    source, intake, pump = source_for(mosquitto.port, topics=(UNDATED,))
    first = run_source(source, intake).wait_up()
    publisher(mosquitto.port).send(b'{"temp":-190}')
    pump.until(1, acknowledge=False)
    assert first.end() is None
    again, intake, pump = source_for(mosquitto.port, topics=(UNDATED,))
    run_source(again, intake)
    assert pump.until(1).qualities == [Quality.UNCERTAIN]
