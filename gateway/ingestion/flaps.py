"""How often a connection was lost lately: one that comes and goes is never down for long, and never well."""

from __future__ import annotations

from typing import Final

from gateway.dataclass import dataclass

FLAPS: Final = 3  # losses within the window; a broker that is restarted twice is none
WINDOW_S: Final = 300.0
QUIET_S: Final = 300.0  # without a loss; then it is over


@dataclass(frozen=True, slots=True)
class Losses:
    """Pure: every time is monotonic and given. `times_s` are the losses of the last window, oldest first."""

    times_s: tuple[float, ...] = ()
    many: bool = False  # there were so many that it flaps until it is quiet

    def and_at(self, now_s: float) -> Losses:
        """With one more."""
        recent = tuple(t for t in self.times_s if now_s - t < WINDOW_S)
        times_s = (*recent, now_s)
        return Losses(times_s, len(times_s) >= FLAPS or self.flap_at(now_s))

    def flap_at(self, now_s: float) -> bool:
        """Whether the connection comes and goes."""
        return self.many and now_s - self.times_s[-1] < QUIET_S

    def count_at(self, now_s: float) -> int:
        """How many there were within the window."""
        return sum(now_s - t < WINDOW_S for t in self.times_s)
