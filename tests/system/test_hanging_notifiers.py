"""Notifiers that hang, that have a bug, and whose outside world rejects: the others hear all in time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

PLUG_IN = '''"""A notifier for a test."""

import threading
from dataclasses import dataclass

from gateway.errors import Rejected


@dataclass(frozen=True)
class Options:
    pass


class Notifier:
    def __init__(self, options):
        pass

    def notify(self, change):
        {does}
'''
DOES = {
    "hangs": "threading.Event().wait()",
    "has_a_bug": "raise ValueError('month must be in 1..12')",
    "rejects": "raise Rejected('550 no such user')",
}
OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[notifiers.first]
kind = "hangs"
[notifiers.second]
kind = "has_a_bug"
[notifiers.third]
kind = "rejects"
[notifiers.works]
kind = "jsonl"
path = "told.jsonl"
"""


class WithPlugIns(GatewayProcess):
    """The gateway with notifiers of a folder beside its own."""

    def _cryogate(self) -> list[str]:
        beside = str(self.config.parent / "notifiers")
        program = f"import gateway.notifiers as n; n.__path__.append({beside!r})"
        return [sys.executable, "-c", f"{program}; from gateway.cli import main; main()"]

    def asked(self, command: str, *arguments: str) -> Any:
        """In a process that knows them."""
        done = self.cryogate(command, *arguments)
        return SimpleNamespace(exit_code=done.returncode, stdout=done.stdout, output=done.stdout)


@pytest.fixture
def gateway(tmp_path: Path, mosquitto: Mosquitto) -> Any:
    (tmp_path / "notifiers").mkdir()
    for name, does in DOES.items():
        (tmp_path / "notifiers" / f"{name}.py").write_text(PLUG_IN.format(does=does))
    config = tmp_path / "cryogate.toml"
    config.write_text((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway = WithPlugIns(config)
    gateway.start()
    gateway.wait_until_up()
    yield gateway
    gateway.end()


def test_a_notifier_that_hangs_fails_or_rejects_starves_nobody(
    gateway: GatewayProcess, publish: Callable[[str, Any], None], tmp_path: Path
) -> None:
    def told() -> list[dict[str, Any]]:
        path = tmp_path / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def heard(change: str) -> int:
        return sum(said["change"] == change and said["kind"] == "limit" for said in told())

    def notifier(name: str) -> dict[str, Any]:
        status = gateway.status() or {"notifiers": [{"name": name, "problem": "", "parked": "", "behind": 0}]}
        return next(n for n in status["notifiers"] if n["name"] == name)

    for round_ in range(1, 3):
        for value, change in ((-140.0, "raised"), (-190.0, "returned")):
            publish("dewar", {"temp": value})
            eventually(lambda c=change, n=round_: heard(c) >= n, f"{change}, the {round_}.")
    eventually(lambda: "month must be in 1..12" in notifier("second")["problem"], "the bug is shown")
    eventually(lambda: "550 no such user" in notifier("third")["parked"], "what is rejected is parked")
    eventually(lambda: notifier("first")["behind_s"] > 1, "the one that hangs is late, and it says so")
    assert notifier("works")["problem"] == notifier("works")["parked"] == ""
    eventually(lambda: any(a["rule"] == "parked:notifier:third" for a in gateway.alarms()), "a fault")

    shown = json.loads(gateway.cryogate("parked", "--sink", "third", "--json").stdout)
    assert len(shown[0]["alarm_changes"]) >= 4

    began_s = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - began_s < 20
    assert "notifier:first hangs and is left" in gateway.log.read_text()
    before = [(said["id"], said["number"]) for said in told()]
    assert len(before) == len(set(before))
