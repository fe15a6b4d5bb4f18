"""An excursion that was open in the saved state stands, also where no usable reading came since."""

from __future__ import annotations

from math import nan

from gateway.model import SECOND, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import budget, limit, no_data, spread
from tests.unit.screening import test_screener as desks

EPOCH = 1_700_000_000 * SECOND
BAD, UNCERTAIN = 2, 1
CHANNELS = tuple(ChannelPlan(n, f"channel-{n}", 3 * SECOND) for n in (3, 11))
RULES = (
    Instance(3, "warm", "limit", limit.Parameters("high", -1.0), Severity.CRITICAL, "1"),
    Instance(3, "spent", "budget", budget.Parameters("high", -1.0, 1e-9), Severity.CRITICAL, "1"),
    Instance(3, "apart", "spread", spread.Parameters("channel-11", 0.0), Severity.CRITICAL, "1"),
    Instance(3, "silent", "no_data", no_data.Parameters(1.0), Severity.CRITICAL, "1"),
)


def check(plan: Plan, rows: list[tuple[int, int, float, int]], cuts: list[int]) -> None:
    now = max(r[0] for r in rows) + 2 * SECOND
    desk = desks.final_record(plan, rows, cuts, set(), now)
    assert desks.comparable(desk.standing()) == desks.excursions(plan, rows, now)


def test_late_data_of_the_partner_leaves_what_is_open_alone() -> None:
    here = [(EPOCH + i, 3, -0.5 if i == 1 else nan, UNCERTAIN if i == 1 else BAD) for i in range(5)]
    there = [(EPOCH + min(i, 5), 11, nan, BAD) for i in range(7)]
    check(Plan(CHANNELS, RULES), here + there, [6, 11])


def test_a_late_reading_that_proves_nothing_leaves_what_is_open_alone() -> None:
    open_first = [(EPOCH, 3, -0.5, 0), (EPOCH + SECOND, 3, nan, BAD)]
    later = [(EPOCH + 3 * SECOND, 3, nan, BAD), (EPOCH + 2 * SECOND, 3, nan, BAD)]
    check(Plan(CHANNELS[:1], (RULES[0], RULES[1], RULES[3])), open_first + later, [2, 3])


def test_a_pair_waits_for_its_partner_at_the_last_usable_reading() -> None:
    """Unusable readings push nothing out of what is remembered."""
    here = [(EPOCH + 1, 3, -199.0, 0), *((EPOCH + s * SECOND, 3, nan, BAD) for s in range(1, 9))]
    there = [(EPOCH, 11, -190.0, 0), (EPOCH + 1, 11, -190.0, 0)]
    check(Plan(CHANNELS, RULES[2:3]), here + there, [len(here)])
