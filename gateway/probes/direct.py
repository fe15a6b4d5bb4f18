"""The instrument already speaks the quantity: nothing to convert."""

from gateway.model import Floats


def convert(raw: Floats) -> Floats:
    """float64[N] in the channel's unit, returned as it came."""
    return raw
