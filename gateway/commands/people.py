"""People: who can be called and by which ways; who has left."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from gateway.alarms.duty import ANY, ENOUGH, Duty
from gateway.commands import left_alarms
from gateway.commands.accounts import lock_who_left
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import namesakes, person_known
from gateway.commands.words import Words, correction, who_and_when
from gateway.config.escalations import can_tell_people
from gateway.config.types import NOTIFIERS, Configuration
from gateway.dataclass import dataclass
from gateway.errors import CryogateError, InputError
from gateway.notifiers import Addressed
from gateway.questions.duty import duty_of
from gateway.statements import Statement, clock_times
from gateway.statements import person as stating
from gateway.statements.person import GONE, HERE, ID, PRIORITIES, Person, Way
from gateway.statements.roster import people_of
from gateway.times import format_rfc3339
from gateway.zones import zone

WAY: Final = "NOTIFIER ADDRESS [from PRIORITY] [quiet HH:MM-HH:MM [unless PRIORITY]]"


@dataclass(frozen=True, slots=True)
class Entered:
    """`remarks`: what is legal, and probably not meant."""

    stated: Stated
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is said of a person now; None: nothing, so what was stated before stays."""

    name_en: str | None = None
    name_zh: str | None = None
    languages: tuple[str, ...] | None = None
    time_zone: str | None = None
    ways: tuple[Way, ...] | None = None
    on_site: tuple[str, ...] | None = None

    def of(self, duty: Duty, identity: str) -> Person:
        """The person with them. Who had left comes back where they were; ways of theirs were not kept."""
        empty = Person(identity, "", "", (), "", (), ())
        known, here = duty.stated(identity) or empty, duty.last_here(identity) or empty
        given = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return replace(known, **{"on_site": here.on_site, "state": HERE} | given)


def whole(configuration: Configuration, said: Person) -> Person:
    """With what follows from the rest, of somebody new. Raises InputError."""
    if not (said.name_en.strip() or said.name_zh.strip()):
        raise InputError("give a name: --name in Latin script, --name-zh in Chinese script, or both")
    reads = said.languages or (("zh",) if said.name_zh.strip() else ("en",))
    return replace(said, languages=reads, time_zone=said.time_zone or _zone_of(configuration, said.on_site))


def enter(
    desk: Desk,
    author: Author,
    said: Person,
    at: str | None = None,
    corrects: str | None = None,
    reason: str = "",
) -> Entered:
    """State all that is known of a person, from `at` (None: now) on. The same again changes nothing.

    Raises InputError with every mistake, one a line.
    """
    at_ns = desk.moment(at)
    _raise(list(_mistakes(desk.configuration, said)))

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, stating.KIND, corrects, reason, explains=said.state == GONE)
        mine = [one for one in words.of(stating.KIND) if stating.of(one.body).id == said.id]
        newest = max(mine, key=lambda one: one.at_ns, default=None)
        if corrected is None and newest is not None and stating.of(newest.body) == said and at is None:
            return newest
        if corrected is None and newest is not None and at_ns < newest.at_ns:
            raise InputError(
                f"{who_and_when(newest)} spoke of {said.id} from {format_rfc3339(newest.at_ns)[:19]}Z on, "
                "which is later: give a later time, or correct that with "
                f"--corrects {newest.id} --reason TEXT"
            )
        return [desk.draft(stating, said, author, at_ns, revising)]

    stated = desk.state(look)
    return Entered(stated, tuple(_remarks(desk, duty_of(desk.journal), said, desk.clock.now_ns())))


def leave(
    desk: Desk,
    author: Author,
    identity: str,
    at: str | None = None,
    corrects: str | None = None,
    reason: str = "",
) -> Entered:
    """State that a person has left, is called no more, and logs in no more.

    Raises InputError for whom nobody entered.
    """
    known = person_known(duty_of(desk.journal), identity)
    said = replace(known, ways=(), on_site=(), state=GONE)
    entered = enter(desk, author, said, at, corrects, reason)
    lock_who_left(desk, author, identity)
    alarms = left_alarms.remarks(desk, duty_of(desk.journal), identity)
    return replace(entered, remarks=(*entered.remarks, *alarms))


