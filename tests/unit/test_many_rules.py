"""A hundred thousand rules on one channel: slow is allowed, wrong is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from gateway.config.load import parse
from gateway.model import SECOND, Samples, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit
from gateway.screening.screen import Screen

RULES = 100_000
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "cryogate.toml"
BASE_NS = 1_767_610_800 * SECOND


def test_each_of_a_hundred_thousand_rules_says_what_it_would_say_alone() -> None:
    limits = -150.0 + np.arange(RULES) * 1e-4  # from -150 to -140
    instances = tuple(
        Instance(0, f"r{i}", "limit", limit.Parameters("high", x), Severity.MINOR, "1")
        for i, x in enumerate(limits.tolist())
    )
    screen = Screen(Plan((ChannelPlan(0, "top", 60 * SECOND),), instances))
    value = np.array([-190.0, -190.0, -145.0, -190.0])
    time = BASE_NS + np.arange(4) * SECOND
    found = screen.feed(Samples(time, np.zeros(4, np.int32), value, np.zeros(4, np.uint8)))
    expected = np.flatnonzero(limits < -145.0)
    assert found["instance"].tolist() == expected.tolist()
    assert (found["start"] == time[2]).all() and (found["end"] == time[3]).all()
    steps = (found["beyond"] - (-145.0 - limits[expected]) / 45.0 * SECOND) / SECOND
    assert np.abs(steps).max() < 1e-9


def test_a_configuration_with_a_hundred_thousand_rules_is_taken() -> None:
    document = tomllib.loads(EXAMPLE.read_text())
    (version,) = document["profiles"]["vapour-150"]
    rule = next(r for r in version["rules"] if r["kind"] == "limit" and r["side"] == "high")
    version["rules"] += [{**rule, "id": f"r{i}"} for i in range(RULES)]
    (made,) = parse(document, EXAMPLE).profiles["vapour-150"]
    assert len(made.rules) == len(version["rules"])
