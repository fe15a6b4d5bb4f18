"""rate: the value rises, or falls, faster than a limit; least squares over a window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gateway.model import Floats, Mask
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.outlook import Steepness
from gateway.screening.ranges import Rows
from gateway.screening.rules import SLOPE_UNIT, need_delays, need_size, need_value, need_window
from gateway.screening.slope import shift_of, slopes
from gateway.screening.windows import Windows


@dataclass(frozen=True, slots=True)
class Parameters:
    """rising: entry slope > limit, exit slope <= limit - deadband; falling: mirrored, with a negative limit.

    Where the slope is not determined (too few readings, or less than half the window) exit holds.
    """

    side: Literal["rising", "falling"]
    limit: float = field(metadata=SLOPE_UNIT)
    window_s: float
    deadband: float = field(default=0.0, metadata=SLOPE_UNIT)
    min_readings: int = 3
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.side not in ("rising", "falling"):
            raise ValueError(f"side must be 'rising' or 'falling', got {self.side!r}")
        need_value("limit", self.limit)
        if (self.side == "rising") != (self.limit > 0) or self.limit == 0:
            raise ValueError(f"limit must be positive for rising, negative for falling, got {self.limit}")
        need_size("deadband", self.deadband)
        need_window(self.window_s, self.min_readings)
        need_delays(self.on_delay_s, self.off_delay_s)


def looks_back_s(parameters: Parameters) -> float:
    return parameters.window_s


class Condition:
    """Seen from the side where larger is worse: slope = sign * slope."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.sign: Floats = np.where(members.flag("side", "rising"), 1.0, -1.0)
        self.window = members.delay("window_s")
        self._shift = shift_of(self.window)
        self._least = members.column("min_readings").astype(np.int64)
        self._steepness = Steepness(members, self.window)
        self._enter = self.sign * members.column("limit")
        self._leave = self._enter - members.column("deadband")

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        enter = self._enter[member]
        self._bound = self._steepness.bound(batch, member, cell, enter)
        return np.asarray(self._bound > enter)

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return np.asarray(self._bound <= self._leave[member])

    def flags(self, batch: Batch, runs: Runs) -> Flags:
        windows = Windows.of(batch, runs, self._members, self.window)
        m = runs.member
        slope, known = slopes(windows, self._shift[m], self._least[m], self.window[m])
        slope *= runs.of_rows(self.sign)
        enter, leave = slope > runs.of_rows(self._enter), slope <= runs.of_rows(self._leave)
        return Flags(known & enter, ~known | leave)


def group(members: Members) -> Group:
    condition = Condition(members)
    latch = Latch(
        condition.sign,
        np.full(len(members), np.nan),
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, condition, condition.window)
