"""People who can be called: their names, their languages, and by which ways they are reached at a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import cast

from gateway.alarms.call import Language, Priority
from gateway.alarms.walltime import local_time, zone_named
from gateway.dataclass import dataclass
from gateway.statements import person as stated
from gateway.statements.clock_times import Hours
from gateway.text import plain_name


@dataclass(frozen=True, slots=True)
class Way:
    """A notifier of the configuration and the address there; `unless`: the Priority that breaks the quiet."""

    notifier: str
    address: str
    from_priority: Priority = Priority.LOW
    quiet: Hours | None = None
    unless: Priority = Priority.URGENT

    def is_open(self, priority: Priority, shown: datetime) -> bool:
        """Whether it is used for a call of this priority while the person's clocks show that."""
        if priority < self.from_priority:
            return False
        return self.quiet is None or priority >= self.unless or not _within(self.quiet, shown)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as last stated. `name_en` or `name_zh` may be empty; `has_left`: is not called any more."""

    id: str
    name_en: str
    name_zh: str
    languages: tuple[Language, ...]
    time_zone: str
    ways: tuple[Way, ...]
    on_site: frozenset[str]
    has_left: bool

    @property
    def zone(self) -> tzinfo:
        return zone_named(self.time_zone)

    @property
    def language(self) -> Language:
        """The one the person reads best."""
        return self.languages[0]

    def name(self, language: Language | None = None) -> str:
        """As it is written in that language (None: the person's own), or else in the other script."""
        names = {"en": self.name_en, "zh": self.name_zh}
        return names[language or self.language].strip() or (self.name_en.strip() or self.name_zh.strip())

    def is_called(self, text: str) -> bool:
        """Whether somebody who writes `text` means this person: the id, or one of the names."""
        return plain_name(text) in {plain_name(own) for own in (self.id, self.name_en, self.name_zh)} - {""}

    def ways_at(self, priority: Priority, at_ns: int) -> tuple[Way, ...]:
        """Those that are used for a call of this priority at that time, in the person's order."""
        shown = local_time(at_ns, self.zone)
        return tuple(way for way in self.ways if way.is_open(priority, shown))

    def can_be_reached(self, notifiers: Collection[str] | None = None) -> bool:
        """Whether there is a way at all; with `notifiers`, one by these."""
        if self.has_left:
            return False
        return any(notifiers is None or way.notifier in notifiers for way in self.ways)


def person_of(said: stated.Person) -> Person:
    """As the statement says."""
    return Person(
        said.id,
        said.name_en,
        said.name_zh,
        cast(tuple[Language, ...], said.languages),
        said.time_zone,
        tuple(_way_of(way) for way in said.ways),
        frozenset(said.on_site),
        said.state == stated.GONE,
    )


def _way_of(way: stated.Way) -> Way:
    from_priority, unless = Priority[way.from_priority.upper()], Priority[way.unless.upper()]
    return Way(way.notifier, way.address, from_priority, way.quiet, unless)


def _within(hours: Hours, shown: datetime) -> bool:
    at = shown.time()
    if hours.begin < hours.end:
        return hours.begin <= at < hours.end
    return at >= hours.begin or at < hours.end
