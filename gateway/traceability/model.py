"""What is carried and where it was: units, what people state about them, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.dataclass import dataclass
from gateway.statements.containment import Unit as Unit
from gateway.times import format_rfc3339


@dataclass(frozen=True, slots=True)
class Containment:
    """`by` states: the unit was in that asset (and zone, if one is named) over [from, to)."""

    unit: Unit
    asset: str  # its identity, which a new name does not change
    zone: str | None
    from_ns: int
    to_ns: int | None  # None: still inside, as far as this statement says
    by: str
    stated_ns: int
    id: str = ""  # of the statement; the rows of one statement share it
    corrects: str = ""  # id of the statement that this one replaces
    reason: str = ""
    asset_name: str = ""  # as it was stated; "": the same as `asset`

    @property
    def matter(self) -> tuple[tuple[str, str], str, str | None, int]:
        """Of two statements about the same matter the later one counts."""
        return self.unit.key, self.asset, self.zone, self.from_ns

    def words(self) -> str:
        return f"{_source(self)} in {_place(self)} {interval(self.from_ns, self.to_ns)} ({self.id})"


@dataclass(frozen=True, slots=True)
class Emptied:
    """`by` states: from `at` on nothing was in that asset (or zone of it), until units are stated in it."""

    asset: str
    zone: str | None
    at_ns: int
    by: str
    stated_ns: int
    id: str = ""
    corrects: str = ""
    reason: str = ""
    asset_name: str = ""

    def covers(self, asset: str, zone: str | None) -> bool:
        """Whether a unit in that place is none any more. One that is in no named zone may be in another."""
        return self.asset == asset and self.zone in (None, zone)

    def words(self) -> str:
        return f"{_source(self)} {_place(self)} empty from {moment(self.at_ns)} on ({self.id})"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """`by` takes a statement back: one about contents, or an earlier withdrawal."""

    withdraws: str
    by: str
    stated_ns: int
    id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """What follows from all statements: the unit was inside over [from, to)."""

    unit: Unit
    zone: str | None
    from_ns: int
    to_ns: int | None
    asset: str = ""
    certain: bool = True  # False: all that say so are contradicted; it counts as inside all the same
    statements: tuple[str, ...] = ()  # ids of those that say so
    ended_by: str = ""  # id of another statement that ended it: a move, or its place stated empty


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements about one unit that cannot both be true over [from, to); `one` was said first."""

    unit: Unit
    one: Containment | Emptied
    other: Containment | Emptied
    from_ns: int
    to_ns: int | None
    what: str = "both cannot be"
    is_about_identity: bool = False

    @property
    def statements(self) -> tuple[str, str]:
        return self.one.id, self.other.id

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.one.asset, self.other.asset)))

    def words(self) -> str:
        """For people: who said what, and what to do about it."""
        return f"{self.one.words()}; {self.other.words()}; {self.what}: correct or withdraw one of them"


@dataclass(frozen=True, slots=True)
class Contents:
    """What was inside; not `known` when nobody has said anything - never to be shown as "none"."""

    known: bool
    stays: tuple[Stay, ...]
    conflicts: tuple[Conflict, ...] = ()  # those that the stays are in


def together(contents: Iterable[Contents]) -> Contents:
    """Of several assets, in their order; known when any of them is."""
    several = list(contents)
    if len(several) == 1:
        return several[0]
    return Contents(
        any(c.known for c in several),
        tuple(stay for c in several for stay in c.stays),
        tuple(dict.fromkeys(conflict for c in several for conflict in c.conflicts)),
    )


def interval(from_ns: int, to_ns: int | None) -> str:
    """[from, to) in words."""
    until = "on" if to_ns is None else f"to {moment(to_ns)}"
    return f"from {moment(from_ns)} {until}"


def moment(time_ns: int) -> str:
    """For people: without a fraction where there is none."""
    return format_rfc3339(time_ns).replace(".000000000Z", "Z")


def second(time_ns: int) -> str:
    """When something was said, as exactly as people look."""
    return f"{format_rfc3339(time_ns)[:19]}Z"


def _place(said: Containment | Emptied) -> str:
    name = said.asset_name or said.asset
    return name if said.zone is None else f"{name}/{said.zone}"


def _source(said: Containment | Emptied) -> str:
    return f"{said.by} said at {second(said.stated_ns)}:"
