"""drift adds up what readings and parameters are as they are written, not as binary numbers nearly are."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import drift
from gateway.screening.screener import Screener
from tests.oracle.strategies import EPOCH, SECOND


def opened_and_closed(parameters: drift.Parameters, values: list[str]) -> list[tuple[int, int | None]]:
    """Seconds from the first reading, one each second."""
    time = EPOCH + np.arange(len(values)) * SECOND
    rule = Instance(3, "drift", "drift", parameters, Severity.MAJOR, "1")
    screener = Screener(Plan((ChannelPlan(3, "probe", 5 * SECOND),), (rule,)), lambda *_: Samples.empty())
    screener.take(
        Samples(
            time,
            np.full(len(values), 3, np.int32),
            np.array([float(v) for v in values]),
            np.zeros(len(values), np.uint8),
        )
    )
    ends = [(e.start_ns, e.end_ns) for e in screener.known()]
    return [((a - EPOCH) // SECOND, None if b is None else (b - EPOCH) // SECOND) for a, b in ends]


def expected(target: str, slack: str, h: str, values: list[str]) -> list[tuple[int, int | None]]:
    total = Decimal(0)
    found: list[tuple[int, int | None]] = []
    for second, value in enumerate(values):
        total = max(Decimal(0), total + Decimal(value) - Decimal(target) - Decimal(slack))
        if found and found[-1][1] is None:
            found[-1] = (found[-1][0], second if total == 0 else None)
        elif total > Decimal(h):
            found.append((second, None))
    return found


def plain(number: int, decimals: int) -> str:
    return f"{Decimal(number).scaleb(-decimals):f}"


@given(
    st.integers(-2000, 2000),
    st.integers(0, 40),
    st.integers(1, 400),
    st.integers(0, 4),
    st.lists(st.integers(-60, 60), min_size=1, max_size=40),
)
@example(-394, 0, 3, 1, [1] * 3 + [0] * 4)  # exactly h opens nothing
@example(-3940, 5, 30, 2, [10] * 6 + [0] * 8)
@example(-400, 1, 3, 1, [3, 3, -3] + [1] * 50)  # what is 0 as it is written ends it
def test_the_sum_is_that_of_the_written_numbers(
    target: int, slack: int, h: int, decimals: int, away: list[int]
) -> None:
    values = [plain(target + one, decimals) for one in away]
    told = plain(target, decimals), plain(slack, decimals), plain(h, decimals)
    parameters = drift.Parameters("up", *(float(one) for one in told))
    assert opened_and_closed(parameters, values) == expected(*told, values)
