"""What surrounds an excursion or a fault: where it is, which units were inside, which resets bear on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gateway.alarming.entry import AlarmPlace, Entry, Units
from gateway.alarming.exposed import exposed
from gateway.alarming.inside import Inside
from gateway.alarming.measure import Measures
from gateway.alarming.resets import Resets, StatedReset
from gateway.config.timeline import Timeline
from gateway.model import Samples
from gateway.screening.excursion import Excursion
from gateway.traceability.exposure import Measured, exposures


class Surroundings:
    """By the word of everything that was heard so far."""

    def __init__(
        self, timeline: Timeline, measures: Callable[[], Measures], counts: Callable[[str], bool]
    ) -> None:
        """`counts`: whether the statement of an id is in effect."""
        self._timeline = timeline
        self._measures = measures
        self.inside = Inside(timeline.asset_identity)
        self.resets = Resets(counts)

    def place(self, cause: Excursion) -> AlarmPlace:
        found = self._timeline.place_of(cause.channel, cause.start_ns)
        return AlarmPlace() if found is None else AlarmPlace.of(found)

    def has_moved(self, entry: Entry, cause: Excursion) -> bool:
        """Whether its channel was elsewhere than the alarm says."""
        found = self._timeline.place_of(cause.channel, cause.start_ns)
        if found is None:
            return False
        return ((found.asset_identity,), found.zone) != (entry.place.assets, entry.place.zone)

    def units(self, entry: Entry, now_ns: int) -> Units:
        cause, place = entry.cause, entry.place
        until_ns = now_ns if cause.end_ns is None else cause.end_ns
        inside = partial(self.inside.of, place.assets, place.zone)
        if isinstance(cause, Excursion):
            units = exposed(cause, inside, self._measures(), until_ns, entry.units)
        else:
            contents = inside(cause.start_ns, until_ns)
            units = exposures(contents, cause.start_ns, cause.end_ns, _nothing, entry.units)
        return None if units is None else units.like(entry.units)

    def moves_line(self, cause: Excursion, late: Samples) -> bool:
        """Whether readings that came late may move where the line to its first reading crossed the limit."""
        return self._measures().forget_line(cause, late)

    def bearing_on(self, entry: Entry) -> tuple[StatedReset, ...]:
        """Resets of the budget that an alarm is about."""
        found = entry.cause
        if not isinstance(found, Excursion):
            return ()
        channel = self._timeline.identity_of(found.channel) or ""
        same = self._timeline.names.identity
        return self.resets.bearing_on(
            lambda said: same("channels", said) == channel, found.rule, found.start_ns, found.end_ns
        )


def _nothing(_start_ns: int, _end_ns: int | None) -> Measured:
    return None, None, None
