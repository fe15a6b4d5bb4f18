"""Where each channel was at each time, for sinks: as the journal states it, by the names of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import FOREVER_PAST
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import Channels, Times
from gateway.sinks import Place

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """The places of one channel, one after the other."""

    until_ns: Times  # int64[N - 1]: when each but the last ends
    places: tuple[Place, ...]  # N


class PlacesOverTime:
    """Belongs to one thread, as its journal does."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._timeline: Timeline | None = None
        self._courses: dict[int, _Course] = {}
        self._site_moments: tuple[int, ...] = ()

    def look_again(self) -> None:
        """At what the journal says about places, and at its channels."""
        self._timeline = None
        self._courses.clear()

    def of(self, channel: Channels, time: Times, /) -> tuple[NDArray[np.int32], Sequence[Place]]:
        """int32[N]: for each reading, the position of its place in the list."""
        numbers, which = np.unique(channel, return_inverse=True)
        courses = [self._course(number) for number in numbers.tolist()]
        lengths = np.array([len(course.places) for course in courses], np.int64)
        place = (np.cumsum(lengths) - lengths)[which]
        for i in np.flatnonzero(lengths > 1).tolist():
            mine = np.flatnonzero(which == i)
            place[mine] += np.searchsorted(courses[i].until_ns, time[mine], side="right")
        return place.astype(np.int32), [one for course in courses for one in course.places]

    def _course(self, number: int) -> _Course:
        if self._timeline is None:
            self._timeline = timeline_of(self._journal)
            self._site_moments = _site_moments(self._timeline)
        if number not in self._courses:
            self._courses[number] = self._made(number, self._timeline)
        return self._courses[number]

    def _made(self, number: int, timeline: Timeline) -> _Course:
        identity = timeline.identity_of(number)
        if identity is None:
            return _Course(np.empty(0, np.int64), (self._unplaced(number),))
        moments = {FOREVER_PAST, *self._site_moments, *(p.from_ns for p in timeline.placements(identity))}
        from_ns: list[int] = []
        places: list[Place] = []
        for moment in sorted(moments):
            place = _place(timeline, number, moment)
            if not places or place != places[-1]:
                from_ns.append(moment)
                places.append(place)
        return _Course(np.array(from_ns[1:], np.int64), tuple(places))

    def _unplaced(self, number: int) -> Place:
        """Of a channel that no configuration ever had: it was imported."""
        row = self._journal.channels()[number]
        return Place(row.name, quantity=row.quantity or "", unit=row.unit or "")


def _place(timeline: Timeline, number: int, time_ns: int) -> Place:
    found = timeline.place_of(number, time_ns)
    assert found is not None, number  # it has an identity
    return Place(found.channel, found.site, found.asset, found.zone or "", found.quantity, found.unit)


def _site_moments(timeline: Timeline) -> tuple[int, ...]:
    """When a configuration said of an asset that it is at another site."""
    sites = [{name: asset.site for name, asset in step.meant.assets.items()} for step in timeline.steps]
    pairs = zip(timeline.steps[1:], sites, sites[1:], strict=False)
    return tuple(step.from_ns for step, before, after in pairs if before != after)
