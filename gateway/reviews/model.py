"""What a review consists of: what happened to it, its state, and the content that a signature is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.json_text import canonical
from gateway.statements import Statement
from gateway.statements.assessment import Assessment
from gateway.statements.disposition import QUARANTINE, Disposition
from gateway.statements.envelope import to_row
from gateway.statements.signature import Signature

SCHEMA: Final = 1  # of the content; a later one never changes what an earlier one was
Basis = Mapping[str, Any]
"""`excursion`: plain values by name. `units`: a list of plain values by name, or None: unknown."""
Key = tuple[str, str]  # of a unit: scheme, code


class State(Enum):
    """Of a review."""

    OPEN = "open"  # nobody has assessed it
    REOPENED = "re-opened"  # the same, after a former revision was assessed, and what it rested on changed
    ASSESSED = "assessed"  # units have no disposition yet
    DISPOSED = "disposed"  # each unit has one; a second person has not approved yet
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Amended:
    """The gateway knows this of the excursion from then on; `seq`: the entry of the journal."""

    seq: int
    at_ns: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Heard:
    """A person assessed, decided, corrected, withdrew or signed."""

    seq: int
    statement: Statement

    @property
    def at_ns(self) -> int:
        """When it was stated."""
        told = self.statement.stated_ns
        return self.statement.at_ns if told is None else told


Event = Amended | Heard


@dataclass(frozen=True, slots=True)
class Judged:
    """An assessment, with the statement that says it."""

    heard: Heard
    said: Assessment


@dataclass(frozen=True, slots=True)
class Decided:
    """A disposition, with the statement that says it."""

    heard: Heard
    said: Disposition


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature of this revision. `is_current`: of the content as it is now."""

    heard: Heard
    said: Signature
    is_current: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One revision. `step` counts what people said in it: `label` names the content that a signature is of.

    `since_ns`: when it began. `because`: empty of the first; "amended", or the id of a statement.
    """

    alarm: str
    number: int
    step: int
    since_ns: int
    because: str
    basis: Basis
    assessment: Judged | None
    decided: tuple[Decided, ...]  # by unit, in the order of the units
    signatures: tuple[Signed, ...]
    approval: Signed | None

    @property
    def label(self) -> str:
        return f"{self.number}.{self.step}"

    @property
    def state(self) -> State:
        if self.approval is not None:
            return State.APPROVED
        if self.assessment is None:
            return State.OPEN if self.number == 1 else State.REOPENED
        return State.ASSESSED if self.undecided else State.DISPOSED

    @property
    def units(self) -> tuple[Key, ...]:
        """Those that need a disposition."""
        return units_of(self.basis)

    @property
    def undecided(self) -> tuple[Key, ...]:
        have = {one.said.key for one in self.decided}
        return tuple(key for key in self.units if key not in have)

    @property
    def in_quarantine(self) -> tuple[Key, ...]:
        """Whose last word is not spoken."""
        return tuple(one.said.key for one in self.decided if one.said.decision == QUARANTINE)

    @property
    def is_over(self) -> bool:
        """Whether the excursion is."""
        return is_over(self.basis)

    @property
    def content(self) -> bytes:
        """What a signature is of: JSON as it stands in the journal, keys sorted, no blanks, UTF-8."""
        said = None if self.assessment is None else _row(self.assessment.heard)
        return canonical(
            {
                "schema": SCHEMA,
                "review": self.alarm,
                "revision": self.label,
                "basis": self.basis,
                "assessment": said,
                "dispositions": [_row(one.heard) for one in self.decided],
            }
        )

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Review:
    """As it is now, and the revisions before, oldest first, each as it was when the next one began."""

    now: Round
    earlier: tuple[Round, ...] = ()

    @property
    def rested_on(self) -> Basis | None:
        """The basis of the revision before; None in the first."""
        return self.earlier[-1].basis if self.earlier else None

    @property
    def is_begun(self) -> bool:
        """Whether anybody ever said anything in it."""
        return bool(self.earlier) or self.now.step > 0

    @property
    def needs_somebody(self) -> bool:
        """Not of an excursion that never was and that nobody spoke of; of quarantine until it is decided."""
        if not self.is_begun and self.now.basis["excursion"]["withdrawn"]:
            return False
        return self.now.state is not State.APPROVED or bool(self.now.in_quarantine)


def units_of(basis: Basis) -> tuple[Key, ...]:
    """Each once, however often it was inside. None of an excursion that was withdrawn, nor where nobody knows
    what was inside."""
    if basis["units"] is None or basis["excursion"]["withdrawn"]:
        return ()
    return tuple(dict.fromkeys((unit["scheme"], unit["code"]) for unit in basis["units"]))


def is_over(basis: Basis) -> bool:
    found = basis["excursion"]
    return found["end"] is not None or bool(found["withdrawn"])


def _row(heard: Heard) -> dict[str, Any]:
    said = heard.statement
    return {"kind": said.kind, "id": said.id, **to_row(said)}
