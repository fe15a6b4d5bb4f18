"""Numbers as the decimals that people write and read."""

from __future__ import annotations

from decimal import Decimal


def decimal(value: float) -> Decimal:
    """The shortest one that is this float."""
    return Decimal(repr(float(value)))
