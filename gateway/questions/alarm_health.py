"""How many alarms there were, about what, and how soon somebody acted: the records as statistics see them.

Withdrawn alarms stay out: they never were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from functools import cache, partial
from typing import Any, Final

from gateway.alarming.entry import Entry, of_stored
from gateway.alarming.steps import is_withdrawn
from gateway.alarms.advice import Change, Effect
from gateway.alarms.drills import StatedDrill
from gateway.alarms.duty import ANY, KINDS, Duty
from gateway.alarms.goals import Goal, goals
from gateway.alarms.health import Health, Life, by_group, health
from gateway.alarms.priority import Inside, Priorities, judge
from gateway.config.timeline import timeline_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.damaged import DamagedFile
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.said import said
from gateway.journal.verify import unreadable
from gateway.model import SECOND
from gateway.screening.excursion import Excursion
from gateway.statements import configuration
from gateway.times import format_rfc3339, parse_rfc3339, to_the_second

SCHEMA: Final = 1
USUAL_NS: Final = 90 * 86_400 * SECOND  # what is looked at where nobody says from when on
ORDER: Final = "the time from which on alarms count must lie before its end"
NOBODY: Final = "nobody"
GATEWAY: Final = "gateway"  # of faults that leave every asset watched
GROUPS: Final[dict[str, Callable[[Life], str]]] = {
    "assets": lambda life: life.asset,
    "people": lambda life: life.by or NOBODY,
    "duty": lambda life: life.duty or NOBODY,
}
Progress = Callable[[int], None]
"""Hears how many alarms were read since it spoke last."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of everything and of each group; `causes`: channel and rule by the name of a cause."""

    all: Health
    goals: tuple[Goal, ...]
    groups: dict[str, dict[str, Health]]
    causes: dict[str, tuple[str, str]]
    withdrawn: int
    start_ns: int  # of the interval that was asked for; `all` begins when the gateway did
    unreadable: tuple[
        DamagedFile, ...
    ] = ()  # files of the archive: alarms of that time are as they were stated

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "schema": SCHEMA,
            "from": format_rfc3339(self.all.start_ns),
            "to": format_rfc3339(self.all.end_ns),
            "withdrawn": self.withdrawn,
            "unreadable": [
                {"from": format_rfc3339(one.first_ns), "to": format_rfc3339(one.last_ns)}
                for one in self.unreadable
            ],
            "all": asdict(self.all),
            "goals": [asdict(goal) for goal in self.goals],
            **{name: {k: asdict(v) for k, v in found.items()} for name, found in self.groups.items()},
        }


def interval_of(start: str | None, end: str | None, now_ns: int) -> tuple[int, int]:
    """As it was asked for, RFC 3339 with zone, until now at most. Raises InputError where it has nothing."""
    end_ns = now_ns if end is None else parse_rfc3339(end)
    start_ns = end_ns - USUAL_NS if start is None else parse_rfc3339(start)
    if start_ns >= now_ns:
        raise InputError(f"{to_the_second(start_ns)} is in the future: no alarms were raised yet")
    if start_ns >= end_ns:
        raise InputError(ORDER)
    return start_ns, min(end_ns, now_ns)


def alarm_health(
    journal: Journal,
    records: Records,
    by: Priorities,
    start_ns: int,
    end_ns: int,
    asset: str = "",
    progress: Progress = lambda _: None,
) -> Report:
    """Of the alarms raised in [start, end), or of those about one asset, by the name it has or had.

    Time before the gateway was first started is left out.

    Raises InputError where there is no such time, or no such asset.
    """
    if start_ns >= end_ns:
        raise InputError(ORDER)
    timeline = timeline_of(journal)
    identity = timeline.asset_identity(asset) if asset else ""
    if asset and identity not in {i for step in timeline.steps for i in step.sites}:
        raise InputError(f"there is no asset {asset}; `cryogate check` lists them")
    duty = Duty(partial(timeline.names.identity, "sites"))
    for statement in said(journal, *KINDS):
        duty.hear(statement)
    who = cache(partial(_person, duty))
    lives, causes, withdrawn = list[Life](), dict[str, tuple[str, str]](), 0
    for entry in _entries(records, start_ns, end_ns, progress):
        if identity and identity not in entry.place.assets:
            continue
        if isinstance(entry.cause, StatedDrill):
            continue
        if is_withdrawn(entry.cause):
            withdrawn += 1
            continue
        life = _on_duty(life_of(entry, by), duty)
        life = replace(life, by=who(life.by))
        lives.append(life)
        if isinstance(entry.cause, Excursion):
            causes[life.cause] = (entry.place.channel, entry.cause.rule)
    since_ns = _since(journal, lives, start_ns, end_ns)
    whole = health(lives, since_ns, end_ns)
    groups = {name: by_group(lives, group, since_ns, end_ns) for name, group in GROUPS.items()}
    lost = tuple(unreadable(journal.path, start_ns, end_ns))
    return Report(whole, tuple(goals(whole)), groups, causes, withdrawn, start_ns, lost)


def _person(duty: Duty, by: str) -> str:
    """The id of whoever is meant; a name that nobody has, or several, stays itself."""
    found = duty.find(by)
    return by if found is None else found.id


def _since(journal: Journal, lives: Iterable[Life], start_ns: int, end_ns: int) -> int:
    """From when on in [start, end) there was a gateway that could raise alarms; the start where never."""
    started = next((s for _, s in journal.statements(configuration.KIND)), None)
    if started is None or started.stated_ns is None:
        return start_ns
    begun_ns = min([started.stated_ns, *(life.raised_ns for life in lives)])
    return begun_ns if start_ns < begun_ns < end_ns else start_ns


def life_of(entry: Entry, by: Priorities) -> Life:
    """An alarm of the book as statistics see it."""
    cause, place, alarm = entry.cause, entry.place, entry.alarm
    is_fault = not isinstance(cause, Excursion)
    name = f"{place.channel} {cause.rule}" if isinstance(cause, Excursion) else cause.key
    asset = place.asset if isinstance(cause, Excursion) else ", ".join(cause.assets)
    products = None if entry.units is None else tuple(sorted({u.product for u in entry.units.units}))
    inside = Inside((), is_about_product=False) if is_fault and not asset else Inside(products)
    acknowledged, taken = alarm.acknowledgements[:1], alarm.handling.takings[:1]
    acts = [(a.at_ns, a.by) for a in acknowledged] + [(t.at_ns, t.by) for t in taken]
    return Life(
        alarm.id,
        asset or GATEWAY,
        place.site,
        name,
        cause.severity.name.lower(),
        judge(cause.severity, inside, by).priority.name.lower(),
        alarm.raised_ns,
        alarm.over_ns,
        taken[0].at_ns if taken else None,
        acknowledged[0].at_ns if acknowledged else None,
        min(acts)[1] if acts else "",
    )


def _entries(records: Records, start_ns: int, end_ns: int, progress: Progress) -> Iterator[Entry]:
    seen: set[str] = set()  # one that is closed meanwhile would come twice
    for row in records.book.raised_within(start_ns, end_ns):
        if row.id not in seen:
            yield of_stored(row.body, row.number)
        seen.add(row.id)
        progress(1)


def _on_duty(life: Life, duty: Duty) -> Life:
    """Whoever is called first for its site."""
    people = duty.on_duty(life.site, ANY, life.raised_ns)
    return replace(life, duty=people[0]) if people else life


def advice_public(cause: str, change: Change, effect: Effect) -> dict[str, Any]:
    """Plain JSON data of one piece of advice."""
    return {"cause": cause, **asdict(change), **asdict(effect), "spared": effect.spared}
