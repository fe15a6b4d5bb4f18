"""Thermocouples T, E, K, N by ITS-90: the reference functions of NIST Monograph 175, and their true inverse.

The published inverse polynomials end at -200 degC and are off by up to 0.06 K. Here the reference function
itself is inverted, down to -270 degC: a table of whole degrees gives a start, Newton's method does the rest.

Error budget: the reference functions are NIST's tables to the last digit (0.001 mV), and three steps of
Newton leave less than 2e-7 K everywhere, which is what rounding leaves of a polynomial of degree 14. The rest
is not arithmetic: at -196 degC 1 uV is 0.061 K for type T (E 0.038, K 0.063, N 0.096), and below -250 degC
next to nothing is left of the signal.

Source: NIST Standard Reference Database 60 (its90.nist.gov), a publication of the US government, not subject
to copyright.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats
from gateway.probes import Converted, graded

COLDEST_degC: Final = -270.0
NEWTON_STEPS: Final = 3  # for everybody, so that no value depends on its neighbours
ROUNDING_mV: Final = 1e-9  # the arithmetic never moves a reading across an end of the range


@dataclass(frozen=True, slots=True)
class Reference:
    """emf of one type against a junction at 0 degC: a polynomial on each side of 0 degC, ascending powers."""

    hottest_degC: float
    below_0: tuple[float, ...]  # mV / degC^i
    from_0: tuple[float, ...]
    bump: tuple[float, float, float] | None = None  # type K from 0 degC: + a0 exp(a1 (t - a2)^2)


# fmt: off
TYPES: Final = {
    "T": Reference(
        hottest_degC=400.0,
        below_0=(
            0.0, 0.038748106364, 4.4194434347e-05, 1.1844323105e-07, 2.0032973554e-08, 9.0138019559e-10,
            2.2651156593e-11, 3.6071154205e-13, 3.8493939883e-15, 2.8213521925e-17, 1.4251594779e-19,
            4.8768662286e-22, 1.079553927e-24, 1.3945027062e-27, 7.9795153927e-31,
        ),
        from_0=(
            0.0, 0.038748106364, 3.329222788e-05, 2.0618243404e-07, -2.1882256846e-09, 1.0996880928e-11,
            -3.0815758772e-14, 4.547913529e-17, -2.7512901673e-20,
        ),
    ),
    "E": Reference(
        hottest_degC=1000.0,
        below_0=(
            0.0, 0.058665508708, 4.5410977124e-05, -7.7998048686e-07, -2.5800160843e-08,
            -5.9452583057e-10, -9.3214058667e-12, -1.0287605534e-13, -8.0370123621e-16, -4.3979497391e-18,
            -1.6414776355e-20, -3.9673619516e-23, -5.5827328721e-26, -3.4657842013e-29,
        ),
        from_0=(
            0.0, 0.05866550871, 4.5032275582e-05, 2.8908407212e-08, -3.3056896652e-10, 6.502440327e-13,
            -1.9197495504e-16, -1.2536600497e-18, 2.1489217569e-21, -1.4388041782e-24, 3.5960899481e-28,
        ),
    ),
    "K": Reference(
        hottest_degC=1372.0,
        below_0=(
            0.0, 0.039450128025, 2.3622373598e-05, -3.2858906784e-07, -4.9904828777e-09,
            -6.7509059173e-11, -5.7410327428e-13, -3.1088872894e-15, -1.0451609365e-17, -1.9889266878e-20,
            -1.6322697486e-23,
        ),
        from_0=(
            -0.017600413686, 0.038921204975, 1.8558770032e-05, -9.9457592874e-08, 3.1840945719e-10,
            -5.6072844889e-13, 5.6075059059e-16, -3.2020720003e-19, 9.7151147152e-23, -1.2104721275e-26,
        ),
        bump=(0.1185976, -0.0001183432, 126.9686),
    ),
    "N": Reference(
        hottest_degC=1300.0,
        below_0=(
            0.0, 0.026159105962, 1.0957484228e-05, -9.3841111554e-08, -4.6412039759e-11,
            -2.6303357716e-12, -2.2653438003e-14, -7.6089300791e-17, -9.3419667835e-20,
        ),
        from_0=(
            0.0, 0.025929394601, 1.571014188e-05, 4.3825627237e-08, -2.5261169794e-10, 6.4311819339e-13,
            -1.0063471519e-15, 9.9745338992e-19, -6.0863245607e-22, 2.0849229339e-25, -3.0682196151e-29,
        ),
    ),
}
# fmt: on


def emf(degC: Floats, of: Reference) -> Floats:
    """float64[N] mV against 0 degC; NaN outside the range of the type."""
    inside = (degC >= COLDEST_degC) & (degC <= of.hottest_degC)
    return _emf(np.where(inside, degC, np.nan), of)


def temperature(mV: Floats, of: Reference) -> Converted:
    """float64[N] degC from the emf against 0 degC; BAD and NaN outside the range of the type."""
    grid_degC = np.arange(COLDEST_degC, of.hottest_degC + 1.0)
    grid_mV = _emf(grid_degC, of)
    possible = (mV >= grid_mV[0] - ROUNDING_mV) & (mV <= grid_mV[-1] + ROUNDING_mV)
    target = np.where(possible, mV, np.nan)
    t = np.interp(target, grid_mV, grid_degC)
    for _ in range(NEWTON_STEPS):
        t = t - (_emf(t, of) - target) / _seebeck(t, of)
    return graded(t, possible, possible)


def _emf(t: Floats, of: Reference) -> Floats:
    hot = _polynomial(np.maximum(t, 0.0), of.from_0)
    if of.bump is not None:
        a0, a1, a2 = of.bump
        hot = hot + a0 * np.exp(a1 * (np.maximum(t, 0.0) - a2) ** 2)
    return np.where(t < 0, _polynomial(np.minimum(t, 0.0), of.below_0), hot)


def _seebeck(t: Floats, of: Reference) -> Floats:
    """d(emf) / dt, mV per K."""
    hot = _polynomial(np.maximum(t, 0.0), _derived(of.from_0))
    if of.bump is not None:
        a0, a1, a2 = of.bump
        x = np.maximum(t, 0.0) - a2
        hot = hot + 2.0 * a0 * a1 * x * np.exp(a1 * x**2)
    return np.where(t < 0, _polynomial(np.minimum(t, 0.0), _derived(of.below_0)), hot)


def _polynomial(t: Floats, coefficients: tuple[float, ...]) -> Floats:
    """By Horner's scheme."""
    sum_ = np.zeros_like(t)
    for c in reversed(coefficients):
        sum_ = sum_ * t + c
    return sum_


def _derived(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(i * c for i, c in enumerate(coefficients) if i > 0)
