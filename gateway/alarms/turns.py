"""The people of one roster at a moment: whose turn it is, with stand-ins, holidays, and without who left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gateway.alarms.rotation import changes as changes_of_rotation
from gateway.alarms.rotation import holiday_span, is_holiday, turn
from gateway.alarms.spoken import Spoken
from gateway.alarms.walltime import begins_ns, zone_named
from gateway.statements.roster import TEAM, Roster, Rotation, named


class Crew:
    """Of a roster at `at_ns`."""

    def __init__(self, of: Roster, spoken: Spoken, at_ns: int) -> None:
        self._roster = of
        self._spoken = spoken
        self._at_ns = at_ns
        self._zone = zone_named(of.time_zone)
        self._teams = {team.name: team.people for team in of.teams}

    def on_duty(self) -> tuple[str, ...]:
        """Of a holiday, or of every rotation that has a turn now, in their order."""
        if of_holiday := self._of_holiday():
            return of_holiday
        found = [who for rotation in self._roster.rotations for who in self._of_rotation(rotation, 0)]
        return tuple(dict.fromkeys(found))

    def deputies(self, on_duty: tuple[str, ...]) -> tuple[str, ...]:
        """As the roster names them, or else whoever comes next in each rotation that has a turn.

        While a holiday holds, also in those that have none beyond their days and hours.
        """
        if self._roster.deputies:
            return self._people(self._roster.deputies)
        found: dict[str, None] = {}
        always = bool(self._of_holiday())
        for rotation in self._roster.rotations:
            later = range(1, len(rotation.people) + 1)
            following = (self._of_rotation(rotation, k, always=always) for k in later)
            told = (tuple(who for who in people if who not in on_duty) for people in following)
            found |= dict.fromkeys(next(filter(None, told), ()))
        return tuple(found)

    def everybody(self) -> tuple[str, ...]:
        """Everybody that it names, and who stands in now, without who has left."""
        told = [self._expanded([who]) for _, who in named(self._roster)]
        found = dict.fromkeys(who for people in told for who in people)
        standing_in = map(self._in_place_of, found)
        every = dict.fromkeys([*found, *(who for who in standing_in if who is not None)])
        return tuple(who for who in every if self._is_here(who))

    def _of_holiday(self) -> tuple[str, ...]:
        """Also where no rotation has a turn, as on its weekend; not before the first turn of all."""
        now = [one for one in self._roster.holidays if is_holiday(one, self._zone, self._at_ns)]
        if not now or self._at_ns < begin_ns(self._roster):
            return ()
        return next(filter(None, (self._people(one.people) for one in now)), ())

    def _of_rotation(self, rotation: Rotation, later: int, *, always: bool = False) -> tuple[str, ...]:
        """Whose turn it is, `later` turns from now; the next one where nobody of a turn is here."""
        mine = turn(rotation, self._zone, self._at_ns, always=always)
        if mine is None:
            return ()
        size = len(rotation.people)
        turns = (self._people([rotation.people[(mine + later + k) % size]]) for k in range(size))
        return next(filter(None, turns), ())

    def _people(self, names: Iterable[str]) -> tuple[str, ...]:
        """Persons and teams as those who are there in their place."""
        found = (self._in_place_of(who) for who in self._expanded(names))
        return tuple(dict.fromkeys(who for who in found if who is not None))

    def _expanded(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            yield from self._teams.get(name[len(TEAM) :], ()) if name.startswith(TEAM) else (name,)

    def _in_place_of(self, who: str) -> str | None:
        """The last of those who stand in for each other that is here; who stands in in a circle does not."""
        path = [who]
        while (other := self._stand_in(path[-1])) is not None:
            if other in path:
                path = [who]
                break
            path.append(other)
        return next((one for one in reversed(path) if self._is_here(one)), None)

    def _stand_in(self, who: str) -> str | None:
        """By the newest word that holds now."""
        at_ns, mine = self._at_ns, self._roster.id
        for one in reversed(self._spoken.stand_ins()):
            is_mine = one.instead_of == who and (not one.rosters or mine in one.rosters)
            if is_mine and one.from_ns <= at_ns < one.to_ns:
                return one.person
        return None

    def _is_here(self, who: str) -> bool:
        return self._spoken.is_here(who, self._at_ns)


def begin_ns(of: Roster) -> int:
    """When the first turn of a roster begins."""
    zone = zone_named(of.time_zone)
    return max(of.from_ns, min(begins_ns(one.start, one.hand_over, zone) for one in of.rotations))


def changes(spoken: Spoken, from_ns: int, to_ns: int, is_meant: Callable[[Roster], bool]) -> Iterator[int]:
    """Every moment in [from, to) at which one of the rosters may have another on duty, and some more."""
    yield from spoken.moments()
    for one in filter(is_meant, spoken.rosters_within(from_ns, to_ns)):
        zone = zone_named(one.time_zone)
        for rotation in one.rotations:
            yield from changes_of_rotation(rotation, zone, from_ns, to_ns)
        for holiday in one.holidays:
            yield from holiday_span(holiday, zone)
