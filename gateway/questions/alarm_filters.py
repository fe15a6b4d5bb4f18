"""Whether what somebody looks for among alarms can be there at all: a mistyped name is no good news."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from gateway.alarms.lifecycle import AlarmState
from gateway.config.names import Names
from gateway.config.timeline import names_of, timeline_of
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.published.alarm import of_known
from gateway.published.selection import Selection
from gateway.published.urgency import NEVER_WAS, SEVERITIES
from gateway.questions.duty import duty_of
from gateway.text import plain_name

STATES: Final = (*(state.value for state in AlarmState), NEVER_WAS)
SECTIONS: Final = {"asset": "assets", "site": "sites"}
MOST_NAMED: Final = 30


def check_known(
    selection: Selection, configuration: Configuration, journal: Journal, records: Records
) -> None:
    """Raises InputError for a state, severity, asset, site, rule or person that nothing and nobody has."""
    severity, state = selection.least_severity, selection.state
    if severity and severity not in SEVERITIES:
        raise _unknown("severity", severity, SEVERITIES)
    if state and state not in {*STATES, *" ".join(STATES).split()}:
        raise _unknown("state", state, STATES)
    for what, section in SECTIONS.items():
        name = getattr(selection, what)
        if name and name not in getattr(configuration, section):
            _check_past(what, name, configuration, journal, records)
    if selection.rule and selection.rule not in (rules := set(_rules(configuration))):
        _check(selection.rule, "rule", rules | _of_alarms("rule", records))
    if selection.assigned and duty_of(journal).find(selection.assigned) is None:
        _check_person(selection.assigned, records)


def names_known(configuration: Configuration, journal: Journal) -> Names:
    """Of the journal's configurations, and of one with which the gateway may not have started yet."""
    names = names_of(journal)
    names.hear(json.loads(configuration.document))
    return names


def under_every_name(selection: Selection, names: Names) -> Selection:
    """An alarm keeps the names of its time; whoever asks for an asset or site means it under all of them."""
    return replace(
        selection,
        asset_names=frozenset(names.borne_with(selection.asset, "assets")),
        site_names=frozenset(names.borne_with(selection.site, "sites")),
    )


def _check_past(
    what: str, name: str, configuration: Configuration, journal: Journal, records: Records
) -> None:
    """It may have had this name before, or be of another gateway."""
    section = SECTIONS[what]
    known = {*getattr(configuration, section), *timeline_of(journal).names.ever(section)}
    _check(name, what, known if name in known else known | _of_alarms(what, records))


def _check_person(name: str, records: Records) -> None:
    """People need not be entered to be assigned something."""
    people = {str(one["assigned"]["to"]) for one in _alarms(records) if one["assigned"]}
    if plain_name(name) not in map(plain_name, people):
        known = ", ".join(sorted(people)[:MOST_NAMED]) or "none"
        raise InputError(
            f"nobody of `cryogate people list` is called {name!r}, and nothing is assigned to such a "
            f"person; assigned: {known}"
        )


def _rules(configuration: Configuration) -> Iterator[str]:
    for versions in configuration.profiles.values():
        yield from (rule.id for version in versions for rule in version.rules)
    for channel in configuration.channels.values():
        yield from (rule.id for rule in channel.rules)


def _of_alarms(key: str, records: Records) -> set[str]:
    """As alarms have them."""
    return {name for one in _alarms(records) for name in str(one[key]).split(", ") if name}


def _alarms(records: Records) -> Iterator[Mapping[str, Any]]:
    return (of_known(row.body, row.number) for row in records.book.alarms(closed=True))


def _check(name: str, what: str, known: Iterable[str]) -> None:
    if name not in known:
        raise _unknown(what, name, known)


def _unknown(what: str, name: str, known: Iterable[str]) -> InputError:
    names = list(dict.fromkeys(known)) if what in ("severity", "state") else sorted(known)
    near = get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = ", ..." if len(names) > MOST_NAMED else ""
    listed = ", ".join(names[:MOST_NAMED]) or "none"
    return InputError(f"there is no {what} {name!r}; {hint}known: {listed}{more}")
