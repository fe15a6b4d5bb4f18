"""Records that are damaged, a row or all of them: every alarm is shown, and made again from the journal."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.journal.database import all_rows, connect
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[sinks.copy]
kind = "csv"
folder = "copy"
"""
DAMAGES = {
    "half a body": "UPDATE alarm SET body = substr(body, 1, 200)",
    "one wrong digit": "UPDATE alarm SET body = replace(body, '-14', '-15')",
    "no text": "UPDATE alarm SET body = x'FF00FF', state = x'FF', kind = x'C0'",
    "other columns": "UPDATE alarm SET closed = 'no', raised_ns = 'x', number = 'y', severity = 99",
    "units": "UPDATE alarm_units SET named = replace(named, 'A', 'B')",
    "excursions": "UPDATE excursion SET body = x'FF'",
    "transitions": "UPDATE transition SET number = 77, change = x'FF'",
    "saved states": "UPDATE saved SET state = x'00'",
    "cursors": "UPDATE cursor SET seq = 'many'",
    "assets": "UPDATE alarm_asset SET asset = x'FF'",
    "no assets": "DELETE FROM alarm_asset",
    "what is folded": "UPDATE folded SET seq = 'far', follows = 'farther'",
}


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess], mosquitto: Mosquitto, publish: Callable[[str, Any], None]
) -> GatewayProcess:
    """It runs, with three alarms, one of them open."""
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    for value in (-140.0, -190.0, -141.0, -190.0, -142.0):
        publish("dewar", {"temp": value})
        eventually(lambda value=value: newest(gateway) == value, f"{value} is screened")
    return gateway


def newest(gateway: GatewayProcess) -> float | None:
    status = gateway.status()
    return None if status is None else status["channels"][0]["value"]


def limits(gateway: GatewayProcess) -> list[dict[str, Any]]:
    """What does not change by itself, oldest first: their order goes by columns that may be damaged."""
    kept = ("id", "state", "start", "end", "extreme", "raised", "asset")
    found = [a for a in gateway.alarms("--all") if a["kind"] == "limit"]
    found.sort(key=lambda a: str(a["start"]))
    return [{name: a[name] for name in kept} for a in found]


def says_so(gateway: GatewayProcess) -> bool:
    return any("records" in a["message"] for a in gateway.alarms("--all") if a["kind"] == "fault")


def execute(path: Path, sql: str) -> None:
    with closing(connect(path, writing=True)) as database:
        database.execute(sql)


def sound(path: Path) -> bool:
    with closing(connect(path, writing=True)) as database:
        return all_rows(database, "SELECT count(*) FROM alarm WHERE typeof(body) <> 'text'") == [(0,)]


def test_damaged_rows_are_made_again_while_it_runs(gateway: GatewayProcess) -> None:
    before = limits(gateway)
    assert len(before) == 3
    records = gateway.folder / "records.sqlite"
    for what, sql in DAMAGES.items():
        execute(records, sql)
        assert limits(gateway) == before, what  # at once, whoever looks
    eventually(lambda: says_so(gateway), "a fault says so")
    eventually(lambda: sound(records), "the rows are made again")
    assert gateway.stop() == 0
    for name in ("half a body", "no text", "excursions"):
        execute(records, DAMAGES[name])
        assert limits(gateway) == before, f"{name}, without the gateway"


def test_damaged_rows_stop_no_start(gateway: GatewayProcess, publish: Callable[[str, Any], None]) -> None:
    before = limits(gateway)
    assert gateway.stop() == 0
    for sql in DAMAGES.values():
        execute(gateway.folder / "records.sqlite", sql)
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -190.0})
    eventually(lambda: newest(gateway) == -190.0, "new data are screened")
    eventually(lambda: says_so(gateway), "a fault says so")
    after = eventually(
        lambda: [a for a in limits(gateway) if a["end"]][2:] and limits(gateway), "all are over"
    )
    assert [a["id"] for a in after] == [a["id"] for a in before]
    history = gateway.cryogate("history", before[0]["id"])
    assert history.returncode == 0, history.stderr
    assert history.stdout.count("raised") == 1
    assert gateway.stop() == 0


@pytest.mark.parametrize("runs", [True, False])
def test_a_file_of_rubbish_is_put_aside(
    gateway: GatewayProcess, publish: Callable[[str, Any], None], runs: bool
) -> None:
    before = limits(gateway)
    if not runs:
        assert gateway.stop() == 0
    records = gateway.folder / "records.sqlite"
    execute(records, "PRAGMA wal_checkpoint(TRUNCATE)")  # what is only in the log is gone with it
    with records.open("r+b") as file:
        for page in range(1, records.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(4096))
    if not runs:
        gateway.start()
    eventually(lambda: (gateway.folder / "records.sqlite.damaged").exists(), "it is put aside")
    gateway.wait_until_up()
    publish("dewar", {"temp": -139.0})
    eventually(lambda: newest(gateway) == -139.0, "new data are screened")
    eventually(lambda: says_so(gateway), "a fault says so")
    assert [a["id"] for a in limits(gateway)] == [a["id"] for a in before]
    assert gateway.stop() == 0
