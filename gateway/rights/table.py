"""The table of rights: which role may do which action, and at which sites. The only place that says so.

Each line has the letters of the roles that may: V viewer, O operator, Q quality, P qualified person,
S supply chain, A administrator, I inspector. A role that is not named may not. docs/accounts.md shows it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import Enum
from typing import Final

from gateway.dataclass import dataclass

VIEWER: Final = "viewer"
OPERATOR: Final = "operator"
QUALITY: Final = "quality"
QUALIFIED_PERSON: Final = "qualified-person"
SUPPLY_CHAIN: Final = "supply-chain"
ADMINISTRATOR: Final = "administrator"
INSPECTOR: Final = "inspector"
ROLES: Final = (VIEWER, OPERATOR, QUALITY, QUALIFIED_PERSON, SUPPLY_CHAIN, ADMINISTRATOR, INSPECTOR)
_LETTERS: Final = dict(zip("VOQPSAI", ROLES, strict=True))


class Scope(Enum):
    """What an action is about."""

    SITE = "site"  # one site, or what is at one: whoever has that site
    GATEWAY = "gateway"  # all sites at once: only who has every site
    OWN = "own"  # the account itself, or nothing of any site: everybody who has the role


@dataclass(frozen=True, slots=True)
class Action:
    """Who may do it. `reads`: it changes nothing.

    `second_to`: the action that another account must have done before; empty: one account is enough.
    `by_token`: whether a program may do it with an API token of somebody who may.
    """

    words: str
    roles: frozenset[str]
    scope: Scope
    reads: bool
    second_to: str = ""
    by_token: bool = True


def _reads(letters: str, words: str, scope: Scope = Scope.SITE) -> Action:
    return Action(words, frozenset(_LETTERS[letter] for letter in letters), scope, True)


def _does(letters: str, words: str, scope: Scope = Scope.SITE) -> Action:
    return replace(_reads(letters, words, scope), reads=False)


def _second(to: str, letters: str, words: str) -> Action:
    return replace(_does(letters, words), second_to=to, by_token=False)


def _alone(action: Action) -> Action:
    """By a person who logged in, never by a token."""
    return replace(action, by_token=False)


ACTIONS: Final[dict[str, Action]] = {
    # the fleet and its record
    "assets.read": _reads("VOQPSAI", "see sites, assets, zones"),
    "channels.read": _reads("VOQPSAI", "see channels, and where they measured"),
    "values.read": _reads("VOQPSAI", "see values and states as they are now, also live"),
    "readings.read": _reads("VOQPSAI", "see and download readings"),
    "excursions.read": _reads("VOQPSAI", "see excursions"),
    "clocks.read": _reads("VOQPSAI", "see time in range, out of range, not proven"),
    "time-left.read": _reads("VOQPSA", "see how long a vessel lasts"),
    "contents.read": _reads("VOQPSAI", "see product units, and where they were"),
    "statements.read": _reads("VOQPSAI", "see what people and the gateway stated"),
    "profiles.read": _reads("VOQPSAI", "see profiles and their versions"),
    "profiles.preview": _reads("VOQPSA", "see what other limits would have found"),
    "imports.read": _reads("VOQPSAI", "see imports of logger files, and try one without taking it"),
    "drills.read": _reads("VOQPSAI", "see drills and who was reached"),
    "handovers.read": _reads("VOQPSAI", "see handovers"),
    # alarms
    "alarms.read": _reads("VOQPSAI", "see alarms, their history, groups and hints"),
    "alarm-health.read": _reads("VOQPSAI", "see how many alarms people get"),
    "alarm-advice.read": _reads("OQPA", "have other limits of time and deadbands tried", Scope.GATEWAY),
    "calls.read": _reads("VOQPSAI", "see who was told of an alarm, with what answer"),
    "alarm.acknowledge": _does("OQPS", "acknowledge an alarm"),
    "alarm.take": _does("OQPS", "say that they are on it"),
    "alarm.assign": _does("OQPS", "say who sees to an alarm"),
    "alarm.comment": _does("OQPS", "remark something on an alarm"),
    "alarm.shelve": _does("OQ", "keep an alarm quiet for a while, and end that"),
    "alarm.close": _does("OQP", "close an alarm that is over"),
    "filling.write": _does("OS", "say that an asset is being filled"),
    "out-of-service.request": _does("OQ", "ask to take a channel or an asset out of service"),
    "out-of-service.approve": _second("out-of-service.request", "QP", "approve that, as a second person"),
    "out-of-service.end": _does("OQP", "put it into service again"),
    "handover.write": _does("OQ", "hand over to the next person"),
    "drill.write": _does("OQA", "start a drill, and end it"),
    "siren.write": _does("OA", "test a siren"),
    "notify.write": _does("OA", "test whether a person can be reached"),
    # product, probes and words about the past
    "contents.write": _does("OQS", "load product units, say that an asset is empty"),
    "plan.write": _does("OQA", "upload the plan of a site, and place assets on it"),
    "placement.write": _does("OQS", "say that a channel measures another asset"),
    "reset.write": _does("OQ", "let a budget count anew"),
    "statement.withdraw": _does("OQPS", "correct or withdraw what was stated"),
    "import.write": _does("OQS", "take a logger's file into the journal"),
    "profile.propose": _does("QP", "propose a profile"),
    "profile.approve": _second("profile.propose", "QP", "approve a profile, as a second person"),
    "disposition.propose": _does("QP", "propose what becomes of a product unit"),
    "disposition.approve": _second("disposition.propose", "P", "decide it, as a second person"),
    "record.sign": _alone(_does("OQP", "sign a record: reviewed, approved, responsible")),
    # people
    "people.read": _reads("VOQPSA", "see people, and by which ways they are reached"),
    "people.write": _does("A", "enter people, and say who has left", Scope.GATEWAY),
    "rosters.read": _reads("VOQPSA", "see rosters and who is on duty"),
    "roster.write": _does("OA", "set rosters and stand-ins"),
    # the gateway itself
    "health.read": _reads("VOQPSAI", "see whether the gateway runs", Scope.OWN),
    "status.read": _reads("VOQPSA", "see sources, journal, sinks, faults", Scope.GATEWAY),
    "configuration.read": _reads("QPA", "see the configuration, and check a proposed one", Scope.GATEWAY),
    "configuration.write": _alone(
        _does("QPA", "have what is signed, or a channel, written into the configuration", Scope.GATEWAY)
    ),
    "refused.read": _reads("OQPA", "see what came in and could not be taken", Scope.GATEWAY),
    "refused.write": _does("OQA", "bring what was refused in again", Scope.GATEWAY),
    "parked.read": _reads("OQPA", "see what a sink or notifier did not take", Scope.GATEWAY),
    "parked.write": _does("OQA", "try it again, or discard it", Scope.GATEWAY),
    "journal.read": _reads("QPA", "see size, integrity and retention of the journal", Scope.GATEWAY),
    "journal-verify.read": _reads("QPA", "have all of the journal checked", Scope.GATEWAY),
    "journal-replay.read": _reads("QPA", "have all of the journal screened again", Scope.GATEWAY),
    "reports.read": _reads("OQPSA", "have a report made: it tells of every place", Scope.GATEWAY),
    "jobs.read": _reads("OQPSA", "see how far own long questions are, and their answers", Scope.GATEWAY),
    "jobs.end": _does("OQPSA", "end own long questions", Scope.GATEWAY),
    "journal.backup": _does("A", "make a backup", Scope.GATEWAY),
    "hold.write": _does("QP", "keep readings whatever retention says, and release them", Scope.GATEWAY),
    "audit.read": _reads("QPAI", "see and export the audit trail"),
    # accounts
    "account.read": _reads("A", "see accounts, their sessions and tokens", Scope.GATEWAY),
    "account.write": _alone(_does("A", "make, change, lock and reset accounts", Scope.GATEWAY)),
    "self.read": _alone(_reads("VOQPSAI", "see the own account, its sessions and tokens", Scope.OWN)),
    "self.write": _alone(
        _does("VOQPSAI", "change the own password and factors, end own sessions", Scope.OWN)
    ),
    "token.write": _alone(_does("OQPSA", "make and end own API tokens", Scope.OWN)),
}
TWO_PEOPLE: Final = {name: action.second_to for name, action in ACTIONS.items() if action.second_to}


def actions_of(roles: Collection[str]) -> frozenset[str]:
    """What these roles together may. An inspector never gets what another role would add."""
    counted = {INSPECTOR} if INSPECTOR in roles else set(roles)
    return frozenset(name for name, action in ACTIONS.items() if action.roles & counted)
