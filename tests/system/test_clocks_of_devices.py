"""A real gateway and devices whose clocks run ahead: nothing is hidden, nothing ends that goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from gateway.api.asking import ask
from gateway.journal.journal import Journal
from gateway.model import SECOND, Quality
from gateway.times import parse_rfc3339
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, TELEMETRY
from tests.system.faketime import FakeTime
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

HOUR_S = 3600
DAY_S = 24 * HOUR_S
CONFIG = (
    DEWAR
    + BROKER
    + TELEMETRY
    + ABOVE_150
    + """
[notifiers.told]
kind = "jsonl"
path = "told.jsonl"
[channels.lid]
asset = "dewar"
source = "broker"
address = "d1/temperature"
profile = "p"
no_data_after_s = 60.0
"""
)


class Site:
    """A gateway, and a device that sends what the test says, stamped by a clock that may be wrong."""

    def __init__(self, folder: Path, port: int) -> None:
        config = folder / "cryogate.toml"
        config.write_text(CONFIG.format(port=port))
        self.told = folder / "told.jsonl"
        self.time = FakeTime(folder)
        self.gateway = GatewayProcess(config)
        self.gateway.environment = self.time.environment
        self._device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
        self._device.connect("127.0.0.1", port)
        self._device.loop_start()

    def start(self) -> None:
        self.gateway.start()
        self.gateway.wait_until_up()
        eventually(lambda: self.status()["sources"][0]["state"] == "up", "subscribed")

    def send(self, value: float, ahead_s: int = 0, device_ns: int | None = None) -> int:
        """What the device said the time was, once the reading is committed or dropped as a repeat."""
        before = self._taken()
        said_ns = time.time_ns() + ahead_s * SECOND if device_ns is None else device_ns
        self._device.publish("cryo/d1/telemetry", f'{{"ts": {said_ns}, "temp": {value}}}', 1)
        eventually(lambda: self._taken() > before, "in the journal")
        return said_ns

    def readings(self) -> list[tuple[int, float, int, int]]:
        """(time, value, quality, shift), sorted by time."""
        with Journal.open_reading(self.gateway.folder / "journal.sqlite") as journal:
            found = journal.read(None, 0, None)
        shift = found.device_time - found.samples.time
        columns = (found.samples.time, found.samples.value, found.samples.quality, shift)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def status(self) -> dict[str, Any]:
        return dict(ask(self.gateway.folder, "status"))

    def days_from_now(self) -> float:
        """Where the gateway's clock stands."""
        return (parse_rfc3339(self.status()["gateway"]["time"]) - time.time_ns()) / SECOND / DAY_S

    def channel(self) -> dict[str, Any]:
        [channel] = self.status()["channels"]
        return dict(channel)

    def excursions(self) -> list[dict[str, Any]]:
        return [a for a in self.gateway.alarms("--all") if a["rule"] == "above-150"]

    def end(self) -> None:
        self._device.disconnect()
        self._device.loop_stop()
        self.gateway.end()

    def _taken(self) -> int:
        journal = self.status()["journal"]
        return int(journal["readings"] + journal["repeated"])


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Site]:
    made = Site(tmp_path, mosquitto.port)
    made.start()
    yield made
    made.end()


def test_one_message_23_h_ahead_and_then_warmth_now(site: Site) -> None:
    """The first is shifted and named; what comes now shows at once, and once."""
    site.send(-190.0, 23 * HOUR_S)
    [(time_ns, value, quality, shift_ns)] = site.readings()
    assert abs(time_ns - time.time_ns()) < 30 * SECOND
    assert (value, quality) == (-190.0, Quality.UNCERTAIN)
    assert shift_ns / SECOND == pytest.approx(23 * HOUR_S, abs=5)

    site.send(-100.0)
    eventually(lambda: site.channel()["state"].startswith("critical"), "the excursion shows at once")
    assert site.channel()["value"] == -100.0
    assert "device clock ahead by 23 h" in " ".join(site.gateway.cryogate("status").stdout.split())
    doctor = " ".join(site.gateway.cryogate("doctor").stdout.split())
    assert "device clock ahead by 23 h: lid" in doctor
    assert "set the device's clock" in doctor

    for _ in range(5):
        site.send(-100.0)
    eventually(
        lambda: [alarm["readings"] for alarm in site.excursions()] == [6], "an alarm that goes on is written"
    )
    [alarm] = site.excursions()
    assert (alarm["state"], alarm["end"], alarm["withdrawn"]) == ("unacknowledged", None, False)
    assert len(site.told.read_text().splitlines()) == 1


def test_a_device_8_h_ahead_for_a_while_and_then_set_right(site: Site) -> None:
    """One excursion from the first to the last: its times are those of receipt, in their order."""
    said = [site.send(-100.0 - k, 8 * HOUR_S) for k in range(4)]
    before = [site.send(-100.0 - k) for k in range(4, 8)]  # set right
    rows = site.readings()
    assert [value for _, value, _, _ in rows] == [-100.0 - k for k in range(8)]
    assert [time_ns + shift for time_ns, _, _, shift in rows] == said + before
    assert [quality for _, _, quality, _ in rows] == [Quality.UNCERTAIN] * 4 + [Quality.GOOD] * 4
    [alarm] = eventually(site.excursions, "one alarm")
    assert (alarm["state"], alarm["end"]) == ("unacknowledged", None)

    site.send(-101.0, device_ns=said[1])  # the device sends it again: it heard no acknowledgement
    assert site.readings() == rows
    site.gateway.kill()
    site.start()
    site.send(-100.0, device_ns=said[0])
    assert site.readings() == rows


def test_a_device_ahead_that_falls_silent_is_silent(site: Site) -> None:
    """Its last reading does not look fresh for eight hours."""
    site.send(-190.0, 8 * HOUR_S)
    eventually(lambda: site.channel()["state"] == "in range", "screened")
    first_s = site.channel()["age_s"]
    eventually(lambda: site.channel()["age_s"] > first_s + 1, "it gets older")
    assert site.channel()["age_s"] < 60


def test_the_gateway_itself_at_100_days_and_back(site: Site) -> None:
    """What was stamped then waits for its time; what comes now decides now."""
    site.send(-190.0)
    site.time.set(100 * DAY_S)
    eventually(lambda: site.days_from_now() > 99, "it sees the jump")
    site.send(-100.0, 100 * DAY_S)
    eventually(lambda: site.channel()["state"].startswith("critical"), "an excursion, by that clock")
    site.time.set(0)
    eventually(lambda: site.channel()["waiting"] == 1, "it waits")
    shown = site.channel()
    assert (shown["state"], shown["value"]) == ("in range", -190.0)
    assert shown["ahead_s"] == pytest.approx(100 * DAY_S, abs=300)
    assert [a["withdrawn"] for a in site.excursions()] == [True]

    site.send(-120.0)
    eventually(lambda: site.channel()["state"].startswith("critical"), "what comes now shows now")
    assert [a["extreme"] for a in site.excursions() if not a["withdrawn"]] == [-120.0]
    site.gateway.kill()
    site.start()
    eventually(lambda: site.channel()["state"].startswith("critical"), "and after a crash")
    assert site.channel()["waiting"] == 1
