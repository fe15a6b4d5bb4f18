"""What an import says that it raises is what screening raises: by the limits of the time of the readings."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gateway.config.load import parse
from gateway.config.timeline import timeline_of
from gateway.model import SECOND, Quality, Samples
from gateway.questions.import_alarms import alarms_in
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

TOP = CONFIG[CONFIG.index("[channels.top]") : CONFIG.index("[channels.shipper]")]
OWN = """
[[channels.top.rules]]
id = "own"
kind = "limit"
side = "high"
limit_degC = -120.0
severity = "minor"
[channels.shipper]
"""
STRICT, MILD = (CONFIG.replace("[channels.shipper]\n", OWN.replace("-120", one)) for one in ("-120", "-20"))
SPREAD = """
[[channels.top.rules]]
id = "apart"
kind = "spread"
partner = "shipper"
limit_degC = 5.0
severity = "minor"
[channels.shipper]
"""
WARM = (("top", 0, -190.0), ("top", 10, -100.0), ("top", 20, -190.0))


def told(desk: Desk, *readings: tuple[str, float, float]) -> dict[tuple[str, str], int]:
    names = list(dict.fromkeys(name for name, _, _ in readings))
    numbers = {name: place for place, name in enumerate(names)}
    samples = Samples(
        np.array([NOON_NS + round(s * SECOND) for _, s, _ in readings], np.int64),
        np.array([numbers[name] for name, _, _ in readings], np.int32),
        np.array([value for *_, value in readings], np.float64),
        np.full(len(readings), Quality.GOOD, np.uint8),
    )
    found = alarms_in(desk.configuration, numbers, samples, timeline_of(desk.journal))
    return {(one["channel"], one["rule"]): one["alarms"] for one in found}


def raised(desk: Desk, *readings: tuple[str, float, float]) -> dict[tuple[str, str], int]:
    desk.read(*readings)
    desk.run()
    return dict(Counter((one["channel"], one["rule"]) for one in desk.alarms()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (STRICT, MILD),
        (MILD, STRICT),
        (CONFIG, STRICT),
        (CONFIG, CONFIG.replace("[channels.top]", '[channels.new]\nwas = "top"')),
    ],
)
def test_the_limits_of_their_time_judge(tmp_path: Path, before: str, after: str) -> None:
    desk = Desk(tmp_path, before, NOON_NS - SECOND)
    desk.configure(after, NOON_NS + 100 * SECOND)
    name = "new" if "channels.new" in after else "top"
    readings = [(name, at, value) for _, at, value in WARM]
    assert told(desk, *readings) == raised(desk, *readings)


def test_a_channel_that_was_left_out_for_a_while(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG, NOON_NS - 100 * SECOND)
    desk.configure(CONFIG.replace(TOP, ""), NOON_NS - 90 * SECOND)
    desk.configure(CONFIG, NOON_NS + 900 * SECOND)
    assert told(desk, *WARM) == raised(desk, *WARM) == {("top", "above-150"): 1}


def test_a_channel_that_no_gateway_has_run_with_is_judged_by_the_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG.replace(TOP, ""), NOON_NS - SECOND)
    desk.configuration = parse(tomllib.loads(CONFIG), tmp_path / "cryogate.toml")
    assert told(desk, *WARM) == {("top", "above-150"): 1}


def test_a_partner_that_is_not_in_the_file_has_no_say(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG.replace("[channels.shipper]\n", SPREAD), NOON_NS - SECOND)
    assert told(desk, *WARM) == {("top", "above-150"): 1}
    both = [*WARM, ("shipper", 1, -190.0), ("shipper", 11, -190.0), ("shipper", 21, -190.0)]
    assert told(desk, *both) == raised(desk, *both)
