"""A file brings an hour at -100 degC into a happening that somebody has acknowledged at -160 degC."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.journal.journal import Journal, Statement
from gateway.statements import person, roster
from gateway.statements.person import Way
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import HttpReceiver
from tests.system.mosquitto import Mosquitto
from tests.unit.alarms.staff import BEGIN_NS, made, somebody, weekly

OWN = """
[[profiles.p.rules]]
id = "above-170"
kind = "limit"
side = "high"
limit_degC = -170.0
severity = "minor"
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
max_gap_s = 3600.0
no_data_after_s = 36000.0
[notifiers.push]
kind = "ntfy"
url = "{push}"
topic = "everything"
[escalations.usual]
steps = [
  {{ after_s = 0, call = ["on duty"] }},
  {{ after_s = 3, call = ["deputies"] }},
]
"""
MAPPING = """
format = "csv"
[options]
time_columns = ["time"]
time_format = "rfc3339"
columns = [{ column = "temp", unit = "degC" }]
[channels]
"temp" = "dewar"
"""
PEOPLE = {"li-na": ("en",), "wang-wei": ("zh",)}


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess], phones: HttpReceiver, mosquitto: Mosquitto
) -> GatewayProcess:
    text = DEWAR + BROKER + PLAIN + ABOVE_150 + OWN
    gateway = configured(text.format(port=mosquitto.port, push=phones.url("")))
    gateway.start()
    gateway.wait_until_up()
    said = [
        (person, somebody(name, languages=languages, ways=(Way("push", name),)))
        for name, languages in PEOPLE.items()
    ]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()  # so it is the turn of Li Na on any day
    turns = weekly(*PEOPLE, weekday=None, start=yesterday)
    with Journal.open(gateway.folder / "journal.sqlite") as journal:
        for kind, one in [*said, (roster, made("r", turns, sites=()))]:
            journal.commit(statements=[Statement(kind.KIND, "Li Na", BEGIN_NS, kind.to_body(one))])
    return gateway


def told(phones: HttpReceiver, topic: str) -> list[dict[str, Any]]:
    posted = (json.loads(one.body) for one in phones.posted)
    return [one for one in posted if one["topic"] == topic]


def imported(gateway: GatewayProcess) -> None:
    """An hour, minute by minute, up to the last one."""
    now = datetime.now(UTC)
    moments = (now - timedelta(minutes=k) for k in range(60, 0, -1))
    rows = "".join(f"{moment:%Y-%m-%dT%H:%M:%SZ},-100\n" for moment in moments)
    (gateway.folder / "hour.csv").write_text(f"time,temp\n{rows}")
    (gateway.folder / "hour.toml").write_text(MAPPING)
    files = (str(gateway.folder / "hour.csv"), "--map", str(gateway.folder / "hour.toml"))
    done = gateway.cryogate("import", *files, "--by", "Li-Na")
    assert done.returncode == 0, done.stderr


def test_an_import_into_what_was_acknowledged_is_one_call_about_what_is_new(
    gateway: GatewayProcess, phones: HttpReceiver, publish: Callable[[str, Any], None]
) -> None:
    publish("dewar", {"temp": -160.0})
    eventually(lambda: told(phones, "li-na"), "called")
    alarm = eventually(gateway.alarms, "the alarm")[0]
    done = gateway.cryogate("ack", alarm["id"], "--by", "Li-Na", "--comment", "loading")
    assert done.returncode == 0, done.stderr
    eventually(lambda: not _calling(gateway), "answered")
    before = len(told(phones, "li-na"))
    imported(gateway)
    eventually(lambda: len(told(phones, "li-na")) > before, "called")
    urgent = told(phones, "li-na")[before]
    assert urgent["title"] == "Over already - URGENT: dewar -100 °C"
    assert "Worst value: -100 °C (limit -150 °C)" in urgent["message"]
    assert "Rule: above-150" in urgent["message"] and "State: returned unacknowledged" in urgent["message"]
    eventually(lambda: not _calling(gateway), "and nothing more")
    assert len(told(phones, "li-na")) == before + 1


def test_an_import_into_what_nobody_has_answered_calls_all_who_were_told(
    gateway: GatewayProcess, phones: HttpReceiver, publish: Callable[[str, Any], None]
) -> None:
    publish("dewar", {"temp": -160.0})
    eventually(lambda: told(phones, "wang-wei"), "the deputy, too")
    before = {name: len(told(phones, name)) for name in PEOPLE}
    imported(gateway)
    eventually(lambda: all(len(told(phones, name)) > before[name] for name in PEOPLE), "both, at once")
    titles = [told(phones, name)[before[name]]["title"] for name in PEOPLE]
    assert titles == [
        "URGENT, over already, another goes on: dewar -100 °C",
        "【特急】已结束，另有报警持续：dewar -100 °C",
    ]


def _calling(gateway: GatewayProcess) -> bool:
    done = gateway.cryogate("calls", "--json")
    assert done.returncode == 0, done.stderr
    return any(one["calling"] for one in json.loads(done.stdout))
