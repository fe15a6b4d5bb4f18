"""An unusable reading far ahead makes no channel forget what a partner that lags is compared with."""

from __future__ import annotations

from itertools import permutations
from math import nan

import pytest

from gateway.model import SECOND, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import spread
from tests.unit.screening import test_screener as desks

EPOCH = 1_700_000_000 * SECOND
CHANNELS = tuple(ChannelPlan(n, f"channel-{n}", 3 * SECOND) for n in (3, 11))
APART = Instance(11, "apart", "spread", spread.Parameters("channel-3", 0.0), Severity.MAJOR, "1")


@pytest.mark.parametrize("cuts", [[1], [1, 2, 3]])
@pytest.mark.parametrize("restarts", [set(), {1}])
def test_in_any_order(cuts: list[int], restarts: set[int]) -> None:
    rows = [
        (EPOCH + 3600 * SECOND, 3, nan, 2),
        (EPOCH + 7 * SECOND, 11, 1.5, 0),
        (EPOCH + 21 * SECOND, 11, 1.0, 0),
        (EPOCH + 5 * SECOND, 3, 2.0, 0),
    ]
    plan = Plan(CHANNELS, (APART,))
    now = EPOCH + 3602 * SECOND
    expected = desks.excursions(plan, rows, now)
    assert {e[0][1] for e in expected} == {"apart"}
    for order in permutations(rows):
        desk = desks.final_record(plan, list(order), cuts, restarts, now)
        assert desks.comparable(desk.standing()) == expected
