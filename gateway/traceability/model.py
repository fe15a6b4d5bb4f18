"""What is carried and where it was: units, and the statements people make about them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """One traceable product package; `code` is the normal form of its scheme (gateway/codes)."""

    scheme: str
    code: str
    product: str = ""
    chain_of_identity: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two statements be about the same unit."""
        return self.scheme, self.code


@dataclass(frozen=True, slots=True)
class Containment:
    """`by` states: the unit was in that asset (and zone, if one is named) over [from, to)."""

    unit: Unit
    asset: str
    zone: str | None
    from_ns: int
    to_ns: int | None  # None: still inside
    by: str
    stated_ns: int


@dataclass(frozen=True, slots=True)
class Stay:
    """What follows from all statements: the unit was inside over [from, to)."""

    unit: Unit
    zone: str | None
    from_ns: int
    to_ns: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What was inside; not `known` when nobody has said anything - never to be shown as "none"."""

    known: bool
    stays: tuple[Stay, ...]
