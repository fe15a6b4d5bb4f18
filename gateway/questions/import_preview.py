"""What an import would take: span, extremes, spacing and gaps of each series; nothing is written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gateway.clocks.clock_watch import clock_of
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Channel, Configuration
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Quality, Samples, to_ns
from gateway.questions.import_alarms import alarms_in
from gateway.statements import import_
from gateway.statements.verdict import Verdict, to_plain
from gateway.tables import Lines
from gateway.times import format_rfc3339
from gateway.writing.bring import check_times
from gateway.writing.certificates import Certificates, Span
from gateway.writing.correction import correction_words
from gateway.writing.described import check_described, known_numbers
from gateway.writing.logged import samples_of, spans_of
from gateway.writing.mapping import Logged, Mapped, read_file


@dataclass(frozen=True, slots=True)
class Seen:
    """One series as its channel would get it: values in the channel's unit, which was `logger_unit`.

    `new`: how many the journal does not have yet; `contradicting`: of these, how many have another value than
    what is there of the same time. `no_data`: what only says that nothing is proven between two of them;
    these are no readings. `gaps`: stretches longer than the channel's max_gap_s.
    """

    series: str
    channel: str
    unit: str
    logger_unit: str
    readings: int
    new: int
    contradicting: int
    no_data: int
    bad: int
    uncertain: int
    first: str | None
    last: str | None
    lowest: float | None
    highest: float | None
    interval_s: float | None  # the usual one
    gaps: int
    longest_gap_s: float | None
    calibration: str  # which correction is applied, in words; empty for a channel without a certificate

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Preview:
    """`unused`: series that the mapping gives to no channel."""

    file: str
    sha256: str
    lines: Lines
    logger: dict[str, str]
    series: tuple[Seen, ...]
    unused: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    alarms: tuple[Mapping[str, Any], ...]  # import_alarms.py

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "lines": {
                "taken": self.lines.taken,
                "header": self.lines.header,
                "not_understood": [list(line) for line in self.lines.not_understood],
                "remarks": list(self.lines.remarks),
            },
            "logger": self.logger,
            "series": [seen.plain() for seen in self.series],
            "unused": list(self.unused),
            "verdicts": [to_plain(v) for v in self.verdicts],
            "alarms": list(self.alarms),
        }


def preview_import(path: Path, mapped: Mapped, configuration: Configuration) -> Preview:
    """Raises InputError and ConfigurationError exactly where the import would."""
    logged = read_file(path, mapped)
    numbers = {name: i for i, name in enumerate(mapped.channels.values())}
    timeline = _timeline(configuration)
    certificates = Certificates(timeline)
    samples = samples_of(logged, mapped, configuration, numbers, certificates)
    check_times(samples, path, _now_ns(configuration))
    names = [s.name for s in logged.download.series]
    spans = spans_of(logged, mapped, configuration, certificates)
    series = tuple(_seen(logged, mapped, configuration, samples, numbers, spans))
    is_new = any(seen.new for seen in series)
    return Preview(
        str(path),
        logged.sha256,
        logged.download.lines,
        logged.download.about,
        series,
        tuple(name for name in names if name not in mapped.channels),
        logged.download.verdicts,
        tuple(alarms_in(configuration, numbers, samples, timeline)) if is_new else (),
    )


def _seen(
    logged: Logged,
    mapped: Mapped,
    configuration: Configuration,
    samples: Samples,
    numbers: dict[str, int],
    spans: Mapping[str, Sequence[Span]],
) -> Iterator[Seen]:
    units = {s.name: s.unit for s in logged.download.series}
    compared = _compared(configuration, samples, numbers)
    for name, channel in mapped.channels.items():
        every = samples.take(samples.channel == numbers[channel])
        mine = every.take(every.quality != Quality.NO_DATA)
        told = configuration.channels[channel]
        words = correction_words(name, told, spans[name], mapped)
        there = compared.get(channel, (len(mine), 0))
        yield seen_of(name, units[name], told, mine.sorted(), len(every) - len(mine), there, words)


def seen_of(
    name: str,
    logger_unit: str,
    channel: Channel,
    mine: Samples,
    no_data: int,
    compared: tuple[int, int],
    calibration: str,
) -> Seen:
    """From the readings of one series, sorted by time; `compared`: how many are new, how many contradict."""
    fine = mine.value[mine.quality < Quality.BAD]
    step = np.diff(mine.time)
    has_any, has_steps = len(mine) > 0, len(step) > 0
    return Seen(
        series=name,
        channel=channel.name,
        unit=channel.unit,
        logger_unit=logger_unit,
        readings=len(mine),
        new=compared[0],
        contradicting=compared[1],
        no_data=no_data,
        bad=int((mine.quality >= Quality.BAD).sum()),
        uncertain=int((mine.quality == Quality.UNCERTAIN).sum()),
        first=format_rfc3339(int(mine.time[0])) if has_any else None,
        last=format_rfc3339(int(mine.time[-1])) if has_any else None,
        lowest=float(fine.min()) if len(fine) else None,
        highest=float(fine.max()) if len(fine) else None,
        interval_s=float(np.median(step)) / SECOND if has_steps else None,
        gaps=int((step > to_ns(channel.table.max_gap_s)).sum()),
        longest_gap_s=float(step.max()) / SECOND if has_steps else None,
        calibration=calibration,
    )


def _timeline(configuration: Configuration) -> Timeline | None:
    """Of the journal, where there is one."""
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        return None
    with Journal.open_reading(path) as journal:
        return timeline_of(journal)


def _now_ns(configuration: Configuration) -> int:
    """By the gateway's clock, where there was a gateway."""
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        return time.time_ns()
    with Journal.open_reading(path) as journal:
        return clock_of(journal, configuration.clock.require_sync).now_ns()


def _compared(
    configuration: Configuration, samples: Samples, numbers: dict[str, int]
) -> dict[str, tuple[int, int]]:
    """Of each channel, what the journal does not have, and what contradicts it; {} without a journal.

    Raises InputError where the journal has readings of another kind.
    """
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        return {}
    found: dict[str, tuple[int, int]] = {}
    with Journal.open_reading(path) as journal:
        check_described(configuration, journal, numbers)
        known = known_numbers(configuration, journal, numbers)
        for channel, number in numbers.items():
            if channel in known:
                mine = samples.take((samples.channel == number) & (samples.quality != Quality.NO_DATA))
                there = np.full(len(mine), known[channel], np.int32)
                asked = Arrivals(Samples(mine.time, there, mine.value, mine.quality), mine.time)
                found[channel] = journal.new_among(asked, import_.KIND), journal.contradicting(asked)
    return found
