"""Early alarms: a vessel of which fewer hours may be left than its configuration wants (`early_h`).

The low end of the range decides, so the alarm comes early rather than late. One vessel is looked at in some
seconds, however many there are: what lasts for days need not be asked every second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gateway.alarming.faults import Fault
from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import EMPTY, NotKnown, Standing
from gateway.config.types import Configuration
from gateway.errors import JournalError
from gateway.journal.journal import Journal
from gateway.model import Severity
from gateway.questions.time_left import Left, TimesLeft, range_of
from gateway.times import format_rfc3339

LOOK_EVERY_S: Final = 10.0  # one vessel; a look costs 0.2 s of the processor
RELIEF: Final = 1.25  # it is over when there is a quarter more than `early_h`, or it would come and go
KEY: Final = "time left:"


class TimeLeftWatch:
    """A check for the fault watch: asked once a second by one thread."""

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal,
        raised: Iterable[str],
        now_ns: Callable[[], int],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`raised`: keys of the faults that were raised before the start and are not over."""
        self._early_s = {
            name: asset.vessel.early_h * 3600.0
            for name, asset in configuration.assets.items()
            if asset.vessel is not None and asset.vessel.early_h is not None
        }
        self._asked = TimesLeft(journal)
        self._now_ns, self._now_s = now_ns, now_s
        self._next_s = now_s()
        self._waiting: list[str] = []  # of this round
        before = {key.removeprefix(KEY) for key in raised if key.startswith(KEY)}
        self._raised = {asset: _still(asset) for asset in self._early_s if asset in before}

    def __call__(self) -> Iterator[Fault]:
        """A fault for each vessel that may not last as long as wanted."""
        if self._early_s and self._now_s() >= self._next_s:
            self._next_s = self._now_s() + LOOK_EVERY_S
            self._waiting = self._waiting or list(self._early_s)
            self._look(self._waiting.pop(0))
        yield from self._raised.values()

    def _look(self, asset: str) -> None:
        try:
            found = self._asked.of_asset(asset, self._now_ns())
        except JournalError:  # other checks say so; what was known stays
            return
        early_s = self._early_s[asset] * (RELIEF if asset in self._raised else 1.0)
        first = min((left for left in found if _ends(left)), key=_lowest_s, default=None)
        if first is not None and _lowest_s(first) < early_s:
            self._raised.setdefault(asset, _fault(asset, first, self._early_s[asset]))
        elif first is not None or all(_is_calm(left) for left in found):
            self._raised.pop(asset, None)


def _ends(left: Left) -> bool:
    """Whether it is known when, or that it is empty; a limit that is passed has an alarm of its own."""
    told = left.estimate
    return isinstance(told, TimeLeft) or (left.until == EMPTY and told.standing is Standing.THERE)


def _lowest_s(left: Left) -> float:
    return left.estimate.lowest_s if isinstance(left.estimate, TimeLeft) else 0.0


def _is_calm(left: Left) -> bool:
    return isinstance(left.estimate, NotKnown) and left.estimate.standing is Standing.CALM


def _fault(asset: str, left: Left, early_s: float) -> Fault:
    when = f"by {left.channel}, at {format_rfc3339(left.at_ns)[:16]}Z"
    told = left.estimate
    if isinstance(told, TimeLeft):
        what = (
            f"less than {early_s / 3600.0:g} h may be left until {left.until}: {range_of(told)} "
            f"({told.method} {when})"
        )
    else:
        what = f"it is empty or nearly so ({when})"
    return _of(asset, f"asset {asset}: {what}; fill it, or move what is inside")


def _still(asset: str) -> Fault:
    """Raised before the start: until it is known that it is over."""
    return _of(asset, f"asset {asset}: less time may be left than wanted; see `cryogate time-left {asset}`")


def _of(asset: str, message: str) -> Fault:
    return Fault(f"{KEY}{asset}", Severity.MAJOR, message, (asset,))
