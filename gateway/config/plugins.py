"""Plug-ins by name: a file in a folder, and its name is its name in the configuration."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType


def find(folder: str, name: str, contract: str) -> ModuleType | None:
    """Module `name` of package `folder` if it exists and provides `contract`, else None."""
    if not name.isidentifier() or name not in _files(folder):
        return None
    module = importlib.import_module(f"{folder}.{name}")
    return module if hasattr(module, contract) else None


def names(folder: str, contract: str) -> list[str]:
    """Every plug-in of a folder: the files that provide `contract`."""
    return sorted(n for n in _files(folder) if find(folder, n, contract) is not None)


@functools.cache
def _files(folder: str) -> set[str]:
    """Looked at once: the folders are part of the program."""
    package = importlib.import_module(folder)
    return {m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")}
