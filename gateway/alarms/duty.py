"""Who is on duty: people, rosters and stand-ins as stated, asked for a site, a risk and a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from gateway.alarms import turns
from gateway.alarms.people import Person, person_of
from gateway.alarms.priority import Risk
from gateway.alarms.spoken import Spoken
from gateway.alarms.turns import Crew
from gateway.dataclass import dataclass
from gateway.model import SECOND
from gateway.statements import Statement, person, roster, stand_in, withdrawal
from gateway.statements.effect import Effects
from gateway.statements.person import Person as StatedPerson
from gateway.statements.roster import Roster

KINDS: Final = (person.KIND, roster.KIND, stand_in.KIND, withdrawal.KIND)
ANY: Final = ""  # a site or risk that is not known: every roster may be meant
OTHER: Final = "any other"  # a risk that no roster names
MOST_REMEMBERED: Final = 4096  # answers
ENOUGH: Final = 3  # people who can be reached, before a site counts as covered
MONTH_NS: Final = 31 * 86_400 * SECOND
MONTHS: Final = 2  # how far ahead an end is looked for: the watch looks again each minute
ENOUGH_ON_SITE: Final = 2  # of them on the spot, where the site is a contract manufacturer


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty over [from, to); nobody: a hole."""

    from_ns: int
    to_ns: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody is on duty for a site over [from, to); for these risks, all of them where none is named.

    `to_ns`: None where no end of it is known.
    """

    site: str
    risks: tuple[str, ...]
    from_ns: int
    to_ns: int | None

    def covers(self, at_ns: int) -> bool:
        return self.from_ns <= at_ns and (self.to_ns is None or at_ns < self.to_ns)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who can be reached for a site, who of them is on the spot there, and how many there have to be."""

    site: str
    people: tuple[str, ...]
    on_site: tuple[str, ...]
    needs: int = ENOUGH
    needs_on_site: int = 0

    @property
    def is_enough(self) -> bool:
        return len(self.people) >= self.needs and len(self.on_site) >= self.needs_on_site


