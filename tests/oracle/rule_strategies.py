"""Parameters of each rule, on the edges that the readings of `strategies` lie on."""

from __future__ import annotations

from hypothesis import strategies as st

from gateway.screening.plan import Instance, Plan
from gateway.screening.rules import limit, no_data, plausible
from tests.oracle.strategies import CHANNELS, DELAYS_S, channel_plans, versioned

PARAMETERS: dict[str, st.SearchStrategy] = {
    "limit": st.builds(
        limit.Parameters,
        side=st.sampled_from(["high", "low"]),
        limit=st.sampled_from([-1.0, 0.0, 0.3, 0.5, 1.0]),
        deadband=st.sampled_from([0.0, 0.0, 0.2, 0.5, 1.0]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "plausible": st.builds(
        plausible.Parameters,
        floor=st.sampled_from([-1e9, -2.0, -1.0]),
        ceiling=st.sampled_from([1.0, 1.5, 7.25, 1e9]),
    ),
    "no_data": st.builds(no_data.Parameters, timeout_s=st.sampled_from([1e-9, 0.5, 1.0, 3.0, 4.0, 60.0])),
}


@st.composite
def plans(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(PARAMETERS)) -> Plan:
    """A few instances of these kinds on some of the channels, in any order, some with versions."""
    made: list[Instance] = []
    for n in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(kinds))
        channel = draw(st.sampled_from(CHANNELS))
        made += draw(versioned(channel, f"rule-{n}", kind, PARAMETERS[kind]))
    return Plan(channel_plans(), tuple(draw(st.permutations(made))))
