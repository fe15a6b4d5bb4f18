"""One supply of power in a thread of its own: on battery, nearly empty, or not reachable is a fault.

What was said last stays until the supply itself says something else: a UPS that cannot be reached any more
after it went on battery is not back on line.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.alarming.faults import Check, Fault, Undecided
from gateway.errors import LinkDown
from gateway.model import Severity
from gateway.power import PowerState, Supply, Terms

log = logging.getLogger(__name__)
UNREACHABLE_S: Final = 60.0  # upsd and its drivers restart


class PowerWatch:
    """What has no underscore may be read from other threads."""

    def __init__(self, name: str, kind: str, supply: Supply, terms: Terms) -> None:
        self.name = f"power:{name}"
        self.kind = kind
        self.problem = ""  # why nobody knows how it is; empty while somebody does
        self.state: PowerState | None = None  # as it was said last; None: never
        self._heard_s: float | None = None  # monotonic
        self._short = name
        self._supply = supply
        self._terms = terms

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while True:
            self.look()
            if stop.wait(self._terms.period_s):
                return

    def look(self) -> None:
        """Ask it once."""
        try:
            self.state = self._still_failed(self._supply.look())
        except LinkDown as problem:
            if not self.problem:
                log.warning("%s: %s", self.name, problem)
            self.problem = str(problem)
            return
        if self.problem:
            log.warning("%s: it answers again", self.name)
        self.problem, self._heard_s = "", time.monotonic()

    def _still_failed(self, said: PowerState) -> PowerState:
        """A failure ends when it says that it is on line again, not when it says nothing of it."""
        before = self.state
        if said.on_line or before is None or not before.on_battery:
            return said
        return replace(said, on_battery=True, is_low=said.is_low or before.is_low)

    def failed(self, reason: str) -> None:
        """It stopped in a way nobody foresaw; shown until it goes on."""
        self.problem = reason

    @property
    def is_low(self) -> bool:
        """Whether the battery will not last much longer."""
        state, terms = self.state, self._terms
        if state is None or not (state.on_battery or state.is_low):
            return False
        is_empty = state.charge_percent is not None and state.charge_percent <= terms.low_charge_percent
        is_short = state.runtime_s is not None and state.runtime_s <= terms.low_runtime_s
        return state.is_low or is_empty or is_short

    def faults(self) -> Iterator[Fault]:
        """What is wrong now."""
        state, assets, site = self.state, self._terms.assets, "" if self._terms.assets else self._terms.site
        after_s = self._terms.on_battery_after_s
        if state is not None and state.on_battery:
            what = f"power failed: UPS {self._short} is on battery{_lasts(state)}"
            message = f"{what}; find out why, and when it is back"
            yield Fault(self.name, Severity.MAJOR, message, assets, after_s, site)
        if state is not None and self.is_low:
            message = (
                f"the battery of UPS {self._short} is nearly empty{_lasts(state)}: what hangs on it goes "
                "off; bring power, or move the product"
            )
            yield Fault(f"battery:{self._short}", Severity.CRITICAL, message, assets, 0.0, site)
        for flag, words in () if state is None else state.remarks:
            message = f"UPS {self._short}: {words}; see to it before the next power failure"
            yield Fault(f"ups:{self._short}:{flag}", Severity.WARNING, message, (), after_s, site)
        if self.problem:
            message = f"{self.problem}; a power failure would not be noticed"
            yield Fault(f"ups:{self._short}", Severity.MINOR, message, assets, UNREACHABLE_S, site)

    def undecided(self) -> Iterator[Undecided]:
        """What was stated before our own start is not over as long as the supply has said nothing."""
        if self.state is None:
            yield Undecided(self.name)
            yield Undecided(f"battery:{self._short}")
            yield Undecided(f"ups:{self._short}", below=True)

    def status(self) -> dict[str, Any]:
        """Plain JSON data."""
        state, heard_s = self.state, self._heard_s
        return {
            "name": self._short,
            "kind": self.kind,
            "on_battery": None if state is None else state.on_battery,
            "low": self.is_low,
            "charge_percent": None if state is None else state.charge_percent,
            "runtime_s": None if state is None else state.runtime_s,
            "age_s": None if heard_s is None else time.monotonic() - heard_s,
            "problem": self.problem,
        }


def check(supplies: Sequence[PowerWatch]) -> Check:
    """All of them."""

    def faults() -> Iterator[Fault | Undecided]:
        for supply in supplies:
            yield from supply.faults()
            yield from supply.undecided()

    return faults


def _lasts(state: PowerState) -> str:
    """How long, as far as it says so."""
    charge = "" if state.charge_percent is None else f", {state.charge_percent:.0f} % charged"
    runtime_s = state.runtime_s
    return (
        f"{charge}, for an unknown time" if runtime_s is None else f"{charge}, for {runtime_s / 60:.0f} min"
    )
