"""The slow twin of containment: asks at every moment, one by one, of everything that was ever said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Emptied, Stay, Withdrawn

Row = tuple[Containment, ...]  # of one statement
Said = Row | Emptied | Withdrawn
END = 8  # of the time in which everything happens; no moment differs from the ones between endpoints
BEYOND = 3 * END


def identity_of(said: Said) -> str:
    return said[0].id if isinstance(said, tuple) else said.id


def target_of(said: Said) -> str:
    if isinstance(said, tuple):
        return said[0].corrects
    return said.withdraws if isinstance(said, Withdrawn) else said.corrects


def tell(containments: Containments, said: Said) -> set[str]:
    if isinstance(said, tuple):
        return containments.state(*said)
    return containments.withdraw(said) if isinstance(said, Withdrawn) else containments.state_empty(said)


def in_effect(everything: Sequence[Said]) -> list[Said]:
    """A statement is in effect unless a later one that is itself in effect is against it.

    A withdrawal is against one statement; a correction against that which it corrects, and if that is a
    correction itself, against all that it is against.
    """
    taken_back: set[str] = set()
    found: list[Said] = []
    for said in reversed(everything):
        if identity_of(said) not in taken_back:
            taken_back |= against(said, everything)
            found.append(said)
    return found[::-1]


def against(said: Said, everything: Sequence[Said]) -> set[str]:
    target = next((s for s in everything if identity_of(s) == target_of(said)), None)
    if target is None:
        return set()
    if isinstance(said, Withdrawn) or isinstance(target, Withdrawn):
        return {identity_of(target)}
    return {identity_of(target)} | against(target, everything)


class Twin:
    """What one unit's statements say, at any moment."""

    def __init__(self, everything: Sequence[Said], key: tuple[str, str]) -> None:
        effective = in_effect(everything)
        self.emptied = [said for said in effective if isinstance(said, Emptied)]
        self.claims: list[Containment] = []
        for said in effective:
            for row in said if isinstance(said, tuple) else ():
                if row.unit.key == key:
                    self._count(row)

    def _count(self, row: Containment) -> None:
        """The later word about the same matter counts; to repeat it changes nothing."""
        for i, claim in enumerate(self.claims):
            if claim.matter == row.matter:
                if claim.to_ns != row.to_ns:
                    del self.claims[i]
                    self.claims.append(row)
                return
        self.claims.append(row)

    def is_present(self, claim: Containment, moment: int) -> bool:
        if claim.to_ns is not None:
            return claim.from_ns <= moment < claim.to_ns
        ended = any(
            any(other.from_ns == m and not is_overruled(other, claim) for other in self.claims)
            or self._emptied_at(claim, m)
            for m in range(claim.from_ns + 1, moment + 1)
        )
        return claim.from_ns <= moment and not ended

    def _emptied_at(self, claim: Containment, moment: int) -> bool:
        return any(e.at_ns == moment and e.covers(claim.asset, claim.zone) for e in self.emptied)

    def conflicts(self) -> set[frozenset[str]]:
        """Ids of the statements that contradict each other, two by two."""
        return {frozenset(said.id for said in pair) for pair in self._contradictions()}

    def _contradictions(self) -> list[tuple[Containment, Containment | Emptied]]:
        found: list[tuple[Containment, Containment | Emptied]] = [
            (one, other)
            for one, other in combinations(self.claims, 2)
            if (bool(one.corrects) and one.corrects == other.corrects and one.id != other.id)
            or (
                exclude(one, other)
                and any(self.is_present(one, m) and self.is_present(other, m) for m in range(BEYOND))
            )
        ]
        for claim in self.claims:
            for e in self.emptied:
                if claim.to_ns is not None and claim.from_ns < e.at_ns < claim.to_ns:
                    found += [(claim, e)] if e.covers(claim.asset, claim.zone) else []
        return found

    def where(self, moment: int) -> set[tuple[str, str | None, bool]]:
        """(asset, zone, certain) in which the unit is, or may be."""
        contradicted = [claim for pair in self._contradictions() for claim in pair]
        present = [claim for claim in self.claims if self.is_present(claim, moment)]
        zoned = {claim.asset for claim in present if claim.zone is not None}
        places = {(c.asset, c.zone) for c in present if c.zone is not None or c.asset not in zoned}
        return {
            (*place, any(c not in contradicted for c in present if (c.asset, c.zone) == place))
            for place in places
        }


def exclude(one: Containment, other: Containment) -> bool:
    """Whether nothing can be in both places."""
    if one.asset != other.asset:
        return True
    return one.zone is not None and other.zone is not None and one.zone != other.zone


def is_overruled(ended: Containment, claim: Containment) -> bool:
    """A stay that somebody said had an end, before somebody said of the same place: still inside."""
    return ended.to_ns is not None and ended.stated_ns < claim.stated_ns and not exclude(ended, claim)


def is_in(place: tuple[str, str | None, bool], asset: str, zone: str | None) -> bool:
    return place[0] == asset and (zone is None or place[1] in (None, zone))


def is_stated_empty(everything: Sequence[Said], asset: str, zone: str | None, start: int, end: int) -> bool:
    """Stated empty by the start, and nothing stated in it from then to the end."""
    effective = in_effect(everything)
    units = {row.unit.key for said in effective if isinstance(said, tuple) for row in said}
    claims = [claim for key in units for claim in Twin(everything, key).claims]
    starts = [c.from_ns for c in claims if is_in((c.asset, c.zone, True), asset, zone)]
    moments = [
        e.at_ns
        for e in effective
        if isinstance(e, Emptied) and e.asset == asset and e.zone in (None, zone) and e.at_ns <= start
    ]
    return any(not any(m <= s < end for s in starts) for m in moments)


def lasts(stay: Stay, moment: int) -> bool:
    return stay.from_ns <= moment and (stay.to_ns is None or moment < stay.to_ns)
