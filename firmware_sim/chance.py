"""Random numbers that a seed repeats."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one thing: the same for the same seed and name."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
