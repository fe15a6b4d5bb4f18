"""What to do first when an alarm is raised, as `[guidance]` says it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, fields
from typing import Any, Final

from gateway.alarms.guidance import LANGUAGES, Advice, Guidances, SiteAdvice
from gateway.config.tables import Problems, Table, build
from gateway.config.types import Asset, Channel, ProfileVersion
from gateway.dataclass import dataclass

MOST_STEPS: Final = 9  # what somebody can do who was woken up
LONGEST_STEP: Final = 200  # characters: a message shows a line of 300
MOST_CONTACTS: Final = 9
LONGEST_CONTACT: Final = 100  # characters: a name, a role, a number
LONGEST_PLAN: Final = 80  # characters: its number, perhaps with its title
OF_THE_GATEWAY: Final = frozenset({"no_data"})  # rules that no table names


@dataclass(frozen=True, slots=True)
class AdviceTable:
    """Of a kind of asset or a rule; what is left out is inherited."""

    en: tuple[str, ...] | None = None
    zh: tuple[str, ...] | None = None
    contacts: tuple[str, ...] | None = None
    plan: str | None = None

    def __post_init__(self) -> None:
        for language in LANGUAGES:
            _check_lines(language, getattr(self, language), MOST_STEPS, LONGEST_STEP)
        _check_lines("contacts", self.contacts, MOST_CONTACTS, LONGEST_CONTACT)
        if self.plan is not None:
            _check_lines("plan", (self.plan,), 1, LONGEST_PLAN)
        if all(getattr(self, one.name) is None for one in fields(AdviceTable)):
            raise ValueError('it says nothing; give en, zh, contacts or plan, e.g. en = ["Close the lid"]')

    def advice(self) -> Advice:
        steps = {language: said for language in LANGUAGES if (said := getattr(self, language)) is not None}
        return Advice(steps or None, self.contacts, self.plan)


@dataclass(frozen=True, slots=True)
class GuidanceTable:
    """Tables by what they are about."""

    kinds: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    sites: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What a configuration has, whatever else is wrong with it."""

    sites: Mapping[str, object]  # tables
    assets: Mapping[str, Asset]
    profiles: Mapping[str, tuple[ProfileVersion, ...]]
    channels: Mapping[str, Channel]

    @property
    def kinds(self) -> set[str]:
        return {asset.kind for asset in self.assets.values() if asset.kind}

    def rules(self) -> set[str]:
        of_profiles = (
            rule.id for versions in self.profiles.values() for one in versions for rule in one.rules
        )
        return {*of_profiles, *(rule.id for one in self.channels.values() for rule in one.rules)}


def guidance(table: object, known: Known, problems: Problems) -> tuple[Guidances, tuple[str, ...]]:
    """What can be made of it, and remarks; mistakes go to `problems`."""
    told = build(GuidanceTable, table, "guidance", problems) or GuidanceTable()
    kinds = _advices(told.kinds, "guidance.kinds", known.kinds, problems)
    rules = _advices(told.rules, "guidance.rules", None, problems)
    sites = {}
    for name, of_site in told.sites.items():
        where = f"guidance.sites.{name}"
        if name not in known.sites:
            problems.unknown(where, name, known.sites, "site")
        sites[name] = _site(of_site, where, known, problems)
    remarks = tuple(_remarks(rules, sites, known))
    former = {was: sites[name] for name, one in known.sites.items() if (was := _was(one)) and name in sites}
    asset_kinds = {asset.was: asset.kind for asset in known.assets.values() if asset.was}
    asset_kinds |= {name: asset.kind for name, asset in known.assets.items()}
    return Guidances(kinds, rules, former | sites, asset_kinds), remarks


def _was(table: object) -> str:
    """The name that a site had before: alarms of then have it."""
    return str(table.get("was") or "") if isinstance(table, Mapping) else ""


def _site(told: object, where: str, known: Known, problems: Problems) -> SiteAdvice:
    table = _table(told, where, problems)
    own = {key: value for key, value in table.items() if key not in ("kinds", "rules")}
    kinds = _advices(table.get("kinds", {}), f"{where}.kinds", known.kinds, problems)
    rules = _advices(table.get("rules", {}), f"{where}.rules", None, problems)
    of_all = _advice(own, where, problems) if own or not table else Advice()
    return SiteAdvice(of_all, kinds, rules)


def _advices(
    told: object, where: str, known: Collection[str] | None, problems: Problems
) -> dict[str, Advice]:
    """By name; `known` None: any name will do."""
    made = {}
    for name, table in _table(told, where, problems).items():
        if known is not None and name not in known:
            problems.unknown(f"{where}.{name}", name, known, "kind of asset")
        made[name] = _advice(table, f"{where}.{name}", problems)
    return made


def _advice(table: object, where: str, problems: Problems) -> Advice:
    made = build(AdviceTable, table, where, problems)
    return Advice() if made is None else made.advice()


def _table(told: object, where: str, problems: Problems) -> Table:
    if isinstance(told, dict):
        return told
    problems.add(where, f"expected tables: [{where}.NAME]")
    return {}


def _check_lines(key: str, lines: tuple[str, ...] | None, most: int, longest: int) -> None:
    """Raises ValueError."""
    if lines is None:
        return
    if not 1 <= len(lines) <= most:
        raise ValueError(f"{key}: expected 1 to {most} lines, found {len(lines)}")
    for line in lines:
        if not line.strip() or not line.isprintable():
            raise ValueError(f"{key}: expected printable text on one line, found {line[:40]!r}")
        if len(line) > longest:
            raise ValueError(
                f"{key}: {line[:40]!r}... has {len(line)} characters, at most {longest} are read"
            )


def _remarks(rules: Mapping[str, Advice], sites: Mapping[str, SiteAdvice], known: Known) -> Iterator[str]:
    """Faults have names of their own, so a rule that nobody has may be meant."""
    there = known.rules() | OF_THE_GATEWAY
    tables = {"guidance.rules": rules, **{f"guidance.sites.{n}.rules": of.rules for n, of in sites.items()}}
    for where, given in tables.items():
        for name in sorted(set(given) - there):
            if ":" not in name:
                yield f"{where}.{name}: no rule has this id; it counts for a fault of this name alone"
