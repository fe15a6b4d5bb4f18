"""What the MQTT source subscribes to and gives up at a real mosquitto, and that a publication counts once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from gateway.ingestion.intake import Intake
from gateway.ingestion.leftovers import MOST_TOPICS
from gateway.ingestion.sources.mqtt import Options, Source, Topic
from gateway.model import Refusal
from gateway.payloads import json
from tests.system.configurations import BROKER, DEWAR, TELEMETRY
from tests.system.gateway_process import GatewayProcess
from tests.system.gateway_process import eventually as waited
from tests.system.mosquitto import Mosquitto
from tests.system.mqtt_parts import (
    CONNECT,
    SUBSCRIBE,
    OddBroker,
    Publisher,
    Pump,
    Running,
    eventually,
    reading,
)

CHANNELS = {"dewar-1/temperature": 7, "dewar-1/other": 8}
Run = Callable[[Source, Intake], Running]


def undated(pattern: str, name: str = "temperature") -> Topic:
    """Without a time, so that every message that counts is a reading of its own."""
    return Topic(pattern, "json", json.Options((json.Reading(f"{{device}}/{name}", "/temp"),)))


def dated(pattern: str) -> Topic:
    return Topic(
        pattern, "json", json.Options((json.Reading("{device}/temperature", "/temp"),), "/ts", "unix_ms")
    )


def made(port: int, *topics: Topic, earlier: tuple[tuple[str, ...], ...] = (), **more: Any) -> Source:
    """A source whose journal knows `earlier` configurations by their patterns."""
    more.setdefault("client_id", "edge-1")
    source = Source("broker", Options(host="127.0.0.1", port=port, topics=topics, **more), CHANNELS)
    source.succeed([document(*patterns) for patterns in earlier])
    return source


def document(*patterns: str) -> dict[str, Any]:
    topics = [{"pattern": p} for p in patterns]
    return {"sources": {"broker": {"kind": "mqtt", "client_id": "edge-1", "topics": topics}}}


class Site:
    """A source that runs, and what its pump took."""

    def __init__(self, run: Run, source: Source) -> None:
        self.pump = Pump(source, Intake(20_000))
        self.running = run(source, self.pump.intake).wait_up()

    def end(self) -> None:
        assert self.running.end() is None


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_left_the_configuration_is_unsubscribed(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher], protocol: str
) -> None:
    """What waited for the old pattern is acknowledged and refused; from then on it does not come."""
    old, new = "cryo/{device}/telemetry", "ward/{device}"
    Site(run_source, made(mosquitto.port, dated(old), protocol=protocol)).end()
    device = publisher(mosquitto.port)
    device.send(reading(1), reading(2))
    site = Site(run_source, made(mosquitto.port, dated(new), earlier=((old,),), protocol=protocol))
    site.pump.until(2)
    assert [r.reason for r in site.pump.refused] == [Refusal.UNKNOWN_TOPIC] * 2
    device.send(reading(3))
    device.send(reading(4), topic="ward/dewar-1")
    assert site.pump.until(3).numbers() == [4]
    site.end()
    device.send(reading(5))
    device.send(reading(6), topic="ward/dewar-1")
    again = Site(run_source, made(mosquitto.port, dated(new), protocol=protocol))  # knows nothing of before
    assert again.pump.until(1).numbers() == [6]
    assert again.pump.refused == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_subscription_that_the_journal_does_not_know_is_found_by_what_it_brings(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher], protocol: str
) -> None:
    """The journal was restored from a backup that is older than the configuration that had it."""
    Site(run_source, made(mosquitto.port, dated("cryo/{device}/{rest...}"), protocol=protocol)).end()
    device = publisher(mosquitto.port)
    site = Site(run_source, made(mosquitto.port, dated("ward/{device}"), protocol=protocol))
    device.send(reading(1))
    site.pump.until(1)
    assert [r.reason for r in site.pump.refused] == [Refusal.UNKNOWN_TOPIC]
    device.send(reading(2), topic="ward/dewar-1")
    site.pump.until(2)
    waited(lambda: _says_nothing(site, device), "unsubscribed")


def _says_nothing(site: Site, device: Publisher) -> bool:
    """Whether a message of the old topic does not come any more: one of the new topic behind it does."""
    taken = len(site.pump.items)
    device.send(reading(50))
    device.send(reading(51), topic="ward/dewar-1")
    site.pump.until(taken + 1)
    time.sleep(0.2)
    site.pump.once()
    return [i.topic for i in site.pump.items[taken:]] == ["ward/dewar-1"]


def test_what_old_and_new_patterns_match_is_never_without_a_subscription(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher]
) -> None:
    device = publisher(mosquitto.port)
    patterns = ["cryo/{device}/telemetry", "cryo/{device}/{rest...}", "{a}/{device}/telemetry"]
    sent = 0
    for i in range(6):
        before = tuple((p,) for p in patterns)
        site = Site(run_source, made(mosquitto.port, dated(patterns[i % 3]), earlier=before))
        device.send(*[reading(sent + k) for k in range(20)])
        site.pump.until(20)
        assert sorted(site.pump.numbers()) == list(range(sent, sent + 20))
        sent += 20
        site.end()


def test_many_odd_topics_do_not_make_it_busy(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher]
) -> None:
    """The broker keeps what cannot be found: its topics have too many levels, or there are too many."""
    deep = "/".join("abcdefgh")
    Site(run_source, made(mosquitto.port, dated("{device}/" + deep), dated("many/{device}"))).end()
    site = Site(run_source, made(mosquitto.port, dated("ward/{device}")))
    device = publisher(mosquitto.port)
    device.send(reading(1), reading(2), topic=f"x/{deep}")
    site.pump.until(2)
    for i in range(2 * MOST_TOPICS):
        device.send(reading(i), topic=f"many/{i}")
    device.send(reading(1), topic="ward/dewar-1")
    eventually(lambda: site.pump.once() * 0 + len(site.pump.times) == 1)
    assert not site.running.ended


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_pattern_that_another_covers_brings_no_copies(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher], protocol: str
) -> None:
    """And the first one in the file says how a topic is read, whichever filter brought it."""
    topics = undated("cryo/{device}/telemetry"), undated("cryo/{device}/{rest...}", "other")
    site = Site(run_source, made(mosquitto.port, *topics, protocol=protocol))
    device = publisher(mosquitto.port)
    same = b'{"temp":-190}'
    device.send(same, same)
    device.send(same, topic="cryo/dewar-1/status")
    site.pump.until(3)
    assert site.pump.channels == [7, 7, 8]
    site.end()
    device.send(same, same)
    again = Site(run_source, made(mosquitto.port, *topics, protocol=protocol))
    device.send(same)
    again.pump.until(3)
    assert again.pump.channels == [7, 7, 7]


def test_copies_for_patterns_that_only_meet_count_once(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher]
) -> None:
    """Mosquitto sends two messages for each; what a device says again is heard again."""
    topics = undated("cryo/{device}/{what}"), undated("{site}/{device}/telemetry")
    site = Site(run_source, made(mosquitto.port, *topics))
    device = publisher(mosquitto.port)
    same = b'{"temp":-190}'
    device.send(same, same, b'{"temp":-191}', same)
    site.pump.until(8)
    assert site.pump.values == [-190.0, -190.0, -191.0, -190.0]
    site.end()
    device.send(same, same, same)  # kept under the marks of the connection before
    again = Site(run_source, made(mosquitto.port, topics[1], topics[0]))
    device.send(same)
    again.pump.until(8)
    assert again.pump.values == [-190.0] * 4
    again.end()
    pump = Pump(again.pump.source, Intake(100))
    run_source(again.pump.source, pump.intake).wait_up()  # copies were acknowledged, too
    device.send(b'{"temp":-195}')
    pump.until(2)
    assert pump.values == [-195.0]


def test_copies_that_waited_for_patterns_of_an_earlier_configuration_count_once(
    mosquitto: Mosquitto, run_source: Run, publisher: Callable[..., Publisher]
) -> None:
    before = "cryo/{device}/{what}", "{site}/{device}/telemetry"
    Site(run_source, made(mosquitto.port, *map(undated, before))).end()
    device = publisher(mosquitto.port)
    device.send(b'{"temp":-190}', b'{"temp":-190}')
    site = Site(run_source, made(mosquitto.port, undated("cryo/{device}/{rest...}"), earlier=(before,)))
    site.pump.until(4)
    assert site.pump.values == [-190.0] * 2


CONSENT_5 = b"\x20\x03\x00\x00\x00"


def test_a_broker_that_knows_no_identifiers_is_named_where_patterns_meet(
    odd_broker: Callable[..., OddBroker], run_source: Run
) -> None:
    no_marks = b"\x20\x05\x00\x00\x02\x29\x00"  # Subscription Identifier Available: 0
    granted = b"\x90\x05\x00\x01\x00\x01\x01"
    topics = undated("cryo/{device}/{what}"), undated("{site}/{device}/telemetry")
    broker = odd_broker({CONNECT: no_marks, SUBSCRIBE: granted})
    source = made(broker.port, *topics)
    Site(run_source, source)
    assert "what two patterns match can count twice" in source.link.detail


def test_a_broker_that_does_not_let_go_is_named(
    odd_broker: Callable[..., OddBroker], run_source: Run
) -> None:
    resumed = b"\x20\x03\x01\x00\x00"
    script = {CONNECT: resumed, SUBSCRIBE: b"\x90\x04\x00\x01\x00\x01", 0xA0: b"\xb0\x04\x00\x02\x00\x87"}
    source = made(odd_broker(script).port, undated("ward/{device}"), earlier=(("cryo/{device}",),))
    Site(run_source, source)
    eventually(lambda: "does not end the subscription to cryo/+" in source.link.detail)


def test_another_client_with_our_name_is_named(mosquitto: Mosquitto, run_source: Run) -> None:
    """Mosquitto only hangs up on the one that it throws out; the third time there is no doubt."""
    ours, other = made(mosquitto.port, undated("a/{device}")), made(mosquitto.port, undated("a/{device}"))
    for _ in range(2):
        mine = Site(run_source, ours)
        its = Site(run_source, other)
        reason = mine.running.join()
        its.end()
    assert "ended the connection 2 times without a reason and let us in again at once" in str(reason)
    assert "another client uses client_id 'edge-1'" in str(reason)
    assert "give every gateway its own" in str(reason)


CHANNEL = """
[channels.top]
asset = "dewar"
source = "broker"
address = "d/temperature"
"""


def test_a_gateway_that_is_configured_anew_hears_nothing_of_old_topics(
    mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess], publish: Callable[[str, Any], None]
) -> None:
    """Also where everything but the journal was deleted in between."""
    text = (DEWAR + BROKER + TELEMETRY).format(port=mosquitto.port) + CHANNEL
    gateway = configured(text)

    def start() -> None:
        gateway.start()
        waited(lambda: (gateway.status() or {"sources": [{}]})["sources"][0].get("state") == "up", "up")

    start()
    gateway.stop()
    (gateway.folder / "records.sqlite").unlink()
    gateway.config.write_text(text.replace("cryo/{device}/telemetry", "ward/{device}"))
    publish("cryo/d/telemetry", {"ts": time.time_ns(), "temp": -190})
    start()
    status = waited(gateway.status, "status")
    waited(lambda: sum(r["count"] for r in (gateway.status() or {})["refused"]) == 1, "the one that waited")
    publish("cryo/d/telemetry", {"ts": time.time_ns(), "temp": -190})
    publish("ward/d", {"ts": time.time_ns(), "temp": -190})
    status = waited(lambda: (s := gateway.status()) and s["journal"]["readings"] == 1 and s, "the new topic")
    assert sum(r["count"] for r in status["refused"]) == 1
