"""Against simulated physics, small: the benchmark `benchmarks.holdtime` does the same with many more."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.holdtime import START_NS, Score, cases_of_liquid
from benchmarks.rig.vessel_lives import Lives, dry_shippers
from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import by_amount

MINUTE_NS = 60 * 10**9


@pytest.fixture(scope="module")
def lives() -> Lives:
    dice = np.random.default_rng(11)
    return dry_shippers(24, 3.0, dice, dice.uniform(10.0, 18.0, 24))


def test_most_truths_lie_in_the_range_and_the_middle_is_near(lives: Lives) -> None:
    scores: dict[str, Score] = {}
    for what, estimate, truth_s in cases_of_liquid(lives, np.random.default_rng(12)):
        scores.setdefault(what, Score()).add(estimate, truth_s)
    level = scores["level"]
    assert len(level.inside) >= 20
    assert np.mean(level.inside) > 0.6
    assert np.median(level.error) < 0.15


def test_a_worse_vessel_lasts_shorter(lives: Lives) -> None:
    """Of two with the same share of liquid left, the one that lost it faster."""
    minute = np.arange(0, 600, 5)
    found = []
    for level in lives.nodes["level_percent"]:
        if (level[590:600] <= 0.0).any() or (np.diff(level[:600]) > 0.0).any():
            continue
        lost = float(level[0] - level[599])
        answer = by_amount(
            START_NS + minute * MINUTE_NS, level[minute] / level[595], START_NS + 595 * MINUTE_NS
        )
        if isinstance(answer, TimeLeft):
            found.append((lost / level[595], answer.lowest_s))
    found.sort()
    assert len(found) >= 8
    ranks = np.argsort(np.argsort([-lowest for _, lowest in found]))
    assert np.corrcoef(ranks, np.arange(len(found)))[0, 1] > 0.9
