"""Statements of the journal that are damaged: the gateway starts, takes new data, and a fault names each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from gateway.journal.database import all_rows, connect
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto
from tests.system.test_damaged_records import OWN, newest

BITS = {
    "a bit of the body": "body = CAST(substr(body, 1, 30) || x'01' || substr(body, 32) AS BLOB)",
    "no body": "body = x''",
    "the time": "committed_ns = committed_ns + 1",
}


def messages(gateway: GatewayProcess) -> list[str]:
    return [a["message"] for a in gateway.alarms("--all") if a["kind"] == "fault" and a["end"] is None]


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("configuration", "a bit of the body"),
        ("withdrawal", "no body"),
        ("acknowledge", "the time"),
    ],
)
def test_it_starts_and_names_what_is_damaged(
    configured: Callable[[str], GatewayProcess],
    mosquitto: Mosquitto,
    publish: Callable[[str, Any], None],
    kind: str,
    damage: str,
) -> None:
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -140.0})
    (alarm,) = eventually(lambda: [a for a in gateway.alarms() if a["kind"] == "limit"], "it is raised")
    assert gateway.cryogate("ack", alarm["id"], "--by", "Li Na", "--comment", "seen").returncode == 0
    said = gateway.cryogate("statements", "--kind", "acknowledge").stdout.split()[0]
    taken_back = gateway.cryogate("withdraw", said, "--by", "Li Na", "--reason", "another one")
    assert taken_back.returncode == 0, taken_back.stderr
    assert gateway.stop() == 0
    with closing(connect(gateway.folder / "journal.sqlite", writing=True)) as database:
        ((seq,),) = all_rows(database, "SELECT max(seq) FROM entry WHERE kind = ?", (kind,))
        database.execute(f"UPDATE entry SET {BITS[damage]} WHERE seq = ?", (seq,))

    named = f"journal entry {seq} (of kind '{kind}'"
    for value in (-190.0, -141.0):  # also the second start
        gateway.start()
        gateway.wait_until_up()
        publish("dewar", {"temp": value})
        eventually(lambda value=value: newest(gateway) == value, "new data are screened")
        eventually(lambda: any(named in message for message in messages(gateway)), "a fault names it")
        assert gateway.stop() == 0
    verified = gateway.cryogate("journal", "verify")
    assert (verified.returncode, f"journal entry {seq} is damaged" in verified.stdout) == (1, True)
