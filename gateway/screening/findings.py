"""Findings: the columns in which the kernel reports excursions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import Times
from gateway.screening.excursion import NEVER, Phase

LIMB: Final = 32  # bits of the lower half of a sum of degree-time
# Numbers over the readings and stretches of an excursion. Degree-time is counted in whole nano-unit-seconds
# (unit x ns), in two halves so that no sum overflows: high * 2**32 + low.
TOTALS: Final = np.dtype(
    [
        ("extreme", "f8"),  # signed so that larger is worse; -inf where there is none yet
        ("extreme_at", "i8"),
        ("beyond", "i8"),  # ns
        ("degree_high", "i8"),
        ("degree_low", "i8"),
        ("unproven", "i8"),  # ns
        ("readings", "i8"),
        ("last", "i8"),  # ns UTC of the last usable reading counted
    ]
)

FINDING: Final = np.dtype(
    [
        ("instance", "i4"),  # position in the plan
        ("phase", "u1"),
        ("start", "i8"),
        ("confirmed", "i8"),
        ("end", "i8"),  # NEVER while open
        ("cleared", "i8"),  # NEVER while open
        ("first", "i8"),
        ("extreme", "f8"),  # canonical unit, NaN where there is none
        ("extreme_at", "i8"),
        ("beyond", "i8"),  # ns, NEVER where the rule has no limit
        ("degree_high", "i8"),
        ("degree_low", "i8"),
        ("unproven", "i8"),
        ("readings", "i8"),
        ("last", "i8"),
    ]
)

Findings = NDArray[Any]  # of FINDING, ordered by (instance, start)


def no_findings() -> Findings:
    return np.empty(0, FINDING)


def new_findings(count: int) -> Findings:
    """`count` findings without numbers: extreme NaN, times NEVER, counts 0."""
    made = np.zeros(count, FINDING)
    for name in ("end", "cleared", "extreme_at", "beyond"):
        made[name] = NEVER
    made["extreme"] = np.nan
    return made


def complete_from(instance: NDArray[np.int32], since: Times) -> Findings:
    """That what is found of these instances is complete, each from its ns UTC on."""
    made = new_findings(len(instance))
    made["instance"], made["phase"], made["start"] = instance, Phase.COMPLETE, since
    return made


def in_order(findings: list[Findings]) -> Findings:
    """One array, ordered by (instance, start)."""
    some = [part for part in findings if len(part) > 0]
    if not some:
        return no_findings()
    joined = np.concatenate(some)
    return joined[np.lexsort((joined["start"], joined["instance"]))]