def way_of(text: str) -> Way:
    """What `--way` says. Raises InputError."""
    words = text.replace(",", " ").split() if " from " in text or " quiet " in text else text.split()
    if len(words) < 2:
        raise InputError(f"--way {text!r}: expected {WAY}")
    way, rest = Way(words[0], words[1]), words[2:]
    while rest:
        key, value, rest = rest[0], rest[1] if rest[1:] else "", rest[2:]
        if key == "from" and value in PRIORITIES:
            way = replace(way, from_priority=value)
        elif key == "unless" and value in PRIORITIES:
            way = replace(way, unless=value)
        elif key == "quiet":
            way = replace(way, quiet=_hours(text, value))
        elif key in ("from", "unless"):
            raise InputError(f"--way {text!r}: {value!r} is no priority; known: {', '.join(PRIORITIES)}")
        else:
            raise InputError(f"--way {text!r}: {key!r} is not understood; expected {WAY}")
    return way


def _zone_of(configuration: Configuration, sites: tuple[str, ...]) -> str:
    """That of the sites where the person is, or of all."""
    known = configuration.sites
    here = {known[site].time_zone for site in sites if site in known} or {s.time_zone for s in known.values()}
    if len(here) > 1:
        raise InputError(f"give --time-zone: the sites have several ({', '.join(sorted(here))})")
    return next(iter(here), "UTC")


def _hours(text: str, value: str) -> clock_times.Hours:
    try:
        return clock_times.hours(value)
    except ValueError as error:
        raise InputError(f"--way {text!r}: {error}") from None


def _mistakes(configuration: Configuration, said: Person) -> Iterator[str]:
    if not ID.fullmatch(said.id):
        yield (
            f"{said.id[:60]!r} is no id of a person: at most 60 lower case letters, digits, '.', '_' and "
            "'-', e.g. li.na"
        )
    try:
        zone(said.time_zone)
    except InputError as error:
        yield str(error)
    for site in said.on_site:
        if site not in configuration.sites:
            yield _unknown("on_site", site, "site", configuration.sites)
    for i, way in enumerate(said.ways):
        where = f"ways[{i}]"
        if way.notifier not in configuration.notifiers:
            yield _unknown(where, way.notifier, "notifier", configuration.notifiers)
        else:
            yield from (f"{where}: {problem}" for problem in _address(configuration, way))


def _address(configuration: Configuration, way: Way) -> Iterator[str]:
    """Why a notifier reaches nobody at this address."""
    told = configuration.notifiers[way.notifier]
    try:
        notifier = importlib.import_module(f"{NOTIFIERS}.{told.kind}").Notifier(told.options)
        if not isinstance(notifier, Addressed):
            yield f"notifier {way.notifier!r} is of kind {told.kind!r}, which reaches no single person"
        else:
            notifier.check_address(way.address)
    except (ValueError, CryogateError) as error:
        yield f"notifier {way.notifier!r}: {error}"


def _unknown(where: str, given: str, what: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(given, names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"
    return f"{where}: unknown {what} {given!r}; {hint}"


def _raise(mistakes: list[str]) -> None:
    if mistakes:
        raise InputError("\n".join(mistakes))


def _left_without(configuration: Configuration, duty: Duty, said: Person, now_ns: int) -> Iterator[str]:
    """Sites that nobody is left for, or too few, without whoever has left."""
    mine = [one for one in duty.rosters(now_ns) if said.id in people_of(one)]
    covered = {duty.same_site(site) for one in mine for site in one.sites}
    every = any(not one.sites for one in mine)
    notifiers = [name for name, told in configuration.notifiers.items() if can_tell_people(told.kind)]
    for site in [one for one in configuration.sites if every or duty.same_site(one) in covered]:
        if not duty.on_duty(site, ANY, now_ns):
            yield f"nobody is on duty NOW for {site}: an alarm there reaches nobody; set the roster anew"
            continue
        left = duty.coverage(site, now_ns, notifiers).people
        if len(left) < ENOUGH:
            who = ", ".join(left) or "nobody"
            yield f"for {site} only {who} can be reached now, at least {ENOUGH} are needed"


def _remarks(desk: Desk, duty: Duty, said: Person, now_ns: int) -> Iterator[str]:
    named = [one.id for one in duty.rosters_from(now_ns) if said.id in people_of(one)]
    if said.state == GONE:
        if named:
            named = list(dict.fromkeys(named))
            yield (
                f"{said.id} is still named in {', '.join(named)}: the next one takes the turns; set the "
                "roster anew"
            )
        yield from _left_without(desk.configuration, duty, said, now_ns)
        now = duty.stand_ins(now_ns, now_ns + 1)
        others = [s.person for s in now if s.instead_of == said.id]
        for whose in (s.instead_of for s in now if s.person == said.id):
            again = f"{others[-1]} stands in for {said.id} and" if others else "who"
            until = ", too, until that ends" if others else " again"
            yield f"{said.id} stood in for {whose}, {again} has the turns{until}"
    elif not said.ways:
        yield f"{said.id} cannot be reached: give at least one --way"
    yield from namesakes(duty, said.id)
