"""A real scrape of a real gateway; its names stand in the documentation, and the alert rules work on them."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from gateway.api import metrics
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto, free_port
from tests.system.test_influx_servers import Victoria

DOCS = Path(__file__).parents[2] / "docs"
OWN = """
[metrics]
listen = "127.0.0.1:{listen}"
[channels.warm]
asset = "dewar"
source = "broker"
address = "warm"
profile = "p"
[channels.silent]
asset = "dewar"
source = "broker"
address = "silent"
[sinks.file]
kind = "csv"
folder = "out"
[notifiers.told]
kind = "jsonl"
path = "told.jsonl"
"""
CONFIG = DEWAR + BROKER + PLAIN + ABOVE_150 + OWN


@pytest.fixture
def listen() -> int:
    return free_port()


@pytest.fixture
def gateway(
    mosquitto: Mosquitto,
    listen: int,
    configured: Callable[[str], GatewayProcess],
    publish: Callable[[str, Any], None],
) -> GatewayProcess:
    """One reading raised an alarm, and two messages were refused."""
    gateway = configured(CONFIG.format(port=mosquitto.port, listen=listen))
    gateway.start()
    gateway.wait_until_up()
    eventually(lambda: (gateway.status() or {})["sources"][0]["state"] == "up", "subscribed")
    for topic, payload in (("warm", b'{"temp": -120}'), ("warm", b"{"), ("other", b'{"temp": 1}')):
        publish(topic, payload)
    eventually(gateway.alarms, "an alarm")
    eventually(lambda: (gateway.status() or {})["refused"][1:], "two refusals")
    return gateway


def scrape(port: int) -> tuple[str, dict[str, Metric]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        text = answer.read().decode()
    return text, {family.name: family for family in text_string_to_metric_families(text)}


def value(found: dict[str, Metric], family: str, **labels: str) -> float:
    wanted = found[f"cryogate_{family}"].samples
    (one,) = [s.value for s in wanted if labels.items() <= s.labels.items()]
    return one


def test_what_a_scrape_says(gateway: GatewayProcess, listen: int) -> None:
    _, found = scrape(listen)
    assert value(found, "readings") == 1
    assert value(found, "refused", source="broker", reason="malformed") == 1
    assert value(found, "refused", source="broker", reason="unknown-channel") == 1
    assert value(found, "alarms", severity="critical", state="unacknowledged") == 1
    assert value(found, "alarms", severity="minor", state="unacknowledged") == 0
    assert value(found, "channels", state="excursion") == value(found, "channels", state="unknown") == 1
    assert 0 <= value(found, "channel_age_seconds", channel="warm") < 60
    assert {s.labels["channel"] for s in found["cryogate_channel_age_seconds"].samples} == {"warm"}
    assert value(found, "source_up", source="broker") == value(found, "clock_trusted") == 1
    assert value(found, "follower_up", follower="sink:file") == 1
    assert value(found, "follower_up", follower="notifier:told") == 1
    assert value(found, "parked_readings", follower="sink:file") == 0
    assert value(found, "parked_alarm_changes", follower="sink:file") == 0
    assert value(found, "follower_behind_seconds", follower="sink:file") >= 0
    assert value(found, "disk_size_bytes") > value(found, "disk_free_bytes") > 0
    assert value(found, "data_bytes") > (gateway.folder / "journal.sqlite").stat().st_size
    histogram = {s.name: s.value for s in found["cryogate_commit_seconds"].samples if "le" not in s.labels}
    assert histogram["cryogate_commit_seconds_count"] == value(found, "commits")
    assert 0 < histogram["cryogate_commit_seconds_sum"] < 60


def test_every_metric_is_documented_and_every_documented_one_exists(
    gateway: GatewayProcess, listen: int
) -> None:
    del gateway
    _, found = scrape(listen)
    told = set(re.findall(r"`(cryogate_\w+)`", (DOCS / "metrics.md").read_text()))
    counters = {n for n, f in found.items() if f.type == "counter"}
    given = {f"{n}_total" if n in counters else n for n in found if n.startswith("cryogate_")}
    absent = {"cryogate_clock_synchronized", "cryogate_channel_clock_offset_seconds"}  # where nobody can tell
    assert given - {"cryogate_commit_seconds_created"} <= told
    assert told - given <= absent
    units = ("_seconds", "_bytes", "_total", "_entries", "_readings", "_changes")
    states = {
        "info",
        "up",
        "writable",
        "runs",
        "trusted",
        "synchronized",
        "waiting",
        "channels",
        "alarms",
        "flapping",
    }
    assert {n for n in told if not n.endswith(units)} == {n for n in told if n.rsplit("_", 1)[1] in states}


def test_the_alert_rules_are_understood_and_use_what_there_is(
    gateway: GatewayProcess, listen: int, tmp_path: Path
) -> None:
    text, found = scrape(listen)
    rules = [
        rule
        for group in yaml.safe_load((DOCS / "examples" / "prometheus-rules.yaml").read_text())["groups"]
        for rule in group["rules"]
    ]
    used = set(re.findall(r"cryogate_\w+", " ".join(rule["expr"] for rule in rules)))
    names = {s.name for family in found.values() for s in family.samples} | set(found)
    assert used <= names
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in rules)
    server = Victoria(tmp_path / "victoria")
    server.start()
    try:
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/api/v1/import/prometheus?extra_label=instance=here&extra_label=job=cryogate",
            (text + "\nup 0\n").encode(),
        )
        urllib.request.urlopen(request, timeout=60).close()
        wanted = {"CryogateGone", "CryogateUnacknowledged", "CryogateChannelsUnknown"}

        def firing() -> set[str]:
            return {rule["alert"] for rule in rules if query(server, rule["expr"])}

        eventually(lambda: wanted <= firing(), "what was scraped can be asked for")
        assert firing() == wanted
    finally:
        server.stop()


def query(server: Victoria, expression: str) -> list[object]:
    """The series that `expression` gives now; an expression that is none is an error of HTTP."""
    asked = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(
        f"http://127.0.0.1:{server.port}/api/v1/query?{asked}&nocache=1&latency_offset=1ms", timeout=60
    ) as answer:
        found: list[object] = json.load(answer)["data"]["result"]
    return found


def test_a_taken_port_stops_no_gateway_and_is_named(gateway: GatewayProcess, mosquitto: Mosquitto) -> None:
    gateway.stop()
    config = gateway.config.read_text()
    gateway.config.write_text(re.sub(r'listen = ".*"', f'listen = "127.0.0.1:{mosquitto.port}"', config))
    gateway.start()
    assert "Address already in use" in gateway.wait_until_up()["metrics"]["problem"]


def test_channels_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = [
        {"channel": f"c{i}", "state": "in range", "age_s": 1.0, "clock_offset_s": 0.0} for i in range(4)
    ]
    monkeypatch.setattr(metrics, "MOST_CHANNELS", 3)
    counted, ages, offsets = metrics._channels(channels)
    assert [s.value for s in counted.samples if s.labels["state"] == "in range"] == [4]
    assert ages.samples == offsets.samples == []
