"""spread: two probes that should agree do not; the difference of a channel and its partner.

The signal is |a - b| at every usable reading of either channel, the other one held at its latest reading not
older than its max_gap; where there is none, nothing is known. Extreme, time beyond and degree-seconds are
those of the difference, stretches those between its readings. Unusable readings of either channel are passed
over.

It does not wait for the channel that is behind. The state of a pair is settled up to the time that both have
reached, or, should one fall silent, as far as the other has gone on for the longer max_gap of that time: what
arrives for times before that is late. What lies between that and the newest reading is worked out anew from
the settled state each time that either channel speaks (`ahead`), and takes the place of what was said before.
"""

from __future__ import annotations

from dataclasses import field

from gateway.dataclass import dataclass
from gateway.screening.rules import PARTNER, VALUE_UNIT, need_delays, need_size


@dataclass(frozen=True, slots=True)
class Parameters:
    """Entry difference > limit, exit difference <= limit - deadband; `partner` names the other channel."""

    partner: str = field(metadata=PARTNER)
    limit: float = field(metadata=VALUE_UNIT)
    deadband: float = field(default=0.0, metadata=VALUE_UNIT)
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.partner:
            raise ValueError("partner must be the name of a channel")
        need_size("limit", self.limit)
        need_size("deadband", self.deadband)
        if self.deadband > self.limit:  # a difference is never negative: nothing could end the excursion
            raise ValueError(
                f"deadband {self.deadband} is larger than limit {self.limit}: it could never end"
            )
        need_delays(self.on_delay_s, self.off_delay_s)
