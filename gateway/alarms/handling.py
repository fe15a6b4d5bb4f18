"""Who is on an alarm: who took it, whom it is assigned to, and what people remarked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError

MOST: Final = 50  # takings and assignments that are kept; the oldest go first, the journal has all
MOST_REMARKS: Final = 100  # each transition repeats them; whoever has more to say writes a report


@dataclass(frozen=True, slots=True)
class Taking:
    """Somebody is on it; `id` is that of the statement."""

    by: str
    at_ns: int
    comment: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Somebody said whose it is."""

    to: str
    by: str
    at_ns: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Somebody said something about it."""

    by: str
    at_ns: int
    comment: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """The last of each counts; those before come back when it is taken back."""

    takings: tuple[Taking, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def taken(self) -> Taking | None:
        return self.takings[-1] if self.takings else None

    @property
    def assigned(self) -> Assignment | None:
        return self.assignments[-1] if self.assignments else None

    def take(self, taking: Taking) -> Handling:
        return replace(self, takings=(*self.takings, taking)[-MOST:])

    def assign(self, assignment: Assignment) -> Handling:
        return replace(self, assignments=(*self.assignments, assignment)[-MOST:])

    def remark(self, remark: Remark) -> Handling:
        """Raises InputError where there are too many already."""
        if len(self.remarks) >= MOST_REMARKS:
            raise InputError(f"there are {MOST_REMARKS} comments already: put the rest into a report")
        return replace(self, remarks=(*self.remarks, remark))

    def without(self, identity: str) -> Handling:
        """As if the statement of this id had not been made."""
        return Handling(
            tuple(one for one in self.takings if one.id != identity),
            tuple(one for one in self.assignments if one.id != identity),
            tuple(one for one in self.remarks if one.id != identity),
        )

    def let_go(self) -> Handling:
        """Nobody is on it any more; what was remarked stays."""
        return Handling(remarks=self.remarks)
