"""What is wrong, where, and what to do next: checks of a gateway, whether it runs or not.

Each check gives findings; none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gateway.dataclass import dataclass


class Level(StrEnum):
    """How bad it is: an error loses sight of product now, a warning will, a note is to be known."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. `do`: what the operator does next; empty where nothing is to be done."""

    level: Level
    where: str
    what: str
    do: str


def error(where: str, what: str, do: str) -> Finding:
    return Finding(Level.ERROR, where, what, do)


def warning(where: str, what: str, do: str) -> Finding:
    return Finding(Level.WARNING, where, what, do)


def note(where: str, what: str, do: str) -> Finding:
    return Finding(Level.NOTE, where, what, do)


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """Errors, warnings, notes; each in the order they were found."""
    order = list(Level)
    return sorted(found, key=lambda f: order.index(f.level))
