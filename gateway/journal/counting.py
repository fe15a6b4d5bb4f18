"""Which entries' readings count: all, but those of imports and retries that were withdrawn (withdrawn.py)."""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import Mask, Times

Ranges = tuple[tuple[int, int], ...]  # first and last number of entries that do not count
ALL_COUNT: Final[Ranges] = ()


def counting(seqs: Times, without: Ranges) -> Mask:
    """bool[N]: entries whose readings count."""
    counts = np.ones(len(seqs), np.bool_)
    for first, last in without:
        counts &= (seqs < first) | (seqs > last)
    return counts


def counts(seq: int, without: Ranges) -> bool:
    """The same of one entry."""
    return not any(first <= seq <= last for first, last in without)
