"""Canonical units for a whole batch, by channel; a raw signal from the pump to the alarm.

Probes and calibrations by themselves: tests/unit/probes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.config.load import parse
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link
from gateway.model import SECOND, Arrivals, Decoded, Quality, Samples
from gateway.probes.pt100 import Options, signal
from gateway.units import CONVERSIONS
from gateway.writing.conversion import conversions, to_canonical
from gateway.writing.pump import Pump
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

READING = {"address": "{device}", "value_pointer": "/v"}
TOPIC = {"pattern": "t/{device}", "payload": "json", "options": {"readings": [READING]}}
UNITS = {"degC": -196.0, "K": 77.15, "degF": -320.8}


def channels(units: list[str]) -> tuple[list, dict[str, int]]:
    document = {
        "gateway": {"name": "x"},
        "sites": {"s": {}},
        "assets": {"a": {"site": "s"}},
        "sources": {"b": {"kind": "mqtt", "host": "h", "client_id": "c", "topics": [TOPIC]}},
        "channels": {u: {"asset": "a", "source": "b", "address": u, "unit": u} for u in units},
    }
    return list(parse(document, Path("x")).channels.values()), {u: i * 3 + 1 for i, u in enumerate(units)}


def converted(values: list[float], quality: Quality = Quality.GOOD) -> Samples:
    made, numbers = channels(list(UNITS))
    n = len(values)
    samples = Samples(
        np.arange(n),
        np.array([numbers[u] for u in UNITS], np.int32),
        np.array(values),
        np.full(n, quality, np.uint8),
    )
    return to_canonical(Arrivals(samples, np.arange(n)), conversions(made, numbers)).samples


def test_the_same_cold_in_three_units() -> None:
    assert converted(list(UNITS.values())).value == pytest.approx([-196.0] * 3)


def test_a_value_no_instrument_can_mean_becomes_bad() -> None:
    found = converted([1e300, np.inf, 4.0])
    assert found.quality.tolist() == [Quality.BAD, Quality.BAD, Quality.GOOD]
    assert np.isnan(found.value[:2]).all()


def test_a_bad_reading_has_no_value() -> None:
    assert np.isnan(converted([1.0, 2.0, 3.0], Quality.BAD).value).all()


def test_fixed_points_of_the_scales() -> None:
    def to(unit: str, value: float) -> float:
        return value * CONVERSIONS[unit].scale + CONVERSIONS[unit].offset

    assert to("degF", 32.0) == pytest.approx(0.0, abs=1e-12)
    assert to("degF", 212.0) == pytest.approx(100.0)
    assert to("K", 0.0) == -273.15
    assert to("inch", 1.0) == 25.4


CALIBRATED = """unit = "ohm"
probe = "pt100"
[channels.top.calibration]
certificate = "PTB-2025-0413"
date = 2025-01-05
due = 2026-01-05
expanded_uncertainty_degC = 0.12
offset_degC = 1.5
[channels.shipper]
"""


class Bridge:
    """A source that measures resistance on one channel; an item is (seconds after noon, ohm)."""

    def __init__(self, channel: int) -> None:
        self.name, self.link, self._channel = "bridge", Link("bridge"), channel

    def run(self, intake: Intake, stop: threading.Event) -> None:
        raise AssertionError("the test puts the items in")

    def decode(self, items: Sequence[tuple[float, float]]) -> Decoded:
        time_ns = np.array([NOON_NS + round(s * SECOND) for s, _ in items], np.int64)
        n = len(items)
        samples = Samples(
            time_ns,
            np.full(n, self._channel, np.int32),
            np.array([ohm for _, ohm in items], np.float64),
            np.full(n, Quality.GOOD, np.uint8),
        )
        return Decoded(Arrivals(samples, time_ns))

    def acknowledge(self, items: Sequence[Any]) -> None:
        pass


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, CONFIG.replace("[channels.shipper]\n", CALIBRATED))


def pumped(desk: Desk, *items: tuple[float, float]) -> None:
    intake, stop = Intake(100), threading.Event()
    for item in items:
        intake.put("bridge", item, 1)
    stop.set()
    by = conversions(desk.configuration.channels.values(), desk.numbers)
    Pump(desk.journal, intake, {"bridge": Bridge(desk.numbers["top"])}, by, 0.0).run(stop)


def test_ohms_become_durable_degrees_and_an_alarm_that_says_how_well_they_were_measured(desk: Desk) -> None:
    """-196, a broken wire, then a shade above -150: only the offset of the certificate makes it an alarm."""
    t = -150.5
    ohm = 100 * (1 + 3.9083e-3 * t - 5.775e-7 * t**2 - 4.183e-12 * (t - 100) * t**3)
    pumped(desk, (0, 20.2465), (10, 1e6), (20, ohm))
    read = desk.journal.read(None, 0, None)
    np.testing.assert_allclose(read.samples.value, [-194.5, np.nan, -149.0], rtol=0, atol=0.001)
    assert read.samples.quality.tolist() == [
        Quality.UNCERTAIN,
        Quality.BAD,
        Quality.UNCERTAIN,
    ]  # due that day
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["rule"] == "above-150" and alarm["extreme"] == pytest.approx(-149.0, abs=0.001)
    assert (alarm["unit"], alarm["uncertainty"]) == ("degC", 0.12)
    assert alarm["calibration"] == {"certificate": "PTB-2025-0413", "date": "2025-01-05", "due": "2026-01-05"}


def test_what_was_measured_how_well_outlives_a_restart_and_another_certificate(desk: Desk) -> None:
    pumped(desk, (0, 50.0))
    desk.run()
    desk.configure(CONFIG.replace("[channels.shipper]\n", CALIBRATED.replace("0413", "0777")))
    pumped(desk, (10, 20.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["end"] is not None
    assert alarm["calibration"]["certificate"] == "PTB-2025-0413"


def test_without_a_certificate_the_uncertainty_is_not_known(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    assert desk.alarms()[0]["uncertainty"] is None and desk.alarms()[0]["calibration"] is None


def test_what_is_declared_is_about_what_the_probe_gives_before_it_is_corrected(tmp_path: Path) -> None:
    """The offset lifts -193 to -191.5, beyond `highest`, and -192.5 to what means a fault: both are fine."""
    declared = CALIBRATED.replace("unit", "faults = [-191.0]\nhighest = -192.0\nunit", 1)
    desk = Desk(tmp_path, CONFIG.replace("[channels.shipper]\n", declared).replace("= -150.0", "= -190.0", 1))
    ohm = [_ohm(t) for t in (-193.0, -192.5, -191.0, -191.5)]
    pumped(desk, *((10 * i, r) for i, r in enumerate(ohm)))
    read = desk.journal.read(None, 0, None).samples
    np.testing.assert_allclose(read.value, [-191.5, -191.0, np.nan, np.nan], rtol=0, atol=1e-6)
    assert read.quality.tolist()[2:] == [Quality.BAD, Quality.BAD]


def _ohm(t: float) -> float:
    return float(signal(np.array([t]), Options())[0])
