"""What to do first, by kind of asset, rule and site: the later says more exactly what the earlier says.

Each of steps, contacts and plan is inherited until something more exact gives it: kind of asset, rule, site,
kind of asset at that site, rule at that site. Steps are one thing in all languages: whoever finds none in
their own reads the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gateway.alarms.call import Guidance, Language
from gateway.dataclass import dataclass

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
FAULT: Final = "fault"  # kind of an alarm about the gateway itself


@dataclass(frozen=True, slots=True)
class Advice:
    """Of one kind, rule or site; None: as it is inherited."""

    steps: Mapping[Language, tuple[str, ...]] | None = None
    contacts: tuple[str, ...] | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class SiteAdvice:
    """Of a site: for all of it, and for what is there."""

    all: Advice = Advice()
    kinds: Mapping[str, Advice] = field(default_factory=dict)
    rules: Mapping[str, Advice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guidances:
    """All there is. `asset_kinds`: of each asset by its name."""

    kinds: Mapping[str, Advice] = field(default_factory=dict)
    rules: Mapping[str, Advice] = field(default_factory=dict)
    sites: Mapping[str, SiteAdvice] = field(default_factory=dict)
    asset_kinds: Mapping[str, str] = field(default_factory=dict)


def advice_for(of: Guidances, alarm: Mapping[str, Any]) -> Advice:
    """For an alarm in the published shape."""
    kind = of.asset_kinds.get(str(alarm.get("asset") or ""), "")
    rules, site = tuple(_rules(alarm)), of.sites.get(str(alarm.get("site") or ""), SiteAdvice())
    found = Advice()
    for more in (
        of.kinds.get(kind),
        *(of.rules.get(rule) for rule in rules),
        site.all,
        site.kinds.get(kind),
        *(site.rules.get(rule) for rule in rules),
    ):
        found = _inherited(found, more or Advice())
    return found


def guidance_for(of: Guidances, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
    """The same for somebody who reads that language; None where nothing is said."""
    advice = advice_for(of, alarm)
    steps = advice.steps or {}
    read = steps.get(language) or next((steps[other] for other in LANGUAGES if steps.get(other)), ())
    made = Guidance(read, advice.contacts or (), advice.plan or "")
    return None if made == Guidance(()) else made


def with_guidance(alarm: Mapping[str, Any], of: Guidances) -> dict[str, Any]:
    """The published alarm with `guidance`; null where nothing is said."""
    if not (of.kinds or of.rules or of.sites):
        return {**alarm, "guidance": None}
    advice = advice_for(of, alarm)
    if advice == Advice():
        return {**alarm, "guidance": None}
    steps = {language: list(said) for language, said in (advice.steps or {}).items()}
    contacts, plan = list(advice.contacts or ()), advice.plan or ""
    return {**alarm, "guidance": {"steps": steps, "contacts": contacts, "plan": plan}}


def _rules(alarm: Mapping[str, Any]) -> Iterator[str]:
    """Of a fault its kind first, "source", and then its name, "source:broker"."""
    rule = str(alarm.get("rule") or "")
    if alarm.get("kind") == FAULT and ":" in rule:
        yield rule.partition(":")[0]
    yield rule


def _inherited(before: Advice, more: Advice) -> Advice:
    return Advice(
        before.steps if more.steps is None else more.steps,
        before.contacts if more.contacts is None else more.contacts,
        before.plan if more.plan is None else more.plan,
    )
