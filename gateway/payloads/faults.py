"""Numbers by which a device says that it has no value, as they can arrive."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def as_sent(fault_values: Iterable[float]) -> frozenset[float]:
    """The numbers, and what four bytes make of them: a float32 is never -327.67, but -327.6700134..."""
    exact = np.array(list(fault_values), np.float64)
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float32).astype(np.float64)
    return frozenset((*exact.tolist(), *rounded[np.isfinite(rounded)].tolist()))
