"""Kinds of reports, one file each; the name of the file is what `facts["report"]` says.

ORDER: tuple[str, ...]                     its sections
PRELIMINARY: W                             what stands on every page while it is preliminary
def title(facts) -> W
def foot(facts) -> str                     at the foot of every page, before the entry of the journal
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from gateway.dossier.words import W


class Kind(Protocol):
    """What a file in this folder provides."""

    ORDER: tuple[str, ...]
    PRELIMINARY: W

    def title(self, facts: Mapping[str, Any]) -> W: ...

    def foot(self, facts: Mapping[str, Any]) -> str: ...


def kind_of(facts: Mapping[str, Any]) -> Kind:
    """Of these facts."""
    return cast(Kind, import_module(f"{__name__}.{facts['report']}"))
