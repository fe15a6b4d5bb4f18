"""Channels that go back to different saved states at once, while a state is kept on the way of the first."""

from __future__ import annotations

from math import nan

from gateway.model import SECOND, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import drift
from tests.unit.screening.test_adopt import again, forms, live
from tests.unit.screening.test_screener import Desk, Rows

BEGIN = 1_700_000_000 * SECOND
CHANNELS = tuple(ChannelPlan(n, name, 3 * SECOND) for n, name in ((3, "top"), (7, "lid"), (11, "payload")))
RISES = Instance(11, "rises", "drift", drift.Parameters("up", -1.0, 0.0, 1e-9, 0.0, 0.0), Severity.MAJOR, "1")
BEFORE = [(1, 3, nan, 2), (0, 11, -2.0, 0), (1, 7, nan, 2), (8 * SECOND + 13, 11, nan, 2), (4, 7, nan, 2)]
LATE = [(4 * SECOND + 11, 11, nan, 2), (4 * SECOND + 10, 11, -0.5, 1), (3, 7, nan, 2)]


def at(rows: Rows) -> Rows:
    return [(BEGIN + time, *rest) for time, *rest in rows]


def test_each_goes_on_from_its_own_state() -> None:
    """Found by hypothesis: the second channel went on from a state that had seen what came late."""
    plan, end_ns = Plan(CHANNELS, (RISES,)), BEGIN + 20 * SECOND
    desk = live(Desk(Plan(CHANNELS[1:], ())), at(BEFORE), [1], BEGIN)
    desk.replan(plan)
    live(desk, at(LATE), [1], end_ns)
    (found,) = desk.standing()
    assert (found.start_ns, found.extreme) == (BEGIN + 4 * SECOND + 10, -0.5)
    assert forms(again(plan, [], at([*BEFORE, *LATE]), [], end_ns).known()) == desk.known
