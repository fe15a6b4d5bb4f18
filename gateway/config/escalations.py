"""Who is called when nobody takes an alarm, as `[escalations.NAME]` says it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from gateway.alarms.call import Priority
from gateway.alarms.policy import LONGEST_S, ROLES, Policy, Step, policy_for
from gateway.config.priorities import PriorityName
from gateway.config.tables import Problems, Table, build
from gateway.config.types import NOTIFIERS, PlugIn
from gateway.dataclass import dataclass
from gateway.notifiers import Addressed
from gateway.statements.person import ID
from gateway.text import one_line

MOST_STEPS: Final = 20
MOST_WAYS: Final = 20
SHORTEST_REPEAT_S: Final = 30.0  # people who are called more often than that hear nothing else


@dataclass(frozen=True, slots=True)
class StepTable:
    """One step."""

    after_s: float
    call: tuple[str, ...] = ()
    ways: int = 1
    notifiers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.after_s <= LONGEST_S:
            raise ValueError(
                f"after_s must lie between 0 and {LONGEST_S:.0f} (a week), found {self.after_s:g}"
            )
        if not 0 <= self.ways <= MOST_WAYS:
            raise ValueError(f"ways must lie between 0 (all of them) and {MOST_WAYS}, found {self.ways}")
        if not (self.call or self.notifiers):
            raise ValueError('nobody is called: give call = ["on duty"], or notifiers')


@dataclass(frozen=True, slots=True)
class EscalationTable:
    """One policy."""

    steps: tuple[StepTable, ...]
    repeat_after_s: float = 900.0
    taken_for_s: float = 1800.0
    priorities: tuple[PriorityName, ...] = ()
    sites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise ValueError(f"steps: expected 1 to {MOST_STEPS}, found {len(self.steps)}")
        for before, after in pairwise(self.steps):
            if after.after_s <= before.after_s:
                raise ValueError(
                    f"steps are out of order: after_s = {after.after_s:g} stands behind {before.after_s:g}"
                )
        if self.repeat_after_s and not SHORTEST_REPEAT_S <= self.repeat_after_s <= LONGEST_S:
            raise ValueError(
                f"repeat_after_s must be 0 (never) or lie between {SHORTEST_REPEAT_S:.0f} and {LONGEST_S:.0f}"
            )
        if not 0 <= self.taken_for_s <= LONGEST_S:
            raise ValueError(f"taken_for_s must lie between 0 (for ever) and {LONGEST_S:.0f}")


def policies(
    tables: Table, sites: Table, notifiers: Mapping[str, PlugIn], problems: Problems
) -> tuple[Policy, ...]:
    """In the order of the file: of an alarm the first that is for it decides."""
    found = (
        (name, build(EscalationTable, table, f"escalations.{name}", problems))
        for name, table in tables.items()
    )
    made = {name: told for name, told in found if told is not None}
    for name, told in made.items():
        for given in sorted(set(told.sites) - set(sites)):
            problems.unknown(f"escalations.{name}.sites", given, sites, "site")
        for at, what in _wrong_notifiers(told, notifiers):
            problems.add(f"escalations.{name}.steps[{at}].notifiers", what)
        for at, what in _wrong_names(told):
            problems.add(f"escalations.{name}.steps[{at}].call", what)
    return tuple(_policy(name, told) for name, told in made.items())


def odd(made: Sequence[Policy], sites: Iterable[str]) -> Iterator[str]:
    """What can be meant, and hardly is: alarms that no policy is for, policies that are for none."""
    places = ["", *sites]  # what is about the gateway itself has no site
    for site in places[1:] if made else ():
        none = [one.name.lower() for one in Priority if policy_for(made, one, site) is None]
        if none:
            which = f"alarms of site {site} with priority {', '.join(none)}"
            yield f"escalations: no policy is for {which}: nobody is called about them"
    deciding = {policy_for(made, priority, site) for priority in Priority for site in places}
    for policy in made:
        if policy not in deciding:
            yield (
                f"escalations.{policy.name}: it is never asked: those before it are for all that it is for; "
                "the first that fits decides"
            )
        for k, step in enumerate(policy.steps):
            for name in sorted({one for one in step.call if step.call.count(one) > 1}):
                yield f"escalations.{policy.name}.steps[{k}].call: {name!r} is named twice and called once"


def named_in(made: Iterable[Policy]) -> tuple[str, ...]:
    """Ids of persons in policies."""
    return tuple(sorted({name for one in made for step in one.steps for name in step.call} - set(ROLES)))


def _policy(name: str, told: EscalationTable) -> Policy:
    return Policy(
        name,
        tuple(Step(step.after_s, step.call, step.ways, step.notifiers) for step in told.steps),
        told.repeat_after_s,
        told.taken_for_s,
        frozenset(Priority[one.upper()] for one in told.priorities),
        frozenset(told.sites),
    )


def _wrong_names(told: EscalationTable) -> Iterator[tuple[int, str]]:
    """What can be no id of a person, or is a role in other letters."""
    roles = {_letters(role): role for role in ROLES}
    for k, step in enumerate(told.steps):
        for name in step.call:
            role = roles.get(_letters(name))
            if name == role or (role is None and ID.fullmatch(name)):
                continue
            near = role or (name.strip().casefold() if ID.fullmatch(name.strip().casefold()) else "")
            known = ", ".join(map(repr, ROLES))
            hint = f"did you mean {near!r}?" if near else f"expected one of {known}, or the id of a person"
            yield k, f"{one_line(name[:80])!r} is nobody; {hint}"


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _wrong_notifiers(told: EscalationTable, known: Mapping[str, PlugIn]) -> Iterator[tuple[int, str]]:
    for k, step in enumerate(told.steps):
        for name in step.notifiers:
            if name not in known:
                yield k, f"unknown notifier {name!r}; known: {', '.join(sorted(known)) or 'none'}"
            elif not can_tell_people(known[name].kind):
                yield k, f"{name!r} is of kind {known[name].kind!r}, which cannot be told of one happening"
            elif getattr(known[name].options, "after_s", 0.0):  # of a siren
                yield (
                    k,
                    f"{name!r} has an after_s of its own: leave it out there, the step says when",
                )


def in_steps(policies: Iterable[Policy]) -> frozenset[str]:
    """Notifiers that steps name."""
    return frozenset(name for policy in policies for step in policy.steps for name in step.notifiers)


def can_tell_people(kind: str) -> bool:
    """Whether a notifier of this kind can be told of one happening, for one person or as a siren."""
    return issubclass(importlib.import_module(f"{NOTIFIERS}.{kind}").Notifier, Addressed)
