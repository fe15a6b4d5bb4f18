"""Supplies of power, one file each: whether the mains are there, and how long a battery lasts.

The file's name is the `kind` of a supply. A file in this folder provides

    class Options                          frozen dataclass: the table, without `kind`; see `Terms` below
    class Supply:                          see `Supply` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

from typing import Protocol

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PowerState:
    """What a supply says. `remarks`: by a short name, what else is wrong with it, in words."""

    on_battery: bool  # or off: what hangs on it has no power
    is_low: bool  # it says itself that the battery is nearly empty, or that it is about to switch off
    charge_percent: float | None = None  # None: it does not say
    runtime_s: float | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    on_line: bool = True  # it says so; False where it does not say on what it runs: what was before stays


class Terms(Protocol):
    """What every table says, whatever kind of supply it is."""

    @property
    def period_s(self) -> float: ...
    @property
    def assets(self) -> tuple[str, ...]: ...
    @property
    def site(self) -> str: ...
    @property
    def low_charge_percent(self) -> float: ...
    @property
    def low_runtime_s(self) -> float: ...
    @property
    def on_battery_after_s(self) -> float: ...


class Supply(Protocol):
    """One supply. Used by one thread."""

    def look(self) -> PowerState:
        """How it is now. Raises LinkDown."""
