"""no_data: no usable reading for longer than a timeout, seen in the data or by the clock.

A silence from reading a to reading b that is longer than the timeout is an excursion [a + timeout, b). By
the clock it opens once the silence is known to last beyond a + timeout, with the same start; should readings
arrive after all that break the silence, it is withdrawn. No excursion begins before the rule comes into
force; a silence counts from `sees_from` on at the earliest. A channel that was never heard is silent from
`silent_from` on; without such a moment it never is. There is nothing to measure in a silence: no extreme, no
readings, the whole excursion is unproven (counted when it ends), first and last name the last reading heard.
"""

from __future__ import annotations

from gateway.dataclass import dataclass
from gateway.screening.rules import need_duration


@dataclass(frozen=True, slots=True)
class Parameters:
    """Fires when the last usable reading is older than the timeout."""

    timeout_s: float

    def __post_init__(self) -> None:
        need_duration("timeout_s", self.timeout_s, shortest_s=1e-9)
