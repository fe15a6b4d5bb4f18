"""Platinum resistance thermometers by the Callendar-Van Dusen equation of IEC 60751, and its true inverse.

    R(t) = R0 (1 + A t + B t^2)                         0 to 850 degC
    R(t) = R0 (1 + A t + B t^2 + C (t - 100) t^3)    -200 to   0 degC

At and above 0 degC the inverse is a square root. Below, that square root lacks C and reads too cold - 2.25 K
at -196 degC, 2.42 K at -200 degC - which hides a warming; it only starts Newton's method on all of it.

Error budget: three steps of Newton leave less than 1e-9 K from -210 to 0 degC, with any coefficients allowed
here. What is left is not arithmetic: the element (class B, the best that reaches -196 degC, +-1.28 K there;
coefficients from a calibration do better), its wires (0.1 ohm of lead resistance reads 0.23 K too warm for a
Pt100 at -196 degC), and below -200 degC the equation itself, which is not defined there: UNCERTAIN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from gateway.model import Floats
from gateway.probes import Converted, graded

COLDEST_degC: Final = -210.0  # nitrogen freezes: colder is a fault (a short shows -242), not a reading
DEFINED_FROM_degC: Final = -200.0
HOTTEST_degC: Final = 850.0
NEWTON_STEPS: Final = 3  # for everybody, so that no value depends on its neighbours
ROUNDING_K: Final = 1e-6  # the arithmetic never moves a reading across an end of the range
LARGEST_RATIO: Final = 6.0  # R / R0; 3.9 at 850 degC


class Element(Protocol):
    """The options of a platinum probe."""

    @property
    def r0_ohm(self) -> float: ...
    @property
    def a_per_degC(self) -> float: ...
    @property
    def b_per_degC2(self) -> float: ...
    @property
    def c_per_degC4(self) -> float: ...
    @property
    def lead_resistance_ohm(self) -> float: ...


def check(of: Element) -> None:
    """Raises ValueError for coefficients that no platinum has; within them the inverse is proven by tests."""
    for name, value, least, most in (
        ("r0_ohm", of.r0_ohm, 1.0, 100_000.0),
        ("a_per_degC", of.a_per_degC, 3e-3, 5e-3),
        ("b_per_degC2", of.b_per_degC2, -1e-6, 0.0),
        ("c_per_degC4", of.c_per_degC4, -1e-11, 0.0),
        ("lead_resistance_ohm", of.lead_resistance_ohm, 0.0, 1000.0),
    ):
        if not least <= value <= most:
            raise ValueError(f"{name} must lie between {least:g} and {most:g}, found {value:g}")


def gives(of: Element) -> Mapping[str, str]:  # noqa: ARG001
    """degC from ohm."""
    return {"ohm": "degC"}


def convert(raw: Floats, of: Element) -> Converted:
    """float64[N] degC from the ohm that the instrument measured, leads included.

    UNCERTAIN from -210 to -200 degC, where the equation is extrapolated. BAD and NaN where no element can be:
    a short, a broken wire, a negative resistance, no number.
    """
    ratio = (raw - of.lead_resistance_ohm) / of.r0_ohm
    ratio = np.where((ratio > 0) & (ratio < LARGEST_RATIO), ratio, np.nan)
    with np.errstate(invalid="ignore"):  # of ratios beyond the top of the parabola
        t = closed_form(ratio, of)
    for _ in range(NEWTON_STEPS):
        t = np.where(t < 0, t - (_ratio(t, of) - ratio) / _slope(t, of), t)
    defined = (t >= DEFINED_FROM_degC - ROUNDING_K) & (t <= HOTTEST_degC + ROUNDING_K)
    possible = (t >= COLDEST_degC - ROUNDING_K) & (t <= HOTTEST_degC + ROUNDING_K)
    return graded(t, defined, possible)


def signal(value: Floats, of: Element) -> Floats:
    """float64[N] degC to ohm at the instrument, leads included; NaN outside -210 to 850 degC."""
    inside = (value >= COLDEST_degC) & (value <= HOTTEST_degC)
    t = np.where(inside, value, np.nan)
    return of.r0_ohm * _ratio(t, of) + of.lead_resistance_ohm


def closed_form(ratio: Floats, of: Element) -> Floats:
    """degC from R / R0 without C: exact from 0 degC on, only a start below. Written to bear B = 0."""
    a, b, x = of.a_per_degC, of.b_per_degC2, ratio - 1.0
    return 2.0 * x / (a + np.sqrt(a * a + 4.0 * b * x))


def _ratio(t: Floats, of: Element) -> Floats:
    """R / R0."""
    cold = np.minimum(t, 0.0)
    return (
        1.0 + t * (of.a_per_degC + of.b_per_degC2 * t) + of.c_per_degC4 * (cold - 100.0) * cold * cold * cold
    )


def _slope(t: Floats, of: Element) -> Floats:
    """d(R / R0) / dt, per degC."""
    cold = np.minimum(t, 0.0)
    return of.a_per_degC + 2.0 * of.b_per_degC2 * t + of.c_per_degC4 * (4.0 * cold - 300.0) * cold * cold
