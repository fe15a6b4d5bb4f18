"""Whether what is said once stays as it was said."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, is_dataclass


def is_frozen(cls: type) -> bool:
    """Whether it is a dataclass whose objects refuse to be changed."""
    one, name = object.__new__(cls), "anything"
    try:
        setattr(one, name, 1)
    except FrozenInstanceError:
        return is_dataclass(cls)
    return False
