"""A real gateway whose wall clock is wrong, is set, jumps by hours, or shows summer time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import paho.mqtt.client as mqtt
import pytest

from gateway.journal.journal import Journal
from gateway.model import SECOND, Quality
from tests.system.configurations import BROKER
from tests.system.faketime import FakeTime
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SITE = """
[gateway]
name = "clocks"
[clock]
require_sync = {require_sync}
[sites.s]
[assets.dewar]
site = "s"
"""
OWN = """
[[sources.broker.topics]]
pattern = "timed"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ns"
readings = [{{ address = "timed", value_pointer = "/temp" }}]
[[sources.broker.topics]]
pattern = "plain"
payload = "json"
options = {{ readings = [{{ address = "plain", value_pointer = "/temp" }}] }}
[channels.timed]
asset = "dewar"
source = "broker"
address = "timed"
no_data_after_s = 900.0
[channels.plain]
asset = "dewar"
source = "broker"
address = "plain"
no_data_after_s = 900.0
"""
CONFIG = SITE + BROKER + OWN

Rows = list[tuple[str, int, int, int]]  # channel, time, received, quality


class World:
    """A gateway with a clock of its own, and a device that has one, too."""

    def __init__(self, folder: Path, port: int, require_sync: bool) -> None:
        config = folder / "cryogate.toml"
        config.write_text(CONFIG.format(port=port, require_sync=str(require_sync).lower()))
        self.time = FakeTime(folder)
        self.gateway = GatewayProcess(config)
        self.gateway.environment = self.time.environment
        self._device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
        self._device.connect("127.0.0.1", port)
        self._device.loop_start()
        self._sent = 0

    def start(self) -> None:
        self.gateway.start()
        self.gateway.wait_until_up()
        eventually(lambda: self._status()["sources"][0]["state"] == "up", "subscribed")

    def send(self, shift_s: int = 0) -> Rows:
        """One reading with the device's time, one without, as the journal has them."""
        device_ns = time.time_ns() + shift_s * SECOND
        self._sent += 1
        before = len(self._newest())
        self._device.publish("timed", f'{{"ts": {device_ns}, "temp": {-190 - self._sent / 100}}}', 1)
        self._device.publish("plain", f'{{"temp": {-190 - self._sent / 100}}}', 1)
        return eventually(lambda: len(a := self._newest()) == before + 2 and a[-2:], "in the journal")

    def is_trusted(self) -> bool:
        return bool(self._status()["clock"]["trusted"])

    def statements(self) -> list[dict[str, Any]]:
        with Journal.open_reading(self.gateway.folder / "journal.sqlite") as journal:
            return [dict(s.body) for _, s in journal.statements("clock")]

    def committed(self) -> list[int]:
        """When each entry was, ns."""
        with Journal.open_reading(self.gateway.folder / "journal.sqlite") as journal:
            return [entry.committed_ns for entry in journal.entries(0)]

    def end(self) -> None:
        self._device.disconnect()
        self._device.loop_stop()
        self.gateway.end()

    def _status(self) -> dict[str, Any]:
        return self.gateway.status() or pytest.fail(self.gateway.log.read_text())

    def _newest(self) -> Rows:
        """(channel, time, received, quality) in the order of commits; within one by channel."""
        with Journal.open_reading(self.gateway.folder / "journal.sqlite") as journal:
            names, found = journal.channel_names(), []
            for entry in journal.entries(0):
                if entry.arrivals is not None:
                    s = entry.arrivals.samples
                    columns = (s.channel, s.time, entry.arrivals.received, s.quality)
                    rows = zip(*(c.tolist() for c in columns), strict=True)
                    found += [(names[n], *row) for n, *row in rows]
        return found


