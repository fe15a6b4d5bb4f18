"""The rosters: nobody on duty now is a fault, and a hole that comes within a week is said ahead.

A site without any roster is one where nobody is on duty, unless policies name people for it. Without rosters
and policies nothing is said: a gateway that calls nobody is no fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from gateway.alarming.faults import Fault
from gateway.alarms.duty import KINDS, Duty, Hole
from gateway.alarms.walltime import local_time, zone_named
from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.errors import StatementError
from gateway.journal.journal import Journal
from gateway.journal.said import numbered
from gateway.model import Severity
from gateway.questions.duty import holes_ahead, without_roster
from gateway.text import one_line

NO_ROSTER_S: Final = 300.0  # whoever sets up a site states its people first
SET: Final = (
    "`cryogate roster set` states one, for this site or for all; or name people in `call` of policies "
    "([escalations]) for the site"
)
FURTHER_NOTICE: Final = "further notice"
ROUND_S: Final = 60.0  # between two looks a week ahead; what somebody states is looked at at once
NEXT: Final = "`cryogate roster show --site {site}` shows the week, `cryogate stand-in` closes a hole"


class DutyWatch:
    """A check for the fault watch: asked once a second by one thread, with a connection of its own."""

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal,
        now_ns: Callable[[], int],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configuration = configuration
        self._journal = journal
        self._now_ns = now_ns
        self._now_s = now_s
        names = timeline_of(self._journal).names
        self._duty = Duty(lambda site: names.identity("sites", site))
        self._heard = 0  # number of the entry up to which everything was heard
        self._unread = ""
        self._looked_s = -ROUND_S
        self._holes: tuple[Hole, ...] = ()
        self._bare: tuple[str, ...] = ()  # sites

    def __call__(self) -> Iterator[Fault]:
        """One fault for each site where nobody is on duty, one for each that will have a hole."""
        now_ns = self._now_ns()
        if self._hear() or self._now_s() - self._looked_s >= ROUND_S:
            self._looked_s = self._now_s()
            self._holes = holes_ahead(self._duty, self._configuration, now_ns)
            self._bare = without_roster(self._duty, self._configuration, now_ns)
        if self._unread:
            message = f"who is on duty is not known for sure: {self._unread}"
            yield Fault("rosters", Severity.MAJOR, message)
        for site in self._bare:
            message = f"nobody is on duty for {one_line(site)}: no roster covers it; {SET}"
            yield Fault(f"roster:{site}", Severity.MAJOR, message, after_s=NO_ROSTER_S, site=site)
        ahead: dict[str, Hole] = {}
        for hole in self._holes:
            if hole.covers(now_ns):
                yield self._now(hole)
            elif hole.from_ns > now_ns:
                ahead.setdefault(hole.site, hole)
        yield from map(self._ahead, ahead.values())

    def _hear(self) -> bool:
        """Whether somebody stated something since."""
        behind = self._heard
        for seq, statement in numbered(self._journal, *KINDS, after_seq=behind):
            self._heard = seq
            try:
                self._duty.hear(statement)
            except StatementError as error:  # of a newer version: what it says does not count here
                self._unread = str(error)
        return self._heard > behind

    def _now(self, hole: Hole) -> Fault:
        site = self._name(hole.site)
        end = FURTHER_NOTICE if hole.to_ns is None else self._local(site, hole.to_ns)
        message = f"nobody is on duty for {_of(site, hole)} until {end}"
        key = f"roster:{site}" + (f":{'+'.join(hole.risks)}" if hole.risks else "")
        return Fault(key, Severity.MAJOR, f"{message}; {NEXT.format(site=site)}", site=site)

    def _ahead(self, hole: Hole) -> Fault:
        site = self._name(hole.site)
        end = "on" if hole.to_ns is None else f"to {self._local(site, hole.to_ns)}"
        span = f"from {self._local(site, hole.from_ns)} {end}"
        message = f"nobody will be on duty for {_of(site, hole)} {span}; {NEXT.format(site=site)}"
        return Fault(f"roster ahead:{site}", Severity.WARNING, message, site=site)

    def _name(self, identity: str) -> str:
        """What the site is called today."""
        names: Mapping[str, str] = {self._duty.same_site(name): name for name in self._configuration.sites}
        return names.get(identity, identity)

    def _local(self, site: str, at_ns: int) -> str:
        known = self._configuration.sites.get(site)
        zone = known.time_zone if known is not None else "UTC"
        return f"{local_time(at_ns, zone_named(zone)):%A %Y-%m-%d %H:%M} {zone}"


def _of(site: str, hole: Hole) -> str:
    return one_line(f"{site} (risk {', '.join(hole.risks)})" if hole.risks else site)
