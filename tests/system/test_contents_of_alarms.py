"""What people state about contents, and what alarms say of it: the real gateway and the real commands."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.model import SECOND
from gateway.times import format_rfc3339
from tests.system.configurations import ABOVE_150, BROKER, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

SITE = """
[gateway]
name = "test"
[clock]
require_sync = false
[sites.s]
[assets.shipper-1]
site = "s"
[assets.freezer-1]
site = "s"
zones = ["top"]
"""
CHANNEL = """
[channels.{name}-probe]
asset = "{name}"
source = "broker"
address = "{name}/temperature"
profile = "p"
no_data_after_s = 1000000.0
max_gap_s = 60.0
"""
CONFIG = SITE + BROKER + TELEMETRY + ABOVE_150
HOUR_NS = 3600 * SECOND
NOW_NS = time.time_ns() // SECOND * SECOND


def ago(hours: float) -> str:
    """A moment so many hours before these tests, as text."""
    return format_rfc3339(NOW_NS - round(hours * HOUR_NS))


class Site:
    """A gateway whose shipper-1 and freezer-1 are too warm since 8 h, and what people state about them."""

    def __init__(self, gateway: GatewayProcess, folder: Path) -> None:
        self.gateway, self.folder = gateway, folder

    def load(self, *rows: tuple[str, ...], by: str = "Li Na", more: tuple[str, ...] = ()) -> str:
        """Rows of (code, asset, from, to[, chain of identity]); the id of the first statement."""
        file = self.folder / "containment.csv"
        told = [f"holder,{r[0]},{r[1]},{r[2]},{r[3]},{''.join(r[4:])}" for r in rows]
        file.write_text("\n".join(["scheme,code,asset,from,to,chain_of_identity", *told]) + "\n")
        done = self.say("load", str(file), "--by", by, *more, "--json")
        assert done.returncode == 0, done.stderr
        ids = json.loads(done.stdout)["ids"]
        return str(ids[0]) if ids else ""

    def say(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.gateway.cryogate(command, *words)

    def ask(self, command: str, *words: str) -> Any:
        done = self.gateway.cryogate(command, *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def unit(self, asset: str, code: str) -> Any:
        """What the alarm of an asset says of a unit: (from, to, certain); None: it is not inside."""
        alarms = [a for a in self.gateway.alarms("--all") if (a["asset"], a["rule"]) == (asset, "above-150")]
        known = [u for a in alarms if not isinstance(a["units"], str) for u in a["units"]]
        return next(((u["from"], u["to"], u["certain"]) for u in known if u["code"] == code), None)

    def shows(self, asset: str, code: str, expected: Any) -> None:
        eventually(lambda: self.unit(asset, code) == expected, f"{code} in {asset}: {expected}", 60.0)


@pytest.fixture
def site(
    mosquitto: Mosquitto,
    configured: Callable[[str], GatewayProcess],
    publish: Callable[[str, Any], None],
    tmp_path: Path,
) -> Site:
    channels = "".join(CHANNEL.format(name=name) for name in ("shipper-1", "freezer-1"))
    gateway = configured(CONFIG.format(port=mosquitto.port) + channels)
    gateway.start()
    gateway.wait_until_up()
    for name in ("shipper-1", "freezer-1"):
        for hours, value in ((9, -190.0), (8, -100.0)):
            publish(f"cryo/{name}/telemetry", {"ts": NOW_NS - hours * HOUR_NS, "temp": value})
    return Site(gateway, tmp_path)


def test_alarms_follow_what_people_say_correct_withdraw_and_contradict(site: Site) -> None:
    """One gateway for all of it: each step is about a unit of its own."""
    _an_end_and_the_end_taken_back(site)
    _a_unit_in_two_places(site)
    _a_move_restated(site)
    _a_wrong_code(site)
    _another_chain_of_identity(site)
    _what_begins_in_the_future(site)
    _an_asset_stated_empty(site)


def _an_end_and_the_end_taken_back(site: Site) -> None:
    site.load(("A", "shipper-1", ago(10), ""))
    site.shows("shipper-1", "A", (ago(8), None, True))
    site.load(("A", "shipper-1", ago(10), ago(6)))
    site.shows("shipper-1", "A", (ago(8), ago(6), True))
    assert site.load(("A", "shipper-1", ago(10), ""))
    site.shows("shipper-1", "A", (ago(8), None, True))
    assert not site.load(("A", "shipper-1", ago(10), "")), "again is nothing new"


def _a_unit_in_two_places(site: Site) -> None:
    site.load(("U", "shipper-1", ago(10), ago(1)))
    wrong = site.load(("U", "freezer-1", ago(5), ago(4)), by="Chen")
    site.shows("shipper-1", "U", (ago(8), ago(1), False))
    site.shows("freezer-1", "U", (ago(5), ago(4), False))
    (conflict,) = site.ask("contents", "--conflicts")["conflicts"]
    assert [s["by"] for s in conflict["statements"]] == ["Li Na", "Chen"]
    shown = site.say("alarms").stdout
    assert "U  possibly" in shown and "both cannot be: correct or withdraw one of them" in shown
    assert site.say("withdraw", wrong, "--by", "Wang", "--reason", "another bag").returncode == 0
    site.shows("shipper-1", "U", (ago(8), ago(1), True))
    site.shows("freezer-1", "U", None)
    assert site.ask("contents", "--conflicts")["conflicts"] == []


def _a_move_restated(site: Site) -> None:
    site.load(("M", "shipper-1", ago(10), ""))
    moved = site.load(("M", "freezer-1", ago(4), ""), by="Chen")
    site.shows("shipper-1", "M", (ago(8), ago(4), True))
    why = ("--corrects", moved, "--reason", "the paper log says so")
    site.load(("M", "freezer-1", ago(6), ""), by="Wang", more=why)
    site.shows("shipper-1", "M", (ago(8), ago(6), True))
    site.shows("freezer-1", "M", (ago(6), None, True))
    (unit,) = site.ask("contents", "--unit", "M")["units"]
    counting = [(s["by"], s["counts"]) for s in unit["statements"]]
    assert counting == [("Li Na", True), ("Chen", False), ("Wang", True)]
    assert "corrected by Wang" in unit["statements"][1]["fate"]
    assert unit["statements"][2]["reason"] == "the paper log says so"


def _a_wrong_code(site: Site) -> None:
    wrong = site.load(("WRONG", "shipper-1", ago(10), ""))
    site.shows("shipper-1", "WRONG", (ago(8), None, True))
    done = site.say("withdraw", wrong, "--by", "Wang", "--reason", "wrong label", "--json")
    site.shows("shipper-1", "WRONG", None)
    back = site.say("withdraw", json.loads(done.stdout)["id"], "--by", "Wang", "--reason", "it was right")
    assert back.returncode == 0, back.stderr
    site.shows("shipper-1", "WRONG", (ago(8), None, True))


def _another_chain_of_identity(site: Site) -> None:
    first = site.load(("C", "shipper-1", ago(10), "", "COI-1"))
    file = site.folder / "containment.csv"
    file.write_text(file.read_text().replace("COI-1", "COI-2"))
    refused = site.say("load", str(file), "--by", "Chen")
    assert refused.returncode == 1
    assert "'COI-2' is another than 'COI-1', which Li Na stated" in refused.stderr and first in refused.stderr
    assert site.say("load", str(file), "--by", "Chen", "--corrects", first).returncode == 1, (
        "without a reason"
    )
    site.load(("C", "shipper-1", ago(10), "", "COI-2"), more=("--corrects", first, "--reason", "label"))
    (unit,) = site.ask("contents", "--unit", "C")["units"]
    assert unit["chain_of_identity"] == "COI-2"


def _what_begins_in_the_future(site: Site) -> None:
    file = site.folder / "containment.csv"
    file.write_text("scheme,code,asset,from\nholder,F,shipper-1,2062-01-05T08:00:00Z\n")
    refused = site.say("load", str(file), "--by", "Li Na")
    assert refused.returncode == 1 and "2062-01-05T08:00:00Z is in the future" in refused.stderr


def _an_asset_stated_empty(site: Site) -> None:
    said = site.say("empty", "shipper-1", "--at", ago(1), "--by", "Wang", "--json")
    assert said.returncode == 0, said.stderr
    site.shows("shipper-1", "A", (ago(8), ago(1), True))
    (now,) = site.ask("contents", "shipper-1")["assets"]
    assert (now["known"], now["units"], now["empty"]["by"]) == (True, [], "Wang")
    assert "shipper-1  empty since" in site.say("contents").stdout
    site.say("withdraw", json.loads(said.stdout)["id"], "--by", "Wang", "--reason", "the other shipper")
    site.shows("shipper-1", "A", (ago(8), None, True))