@pytest.fixture
def world(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(require_sync: bool = False) -> World:
        made.append(World(tmp_path, mosquitto.port, require_sync))
        return made[-1]

    yield make
    for one in made:
        one.end()


def ahead_s(time_ns: int) -> float:
    return (time_ns - time.time_ns()) / SECOND


def by_channel(rows: Rows) -> dict[str, tuple[int, int, int]]:
    return {name: (time_ns, received_ns, quality) for name, time_ns, received_ns, quality in rows}


def test_a_boot_without_the_time_is_not_proven_until_the_clock_is_set(world: Callable[..., World]) -> None:
    here = world()
    here.start()
    here.send()
    assert here.is_trusted()
    here.gateway.stop()

    here.time.set(-100 * DAY_S)  # no battery: the clock of the last update
    here.start()
    assert not here.is_trusted()
    rows = by_channel(here.send())
    assert ahead_s(rows["timed"][0]) == pytest.approx(0, abs=30)  # not refused as absurd
    assert ahead_s(rows["plain"][0]) == pytest.approx(0, abs=120)  # counted on from the newest reading
    assert rows["timed"][2] == rows["plain"][2] == Quality.UNCERTAIN
    assert not (here.gateway.status() or {})["refused"]
    assert ahead_s(min(here.committed())) == pytest.approx(
        0, abs=60
    )  # by the same clock: nobody is 100 days late

    here.time.set(0)
    eventually(here.is_trusted, "the clock was set")
    rows = by_channel(here.send())
    assert rows["timed"][2] == rows["plain"][2] == Quality.GOOD
    eventually(lambda: len(here.statements()) == 3, "all of it is stated")
    first, lost, won = here.statements()
    assert (first["trusted"], lost["trusted"], won["trusted"]) == (True, False, True)
    assert "behind the newest reading" in lost["reason"]
    assert won["jump_s"] == pytest.approx(100 * DAY_S, abs=1)
    assert 0 <= won["moved_s"] < 60  # by so much were the times in between too early


def test_hours_forward_are_a_hole_in_the_record_and_no_silence_of_devices(
    world: Callable[..., World],
) -> None:
    here = world()
    here.start()
    here.send()
    here.time.set(5 * HOUR_S)
    eventually(lambda: len(here.statements()) == 2, "the jump is stated")
    assert here.statements()[-1]["jump_s"] == pytest.approx(5 * HOUR_S, abs=1)
    assert here.gateway.alarms() == []  # five hours of silence by the clock, one second by anybody else
    rows = by_channel(here.send())
    assert ahead_s(rows["plain"][0]) == pytest.approx(5 * HOUR_S, abs=5)
    assert ahead_s(rows["timed"][0]) == pytest.approx(0, abs=5)
    told = eventually(here.gateway.alarms, "the record has a hole of five hours, and says so")
    assert [(a["channel"], a["rule"], a["state"]) for a in told] == [
        ("plain", "no-data", "returned unacknowledged")
    ]


def test_hours_back_never_write_into_the_past(world: Callable[..., World]) -> None:
    here = world()
    here.time.set(5 * HOUR_S)
    here.start()
    before = by_channel(here.send())
    here.time.set(0)
    eventually(lambda: not here.is_trusted(), "the jump is seen")
    after = by_channel(here.send())
    assert after["plain"][0] > before["plain"][0]  # the clock said five hours earlier
    assert after["plain"][2] == after["timed"][2] == Quality.UNCERTAIN
    assert ahead_s(after["timed"][0]) == pytest.approx(0, abs=5)
    eventually(lambda: len(here.statements()) == 2, "the jump is stated")
    assert here.statements()[-1]["jump_s"] == pytest.approx(-5 * HOUR_S, abs=1)
    assert here.gateway.stop() == 0
    here.start()  # and a restart does not forget it
    assert not here.is_trusted()
    assert by_channel(here.send())["plain"][0] > after["plain"][0]


def test_what_the_kernel_says_counts_where_sync_is_required(world: Callable[..., World]) -> None:
    here = world(require_sync=True)
    here.start()
    told = (here.gateway.status() or {})["clock"]
    assert told["trusted"] == (told["synchronized"] is not False)
    quality = by_channel(here.send())["timed"][2]
    assert quality == (Quality.GOOD if told["trusted"] else Quality.UNCERTAIN)
    assert ("NTP" in told["problem"]) == (not told["trusted"])


def test_summer_time_changes_nothing(world: Callable[..., World]) -> None:
    """Berlin sets its clocks back in the night of 2026-10-25 at 01:00 UTC."""
    here = world()
    here.gateway.environment |= {"TZ": "Europe/Berlin"}
    change_s = 1_792_890_000
    shift_s = change_s - 4 - int(time.time())
    here.time.set(shift_s)
    here.start()
    times = []
    began_s = time.monotonic()
    while time.monotonic() - began_s < 8:
        times.append(by_channel(here.send(shift_s))["plain"][0])
    assert times[0] < times[-1] and bool((np.diff(times) > 0).all())
    assert (times[-1] - times[0]) / SECOND < 30
    assert here.is_trusted() and len(here.statements()) == 1
