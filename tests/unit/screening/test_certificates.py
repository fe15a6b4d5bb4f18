"""A certificate changes nothing but the time it takes: findings are those of looking at every reading."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening import cells, history, latched, outlook, series
from gateway.screening.findings import no_findings
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import forecast, limit, no_data, rate, stuck
from gateway.screening.screen import Screen

S = 1_000_000_000
PLAN = Plan(
    (ChannelPlan(1, "quiet", 5 * S),),
    tuple(
        Instance(1, f"{kind}-{k}", kind, parameters, Severity.MAJOR, "1")
        for k, (kind, parameters) in enumerate(
            [
                ("limit", limit.Parameters("high", 1.0, 0.2, 3.0, 4.0)),
                ("limit", limit.Parameters("low", -1.0, 0.0, 0.0, 90.0)),
                ("rate", rate.Parameters("rising", 1.0, 60.0, 0.4, 10)),
                ("rate", rate.Parameters("falling", -2.0, 33.0, 0.5, 3, 5.0, 5.0)),
                ("stuck", stuck.Parameters(0.02, 40.0)),
                ("forecast", forecast.Parameters("high", 1.2, 60.0, 45.0)),
                ("no_data", no_data.Parameters(4.0)),
            ]
        )
    ),
)


@pytest.fixture(autouse=True)
def middling_pieces(monkeypatch: pytest.MonkeyPatch, small_pieces: None) -> None:
    monkeypatch.setattr(cells, "CELL", 16)
    monkeypatch.setattr(cells, "FINE", 4)
    monkeypatch.setattr(cells, "BRIEF", 8)
    monkeypatch.setattr(cells, "TILE", 64)
    monkeypatch.setattr(series, "STRIDE", 4)
    monkeypatch.setattr(latched, "PIECE", 200)
    monkeypatch.setattr(history, "MOST", 65_536)


def story(seed: int) -> Samples:
    """Twenty minutes at about 1 Hz: noise, ramps, a frozen stretch, silences."""
    rng = np.random.default_rng(seed)
    count = 1200
    step = rng.choice([0.9, 1.0, 1.1], count) + (rng.random(count) < 0.002) * rng.choice([3.0, 6.0, 100.0])
    slope = np.repeat(rng.choice([0.0, 0.0, 0.0, 0.012, 0.02, -0.03], count // 60), 60)
    value = np.cumsum(slope) + rng.normal(0, rng.choice([0.0, 0.01, 0.1]), count)
    value = (value + 1.5) % 3.0 - 1.5
    frozen = int(rng.integers(0, count - 100))
    value[frozen : frozen + int(rng.integers(20, 100))] = value[frozen]
    time = 1_700_000_000 * S + np.cumsum(step * S).astype(np.int64)
    return Samples(time, np.ones(count, np.int32), value, np.zeros(count, np.uint8))


def findings(samples: Samples, cuts: list[int]) -> bytes:
    screen = Screen(PLAN)
    bounds = sorted({0, len(samples), *cuts})
    parts = [screen.feed(samples.take(slice(a, b))) for a, b in pairwise(bounds)]
    found = np.concatenate(parts)
    ended = found[found["phase"] == 1]
    return ended[np.lexsort((ended["start"], ended["instance"]))].tobytes()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 1199), max_size=5), st.integers(0, 1100))
def test_certified_equals_looked_at(seed: int, cuts: list[int], ticks_from: int) -> None:
    samples = story(seed)
    cuts = [*cuts, *range(ticks_from, ticks_from + 60)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlook.Steepness, "bound", everything_possible)
        patch.setattr(outlook.Movement, "shown", nothing_shown)
        patch.setattr(latched.Latched, "_surely_idle_before", nothing_idle)
        expected = findings(samples, [])
    assert findings(samples, []) == expected
    assert findings(samples, cuts) == expected


def everything_possible(self: object, readings: object, member: np.ndarray, *rest: object) -> np.ndarray:
    return np.full(len(member), np.inf)


def nothing_shown(self: object, readings: object, member: np.ndarray, cell: np.ndarray) -> np.ndarray:
    return np.zeros(len(member), np.bool_)


def nothing_idle(self: object, readings: object, pair: np.ndarray, *rest: object) -> np.ndarray:
    return np.zeros(len(pair), np.bool_)


def test_quiet_data_is_certified() -> None:
    """The point of it: on quiet data no value rule looks at readings one by one."""
    rng = np.random.default_rng(5)
    count = 2000
    time = 1_700_000_000 * S + np.arange(count) * S
    quiet = Samples(time, np.ones(count, np.int32), rng.normal(0, 0.03, count), np.zeros(count, np.uint8))
    looked: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            latched.Latched, "_screen", lambda self, b, m, cell: looked.append(len(cell)) or no_findings()
        )
        assert len(Screen(without_frozen()).feed(quiet)) == 0
    assert sum(looked) <= 10  # of 125 cells a rule: those whose window is not yet full


def without_frozen() -> Plan:
    kept = tuple(i for i in PLAN.instances if i.kind in ("limit", "rate", "no_data"))
    return Plan(PLAN.channels, kept)