class Duty:
    """Hear every statement of the kinds in KINDS, in the journal's order, and ask at any time.

    Belongs to one thread. `same_site`: whose name it is or was, for sites that were renamed.
    """

    def __init__(self, same_site: Callable[[str], str] = str) -> None:
        self.same_site = same_site
        self._spoken = Spoken()
        self._effects = Effects()
        self._remembered: dict[tuple[str, str, str, int], tuple[str, ...]] = {}

    def hear(self, statement: Statement) -> None:
        """Raises StatementError for one that cannot be read; other kinds are passed over."""
        if statement.kind not in KINDS:
            return
        self._spoken.take(statement)
        self._effects.hear(statement)
        self._spoken.keep(self._effects.counts)
        self._remembered.clear()

    def person(self, identity: str) -> Person | None:
        """As last stated, gone or not; None: nobody spoke of this id."""
        said = self._spoken.newest_person(identity)
        return None if said is None else person_of(said)

    def stated(self, identity: str) -> StatedPerson | None:
        """The same, as the statement says it."""
        return self._spoken.newest_person(identity)

    def last_here(self, identity: str) -> StatedPerson | None:
        """The last statement that did not say that the person has left."""
        return self._spoken.last_here(identity)

    def people(self) -> tuple[Person, ...]:
        """Everybody that was stated, those who have left too, by id."""
        found = (self.person(identity) for identity in self._spoken.people())
        return tuple(one for one in found if one is not None)

    def find(self, text: str) -> Person | None:
        """Whoever is meant by an id or a name, if it is one person."""
        found = self.meant(text)
        return found[0] if len(found) == 1 else None

    def meant(self, text: str) -> tuple[Person, ...]:
        """Everybody who may be meant: an id stands before names, who is here before who has left."""
        known = [one for one in self.people() if one.is_called(text)]
        exact = [one for one in known if one.id == text.strip()]
        here = [one for one in known if not one.has_left]
        return tuple(exact or here or known)

    def roster(self, identity: str, at_ns: int) -> Roster | None:
        """What is in force under this id at that time."""
        return self._spoken.roster(identity, at_ns)

    def words_about(self, roster_id: str) -> tuple[int, ...]:
        """From when on each word about a roster holds that counts."""
        return self._spoken.words_about(roster_id)

    def rosters(self, at_ns: int) -> tuple[Roster, ...]:
        """Those in force at that time, by id."""
        return self._spoken.rosters(at_ns)

    def rosters_from(self, at_ns: int) -> tuple[Roster, ...]:
        """Those, and the words that hold from later on, by id and time."""
        return self._spoken.rosters_from(at_ns)

    def stand_ins(self, from_ns: int, to_ns: int) -> tuple[stand_in.StandIn, ...]:
        """Those in effect at any time in [from, to), as they were stated."""
        return tuple(s for s in self._spoken.stand_ins() if s.from_ns < to_ns and from_ns < s.to_ns)

    def on_duty(self, site: str, risk: str, at_ns: int) -> tuple[str, ...]:
        """Ids, the first is called first; empty: a hole.

        A roster that names the site stands before one of all sites, then one that names the risk before one
        of all risks; the next one is asked where the first has nobody. Empty `site` or `risk`: not known.
        """
        return self._recall("on_duty", site, risk, at_ns, self._on_duty)

    def deputies(self, site: str, risk: str, at_ns: int) -> tuple[str, ...]:
        """Who is called when those on duty do not answer, without them."""
        return self._recall("deputies", site, risk, at_ns, self._deputies)

    def everybody(self, site: str, risk: str, at_ns: int) -> tuple[str, ...]:
        """All that the rosters of a site name, and who stands in, without who has left."""
        found: list[str] = []
        for crew in self._crews(site, risk, at_ns):
            found += crew.everybody()
        return tuple(dict.fromkeys(found))

    def course(self, site: str, risk: str, from_ns: int, to_ns: int) -> tuple[Shift, ...]:
        """Who is on duty from moment to moment over [from, to), without a gap."""
        moments = self._moments(from_ns, to_ns, lambda one: self._is_of(one, site))
        return _course(lambda at_ns: self._on_duty(site, risk, at_ns), moments)

    def course_of(self, identity: str, from_ns: int, to_ns: int) -> tuple[Shift, ...]:
        """The same of one roster."""
        moments = self._moments(from_ns, to_ns, lambda one: one.id == identity)
        return _course(lambda at_ns: self._of_roster(identity, at_ns), moments)

    def until_ns(self, site: str, risk: str, at_ns: int) -> int | None:
        """How long those are on duty who are now, or nobody is; None: no end is known."""
        now = self._on_duty(site, risk, at_ns)
        return self._first(site, at_ns, lambda later_ns: self._on_duty(site, risk, later_ns) != now)

    def holes(self, from_ns: int, to_ns: int, sites: Iterable[str] = ()) -> tuple[Hole, ...]:
        """When nobody is on duty over [from, to), by site and time: where there is a roster, once it begins.

        The last one of a site goes on to its own end, however much later than what is asked.
        `sites`: those that are known, for rosters of all sites.
        """
        found: list[Hole] = []
        for site in self.sites(from_ns, to_ns, sites):
            found += self._holes_of(site, from_ns, to_ns)
        return tuple(found)

    def sites(self, from_ns: int, to_ns: int, known: Iterable[str] = ()) -> tuple[str, ...]:
        """Sites with a roster in [from, to), or one that has ended: those that are named, and all that are
        known where it is for all.
        """
        rosters = self._spoken.rosters_within(from_ns, to_ns)
        named = {self.same_site(site) for one in rosters for site in one.sites}
        every = {self.same_site(site) for site in known} if any(not one.sites for one in rosters) else set()
        return tuple(sorted(named | every))

    def coverage(
        self,
        site: str,
        at_ns: int,
        notifiers: Collection[str] | None = None,
        *,
        is_contract_manufacturer: bool = False,
    ) -> Coverage:
        """Whether enough people can be reached for a site; `notifiers`: those of the configuration."""
        same = self.same_site(site)
        named = [one for one in map(self.person, self.everybody(site, ANY, at_ns)) if one is not None]
        people = tuple(one.id for one in named if one.can_be_reached(notifiers))
        there = {one.id for one in named if same in {self.same_site(name) for name in one.on_site}}
        on_site = tuple(who for who in people if who in there)
        return Coverage(same, people, on_site, ENOUGH, ENOUGH_ON_SITE if is_contract_manufacturer else 0)

    def _of_roster(self, identity: str, at_ns: int) -> tuple[str, ...]:
        one = self._spoken.roster(identity, at_ns)
        return () if one is None else Crew(one, self._spoken, at_ns).on_duty()

    def _on_duty(self, site: str, risk: str, at_ns: int) -> tuple[str, ...]:
        for crews in self._ranks(site, risk, at_ns):
            found = dict.fromkeys(who for crew in crews for who in crew.on_duty())
            if found:
                return tuple(found)
        return ()

    def _deputies(self, site: str, risk: str, at_ns: int) -> tuple[str, ...]:
        on_duty = self._on_duty(site, risk, at_ns)
        found = [who for crew in self._crews(site, risk, at_ns) for who in crew.deputies(on_duty)]
        return tuple(who for who in dict.fromkeys(found) if who not in on_duty)

    def _ranks(self, site: str, risk: str, at_ns: int) -> Iterator[list[Crew]]:
        """Crews of the rosters that cover it, those that are meant most closely first."""
        same = self.same_site(site)
        ranks: dict[tuple[bool, bool], list[Crew]] = {}
        for one in self._spoken.rosters(at_ns):
            names_site = same in {self.same_site(name) for name in one.sites}
            if (same == ANY or names_site or not one.sites) and risk in (ANY, *(one.risks or [risk])):
                rank = (not names_site, not one.risks)
                ranks.setdefault(rank, []).append(Crew(one, self._spoken, at_ns))
        return (ranks[rank] for rank in sorted(ranks))

    def _crews(self, site: str, risk: str, at_ns: int) -> Iterator[Crew]:
        return (crew for crews in self._ranks(site, risk, at_ns) for crew in crews)

    def _holes_of(self, site: str, from_ns: int, to_ns: int) -> list[Hole]:
        risks, begin_ns = self._risks(site, from_ns, to_ns), max(from_ns, self._begin_ns(site))
        found: list[Hole] = []
        moments = self._moments(begin_ns, to_ns, lambda one: self._is_of(one, site))
        for start_ns, end_ns in pairwise(moments):
            alone = self._alone(site, risks, start_ns)
            if found and (found[-1].to_ns, found[-1].risks) == (start_ns, alone):
                found[-1] = Hole(site, found[-1].risks, found[-1].from_ns, end_ns)
            elif alone is not None:
                found.append(Hole(site, alone, start_ns, end_ns))
        if found and found[-1].to_ns == to_ns:
            last = found.pop()
            its_end_ns = self._somebody_from(site, last.risks or risks, to_ns)
            found.append(Hole(site, last.risks, last.from_ns, its_end_ns))
        return found

    def _alone(self, site: str, risks: Sequence[str], at_ns: int) -> tuple[str, ...] | None:
        """The risks for which nobody is on duty; empty: all of them, None: there is somebody for each."""
        found = tuple(risk for risk in risks if not self._on_duty(site, risk, at_ns))
        return None if not found else () if len(found) == len(risks) else found

    def _somebody_from(self, site: str, risks: Sequence[str], from_ns: int) -> int | None:
        return self._first(site, from_ns, lambda at_ns: any(self._on_duty(site, r, at_ns) for r in risks))

    def _first(self, site: str, from_ns: int, is_so: Callable[[int], bool]) -> int | None:
        """The first moment from then on at which that is so; month by month, as it comes soon as a rule."""
        for begin_ns in range(from_ns, from_ns + MONTHS * MONTH_NS, MONTH_NS):
            moments = self._moments(begin_ns, begin_ns + MONTH_NS, lambda one: self._is_of(one, site))
            for at_ns in moments[:-1]:
                if is_so(at_ns):
                    return at_ns
        return None

    def _begin_ns(self, site: str) -> int:
        """When the first roster of a site begins: before that nothing is missing."""
        mine = (one for one in self._spoken.every_roster() if one.rotations and self._is_of(one, site))
        return min(map(turns.begin_ns, mine))

    def _risks(self, site: str, from_ns: int, to_ns: int) -> list[str]:
        """Those that its rosters name, and any other one where one is for all, or they leave one out."""
        mine = [one for one in self._spoken.rosters_within(from_ns, to_ns) if self._is_of(one, site)]
        named = {risk for one in mine for risk in one.risks}
        has_others = any(not one.risks for one in mine) or not named >= {risk.word for risk in Risk}
        return [*sorted(named), *([OTHER] if has_others else [])]

    def _is_of(self, one: Roster, site: str) -> bool:
        site = self.same_site(site)
        return site == ANY or not one.sites or site in {self.same_site(name) for name in one.sites}

    def _moments(self, from_ns: int, to_ns: int, is_meant: Callable[[Roster], bool]) -> list[int]:
        """When another one may be on duty, from first to last; none where they are not in order."""
        if from_ns >= to_ns:
            return []
        inner = turns.changes(self._spoken, from_ns, to_ns, is_meant)
        return [from_ns, *sorted({at_ns for at_ns in inner if from_ns < at_ns < to_ns}), to_ns]

    def _recall(
        self, what: str, site: str, risk: str, at_ns: int, ask: Callable[[str, str, int], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Ten thousand groups ask the same at the same moment."""
        key = (what, site, risk, at_ns)
        if key not in self._remembered:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = ask(site, risk, at_ns)
        return self._remembered[key]


def _course(on_duty: Callable[[int], tuple[str, ...]], moments: list[int]) -> tuple[Shift, ...]:
    found: list[Shift] = []
    for begin_ns, end_ns in pairwise(moments):
        people = on_duty(begin_ns)
        if found and found[-1].people == people:
            found[-1] = Shift(found[-1].from_ns, end_ns, people)
        else:
            found.append(Shift(begin_ns, end_ns, people))
    return tuple(found)
