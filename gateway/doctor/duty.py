"""People and rosters: sites that are not covered, and ways that the configuration does not know."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from gateway.alarms.duty import Duty
from gateway.config.escalations import named_in
from gateway.config.types import Configuration
from gateway.doctor import Finding, warning
from gateway.errors import JournalError, StatementError
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.questions.duty import coverages, duty_of, lacking, sites_with_roster, without_roster
from gateway.statements.roster import people_of

COVER = "enter people and ways with `cryogate people set`, and put them into the roster"
BARE = "set one with `cryogate roster set`, or name people in a policy of [escalations] for the site"
NO_ROSTER = "set one with `cryogate roster set`, or take needs_duty out of the site"


def findings(configuration: Configuration, now_ns: int) -> Iterator[Finding]:
    """Nothing where nobody entered people, unless the configuration asks for a roster."""
    path = configuration.data_dir / "journal.sqlite"
    try:
        duty = _of_journal(path) if path.exists() else Duty()
    except (JournalError, StatementError, PermissionError):
        return  # said of the folder
    yield from of_duty(configuration, duty, now_ns)


def _of_journal(path: Path) -> Duty:
    with Journal.open_reading(path, Damaged()) as journal:
        return duty_of(journal)


def of_duty(configuration: Configuration, duty: Duty, now_ns: int) -> Iterator[Finding]:
    """The same of what is known."""
    with_roster = sites_with_roster(duty, configuration, now_ns)
    for one in coverages(duty, configuration, now_ns):
        if one.site not in with_roster:
            yield warning(f"site {one.site}", "no roster covers it: nobody is called", NO_ROSTER)
        elif why := lacking(one):
            yield warning(f"site {one.site}", f"is not covered: {why}", COVER)
    told = {one.site for one in coverages(duty, configuration, now_ns)}
    for site in without_roster(duty, configuration, now_ns):
        if duty.same_site(site) not in told:
            yield warning(f"site {site}", "no roster covers it: nobody is called", BARE)
    yield from _strangers(configuration, duty)
    named = {who for roster in duty.rosters_from(now_ns) for who in people_of(roster)}
    for person in duty.people():
        if person.id in named and not person.ways and not person.has_left:
            do = f"give a way: `cryogate people set {person.id} --way ...`"
            yield warning(f"person {person.id}", "stands in a roster and cannot be reached", do)
        for way in person.ways:
            if way.notifier not in configuration.notifiers:
                what = f"is reached by notifier {way.notifier!r}, which the configuration does not have"
                do = f"`cryogate people set {person.id} --way ...`, or put [notifiers.{way.notifier}] back"
                yield warning(f"person {person.id}", what, do)


def _strangers(configuration: Configuration, duty: Duty) -> Iterator[Finding]:
    """Whom policies name and nobody knows, as soon as somebody is known."""
    here = [person.id for person in duty.people() if not person.has_left]
    for name in named_in(configuration.escalations) if duty.people() else ():
        if name not in here:
            near = get_close_matches(name, here, 1)
            do = f"did you mean {near[0]!r}?" if near else f"enter {name} with `cryogate people set`"
            yield warning("escalations", f"call {name!r}, and nobody here has this id", do)
