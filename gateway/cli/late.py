"""Large libraries that a quick command may never use: each is loaded when something of it is."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Final

LIBRARIES: Final = ("numpy", "pyarrow")


class Later(ModuleType):
    """A module that is executed when it is first asked for something.

    The standard library's LazyLoader executes its modules at the second `import` of them.
    """

    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on it is as any other
        spec = self.__spec__
        assert spec is not None and spec.loader is not None
        self.__path__ = spec.submodule_search_locations or []
        spec.loader.exec_module(self)
        return getattr(self, name)


def put_off() -> None:
    """Let `import numpy` load nothing yet. Only for commands of one thread: two could load it at once."""
    for name in LIBRARIES:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            module = module_from_spec(spec)
            del module.__path__  # who imports a part of it asks for this, and gets the whole
            module.__class__ = Later
            sys.modules[name] = module
