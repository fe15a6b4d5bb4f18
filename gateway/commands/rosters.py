"""Rosters: who is on duty when, stated whole; and stand-ins, who take somebody's turns for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Final

from gateway.alarms.duty import Duty
from gateway.alarms.priority import Risk
from gateway.alarms.rotation import changes, turn
from gateway.alarms.walltime import local_time, zone_named
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import unknown_person
from gateway.commands.until import LONGEST_D
from gateway.commands.words import Words, correction, who_and_when
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LATEST_NS, SECOND
from gateway.questions.duty import duty_of, unknown_roster
from gateway.statements import Statement
from gateway.statements import roster as stating
from gateway.statements import stand_in as standing_in
from gateway.statements.person import ID
from gateway.statements.roster import ENDED, TEAM, Roster, named, people_of
from gateway.statements.stand_in import StandIn
from gateway.times import format_rfc3339, to_the_second

DAY_NS: Final = 86_400 * SECOND
LOOK_NS: Final = 28 * DAY_NS  # holes and overlaps are looked for four weeks from the start on
MOST_HOLES: Final = 5  # told one by one


@dataclass(frozen=True, slots=True)
class Set:
    """`remarks`: what is legal, and probably not meant; `nobody_now`: sites without anybody from now on."""

    stated: Stated
    roster: Roster
    remarks: tuple[str, ...] = ()
    nobody_now: tuple[str, ...] = ()


def set_roster(
    desk: Desk, author: Author, said: Roster, corrects: str | None = None, reason: str = ""
) -> Set:
    """State a roster; it replaces what its id said about the time from `from_ns` on.

    Raises InputError with every mistake and its place, one a line.
    """
    mistakes = list(_mistakes(desk.configuration, duty_of(desk.journal), said))
    if mistakes:
        raise InputError("nothing was stated, because of\n" + "\n".join(mistakes))

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, stating.KIND, corrects, reason)
        if corrected is not None and stating.of(corrected.body).id != said.id:
            raise InputError(f"{corrected.id} is about roster {stating.of(corrected.body).id}, not {said.id}")
        mine = [one for one in words.of(stating.KIND) if stating.of(one.body).id == said.id]
        newest = max(mine, key=lambda one: stating.of(one.body).from_ns, default=None)
        if corrected is None and newest is not None:
            before = stating.of(newest.body)
            if before.from_ns <= said.from_ns and replace(before, from_ns=said.from_ns) == said:
                return newest
        return [desk.draft(stating, said, author, desk.clock.now_ns(), revising)]

    stated = desk.state(look)
    duty = duty_of(desk.journal)
    remarks = _remarks(desk.configuration, duty, said)
    nobody = _nobody_now(desk.configuration, duty, said, desk.clock.now_ns())
    return Set(stated, said, tuple(dict.fromkeys(remarks)), nobody)


def end_roster(desk: Desk, author: Author, identity: str, at_ns: int) -> Set:
    """State that a roster holds no more from `at_ns` on, which may lie ahead. Raises InputError."""
    duty = duty_of(desk.journal)
    known = duty.roster(identity, at_ns)
    if known is None:
        raise InputError(unknown_roster(duty, identity, at_ns))
    said = Roster(identity, at_ns, known.sites, known.risks, known.time_zone, (), state=ENDED)
    return set_roster(desk, author, said)


def stand_in(
    desk: Desk, author: Author, said: StandIn, corrects: str | None = None, reason: str = ""
) -> Stated:
    """State that one person takes the turns of another. Raises InputError."""

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, standing_in.KIND, corrects, reason)
        others = [one for one in words.of(standing_in.KIND) if one.id != revising.corrects]
        same = next((one for one in others if standing_in.of(one.body) == said), None)
        if same is not None and corrected is None:
            return same
        _check_stand_in(duty_of(desk.journal), others, said, desk.clock.now_ns())
        return [desk.draft(standing_in, said, author, desk.clock.now_ns(), revising)]

    return desk.state(look)


def unknown_sites(configuration: Configuration, sites: Iterable[object]) -> Iterator[str]:
    for site in sites:
        if site not in configuration.sites:
            yield f"sites: unknown site {site!r}; known: {', '.join(configuration.sites) or 'none'}"


def wrong_person(duty: Duty, who: str) -> str:
    """Why nobody of this id can be on duty, in words; empty: it is somebody."""
    known = duty.person(who)
    if known is None:
        return unknown_person(duty, who)
    return f"{who} has left; name who takes the place" if known.has_left else ""


def _mistakes(configuration: Configuration, duty: Duty, said: Roster) -> Iterator[str]:
    if not ID.fullmatch(said.id):
        what = "at most 60 lower case letters, digits, '.', '_' and '-'"
        yield f"{said.id[:60]!r} is no id of a roster: {what}"
    if not EARLIEST_NS <= said.from_ns < LATEST_NS:
        yield f"valid_from: {to_the_second(said.from_ns)} is no time that anybody can mean"
    if said.state != ENDED:
        yield from unknown_sites(configuration, said.sites)
    yield from _of_lists(duty, said)


def _of_lists(duty: Duty, said: Roster) -> Iterator[str]:
    teams = {team.name: team.people for team in said.teams}
    for where, who in named(said):
        if who.startswith(TEAM) and where.startswith("teams."):
            yield f"{where}: {who} is a team within a team: name its people"
        elif who.startswith(TEAM):
            if who[1:] not in teams:
                yield f"{where}: there is no team {who!r}; teams: {', '.join(teams) or 'none'}"
        elif why := wrong_person(duty, who):
            yield f"{where}: {why}"
    for name, people in teams.items():
        if not people:
            yield f"teams.{name}: is empty"


def _nobody_now(configuration: Configuration, duty: Duty, said: Roster, now_ns: int) -> tuple[str, ...]:
    """Of the sites that the roster covers already."""
    sites = _sites(configuration, duty, said) if said.from_ns <= now_ns else {}
    holes = duty.holes(now_ns, now_ns + 1, configuration.sites)
    return tuple(dict.fromkeys(sites[hole.site] for hole in holes if hole.site in sites))


def _sites(configuration: Configuration, duty: Duty, said: Roster) -> dict[str, str]:
    """That the roster covers: by identity, as they are called now."""
    names = {duty.same_site(name): name for name in (*said.sites, *configuration.sites)}
    covered = map(duty.same_site, said.sites or configuration.sites)
    return {site: names[site] for site in covered}


def _remarks(configuration: Configuration, duty: Duty, said: Roster) -> Iterator[str]:
    risks = [risk.word for risk in Risk]
    for unknown in (risk for risk in said.risks if risk not in risks):
        yield f"risks: no product has the risk {unknown!r}, so it covers none; known: {', '.join(risks)}"
    for k, rotation in enumerate(said.rotations):
        for twice in sorted({one for one in rotation.people if rotation.people.count(one) > 1}):
            yield f"rotations[{k}].people: {twice} is named more than once and has as many turns"
    for who in sorted(people_of(said)):
        known = duty.person(who)
        if known is not None and not known.can_be_reached(configuration.notifiers):
            yield f"{who} cannot be reached by any notifier of the configuration: `cryogate people set {who}`"
    yield from _overlaps(said)
    for from_ns in duty.words_about(said.id):
        if from_ns > said.from_ns:
            yield f"from {_shown(from_ns, said.time_zone)} {said.time_zone} on another word about it holds"
    sites = _sites(configuration, duty, said)
    holes = duty.holes(said.from_ns, said.from_ns + LOOK_NS, configuration.sites)
    mine = [hole for hole in holes if hole.site in sites]
    for hole in mine[:MOST_HOLES]:
        of_risk = f" (risk {', '.join(hole.risks)})" if hole.risks else ""
        end = "" if hole.to_ns is None else f" to {_shown(hole.to_ns, said.time_zone)}"
        span = f"from {_shown(hole.from_ns, said.time_zone)}{end} {said.time_zone}"
        yield f"nobody is on duty for {sites[hole.site]}{of_risk} {span}{'' if end else ' on'}"
    if mine[MOST_HOLES:]:
        yield f"and {len(mine) - MOST_HOLES} more holes in the four weeks from then on"


def _overlaps(said: Roster) -> Iterator[str]:
    """Rotations that both have a turn: legal, all of them are called."""
    zone, end_ns = zone_named(said.time_zone), said.from_ns + LOOK_NS
    for (i, one), (k, other) in combinations(enumerate(said.rotations), 2):
        both = {
            said.from_ns,
            *changes(one, zone, said.from_ns, end_ns),
            *changes(other, zone, said.from_ns, end_ns),
        }
        for at_ns in sorted(at_ns for at_ns in both if said.from_ns <= at_ns < end_ns):
            if turn(one, zone, at_ns) is not None and turn(other, zone, at_ns) is not None:
                when = f"{_shown(at_ns, said.time_zone)} {said.time_zone}"
                yield f"rotations[{i}] and rotations[{k}] overlap, first at {when}: both are called then"
                break


def _check_stand_in(duty: Duty, stated: list[Statement], said: StandIn, now_ns: int) -> None:
    for who in (said.person, said.instead_of):
        if why := wrong_person(duty, who):
            raise InputError(why)
    there = {one.id for one in duty.rosters_from(said.from_ns)}
    for roster in said.rosters:
        if roster not in there:
            raise InputError(unknown_roster(duty, roster, said.from_ns))
    if said.to_ns <= now_ns:
        raise InputError(f"{format_rfc3339(said.to_ns)[:19]}Z is over: a stand-in is stated for what comes")
    if said.to_ns - said.from_ns > LONGEST_D * DAY_NS:
        raise InputError(f"until {to_the_second(said.to_ns)} is for ever: change the roster itself")
    _check_against_others(stated, said)


def _check_against_others(stated: list[Statement], said: StandIn) -> None:
    """Of one person's turns there is one stand-in, and nobody stands in for herself by way of others."""
    meanwhile = [(one, standing_in.of(one.body)) for one in stated]
    meanwhile = [(one, other) for one, other in meanwhile if _meet(other, said)]
    for one, other in meanwhile:
        if other.instead_of == said.instead_of:
            span = f"{format_rfc3339(other.from_ns)[:19]}Z to {format_rfc3339(other.to_ns)[:19]}Z"
            raise InputError(
                f"{who_and_when(one)} let {other.person} stand in for {other.instead_of} from {span}: "
                f"correct that with --corrects {one.id} --reason TEXT"
            )
    path, following = [said.instead_of, said.person], {o.instead_of: o.person for _, o in meanwhile}
    while (following_one := following.get(path[-1])) is not None:
        path.append(following_one)
        if following_one == said.instead_of:
            circle = ", ".join(f"{b} for {a}" for a, b in pairwise(path))
            raise InputError(f"they would stand in for each other in a circle: {circle}")
        if path.count(following_one) > 1:
            return


def _meet(one: StandIn, other: StandIn) -> bool:
    in_time = one.from_ns < other.to_ns and other.from_ns < one.to_ns
    return in_time and (not one.rosters or not other.rosters or bool({*one.rosters} & {*other.rosters}))


def _shown(at_ns: int, time_zone: str) -> str:
    return f"{local_time(at_ns, zone_named(time_zone)):%a %Y-%m-%d %H:%M}"
