"""What another parameter of a rule would have meant: how many alarms fewer, and what that would have cost.

Two lists of excursions of one rule over the same readings are compared; who screens them is not of concern.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.model import SECOND

LASTING_S: Final = 600.0  # an excursion that is lost must have been shorter
LONGEST_DELAY_S: Final = 600.0  # and none that stays may be said later than that
LONGEST_RETURN_S: Final = 1800.0  # nor its return: an excursion that does not end hides the next one
FEWEST: Final = 3  # alarms spared, for advice to be worth a change of a profile
SHARE: Final = 0.3
DELAYS_S: Final = (60.0, 120.0, 300.0, 600.0)
MORE_BAND: Final = (1.5, 2.0, 3.0)  # times the present deadband
FIRST_BAND: Final = (0.5, 1.0, 2.0)  # where there is none
LONGER_SILENCE: Final = (1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Span:
    """One excursion: [start, end), None while it goes on; when it, and when its end, was said."""

    start_ns: int
    confirmed_ns: int
    end_ns: int | None
    cleared_ns: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter of a rule."""

    parameter: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Effect:
    """`lost` excursions would not have been said at all, the longest lasted so long; the others would have
    been said later by `delay_s` at most, and their returns by `return_delay_s` at most. `unended` of them
    would go on, although all that they stand for is over."""

    now: int
    then: int
    lost: int
    longest_lost_s: float
    delay_s: float
    return_delay_s: float
    unended: int = 0

    @property
    def spared(self) -> int:
        return self.now - self.then

    @property
    def is_worth_it(self) -> bool:
        """Many fewer, and nothing that lasted is lost or late."""
        saves = self.spared >= max(FEWEST, SHARE * self.now)
        on_time = self.delay_s <= LONGEST_DELAY_S and self.return_delay_s <= LONGEST_RETURN_S
        return saves and on_time and self.longest_lost_s < LASTING_S and not self.unended


def changes(parameters: Mapping[str, Any]) -> tuple[Change, ...]:
    """What is tried of a rule, by its parameters, one at a time; smaller changes first."""
    found: list[Change] = []
    if "deadband" in parameters:
        band = float(parameters["deadband"])
        wider = tuple(round(band * more, 6) for more in MORE_BAND) if band > 0.0 else FIRST_BAND
        found += [Change("deadband", band, after) for after in wider]
    for delay in ("off_delay_s", "on_delay_s"):
        if delay in parameters:
            before = float(parameters[delay])
            found += [Change(delay, before, after) for after in DELAYS_S if after > before]
    if "timeout_s" in parameters:
        before = float(parameters["timeout_s"])
        found += [Change("timeout_s", before, round(before * more, 6)) for more in LONGER_SILENCE]
    return tuple(found)


def effect(now: Sequence[Span], then: Sequence[Span], end_ns: int) -> Effect:
    """`end_ns`: up to when both are known."""
    lost, longest, delay, return_delay, unended = 0, 0, 0, 0, 0
    for span in now:
        covering = [other for other in then if _overlap(span, other, end_ns)]
        if not covering:
            lost += 1
            longest = max(longest, _end(span, end_ns) - span.start_ns)
            continue
        delay = max(delay, min(other.confirmed_ns for other in covering) - span.confirmed_ns)
    for other in then:
        inside = [span.cleared_ns for span in now if _overlap(span, other, end_ns)]
        known = [at_ns for at_ns in inside if at_ns is not None]
        if other.cleared_ns is not None and known:
            return_delay = max(return_delay, other.cleared_ns - max(known))
        unended += other.cleared_ns is None and len(known) == len(inside) > 0
    longest_s, delay_s, return_delay_s = (ns / SECOND for ns in (longest, delay, return_delay))
    return Effect(len(now), len(then), lost, longest_s, delay_s, return_delay_s, unended)


def best(tried: Mapping[Change, Effect]) -> tuple[Change, Effect] | None:
    """One that loses and delays nothing before others; then the one that spares most, and delays least."""
    worth = [(change, found) for change, found in tried.items() if found.is_worth_it]
    return max(worth, key=lambda one: _merit(one[1]), default=None)


def _merit(of: Effect) -> tuple[bool, int, float, float]:
    return of.lost == 0 and of.delay_s <= 0.0, of.spared, -of.delay_s, -of.return_delay_s


def _overlap(one: Span, other: Span, end_ns: int) -> bool:
    return one.start_ns < max(_end(other, end_ns), other.start_ns + 1) and other.start_ns < max(
        _end(one, end_ns), one.start_ns + 1
    )


def _end(of: Span, end_ns: int) -> int:
    return end_ns if of.end_ns is None else of.end_ns
