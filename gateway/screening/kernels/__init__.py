"""How each kind of rules screens: the file's name is the `kind`, as that of its parameters in `rules`.

A file in this folder provides

    def group(members: Members) -> Group   all instances of this kind, screened together
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Final

KERNELS: Final = __name__


def kernel(kind: str) -> ModuleType:
    """What screens a kind of rules. Raises ModuleNotFoundError where there is none."""
    return importlib.import_module(f"{KERNELS}.{kind}")
