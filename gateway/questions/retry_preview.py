"""What refused messages would give when they are sent through again; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import Arrivals
from gateway.questions.import_alarms import alarms_in
from gateway.questions.import_preview import Seen, seen_of
from gateway.statements import retry
from gateway.writing.again import Read, channels_in, check_sources, read_again
from gateway.writing.described import check_described, known_numbers


@dataclass(frozen=True, slots=True)
class RetryPreview:
    """As that of an import; `series`: one for each channel, with its address as its name."""

    read: Read
    series: tuple[Seen, ...]
    alarms: tuple[dict[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        done = self.read.taken(sum(seen.new for seen in self.series))
        return {**done.plain(), "series": [seen.plain() for seen in self.series], "alarms": list(self.alarms)}


def preview_retry(source: str, mapping: str, configuration: Configuration, journal: Journal) -> RetryPreview:
    """Raises InputError and JournalError exactly where the retry would."""
    check_sources(source, mapping, configuration, journal)
    known = known_numbers(configuration, journal, configuration.channels)
    numbers = _numbered(configuration, known)
    read = read_again(source, mapping, configuration, journal, numbers)
    channels = channels_in(read.arrivals, numbers)
    check_described(configuration, journal, channels)
    mine = {name: number for name, number in numbers.items() if name in channels}
    series = tuple(_series(read.arrivals, mine, known, configuration, journal))
    is_new = any(seen.new for seen in series)
    alarms = alarms_in(configuration, mine, read.arrivals.samples, timeline_of(journal)) if is_new else []
    return RetryPreview(read, series, tuple(alarms))


def _numbered(configuration: Configuration, known: dict[str, int]) -> dict[str, int]:
    """Every channel has a number here; a number that the journal did not give out stays with us."""
    free = max(known.values(), default=-1) + 1
    others = [name for name in configuration.channels if name not in known]
    return known | {name: free + k for k, name in enumerate(others)}


def _series(
    arrivals: Arrivals,
    numbers: dict[str, int],
    known: dict[str, int],
    configuration: Configuration,
    journal: Journal,
) -> Iterator[Seen]:
    for name, number in numbers.items():
        channel = configuration.channels[name]
        mine = arrivals.take(arrivals.samples.channel == number)
        compared = len(mine), 0
        if name in known:
            compared = journal.new_among(mine, retry.KIND), journal.contradicting(mine)
        told = channel.table
        corrected = "corrected by its certificate" if channel.calibration is not None else ""
        yield seen_of(told.address, told.unit, channel, mine.samples.sorted(), 0, compared, corrected)
