"""Channels that go back to different saved states at once, while a state is kept on the way of the first."""

from __future__ import annotations

from math import nan

from gateway.model import SECOND, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import drift, spread
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


APART = Instance(3, "apart", "spread", spread.Parameters("lid", 0.0), Severity.MAJOR, "1")
FOUR = 4 * SECOND
OF_A_PAIR = [(0, 3, nan, 2), (2, 3, -1.0, 0), (FOUR + 2, 3, nan, 2), (FOUR + 3, 3, -2.0, 1), (0, 7, nan, 2)]
THEN = [(2, 7, -2.0, 0), *((FOUR + n, 7, nan, 2) for n in range(2, 6)), (5 * SECOND + 5, 7, nan, 2)]


def test_a_pair_goes_back_to_a_state_that_is_right_for_both() -> None:
    """Found by hypothesis: late readings of the partner made a state wrong for one of them alone, and the
    pair went back to it; an excursion that went on was withdrawn."""
    plan = Plan(CHANNELS, (APART,))
    desk = Desk(plan)
    desk.take(at(OF_A_PAIR))
    desk.restart()
    for row in at([*THEN, (FOUR + 4, 7, nan, 2)]):
        desk.take([row])
    (found,) = desk.standing()
    assert (found.start_ns, found.end_ns) == (BEGIN + 2, None)
