"""A logger's file into the journal: the same screening as live readings, and the file's hash beside them.

The readings and the statement of kind `import` that names file, hash, mapping and logger are one commit. The
same file under the same mapping again changes nothing; whatever overlaps with readings that are there already
is dropped as a repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.model import Arrivals, Quality, Samples, believable
from gateway.statements import import_
from gateway.statements.import_ import Import
from gateway.tables import Lines
from gateway.text import counted
from gateway.times import format_rfc3339
from gateway.writing.certificates import Certificates
from gateway.writing.correction import corrections_of
from gateway.writing.described import check_described, describe, numbers_of
from gateway.writing.logged import check_channels, samples_of, spans_of
from gateway.writing.mapping import Logged, Mapped, read_file


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file. `before` is the earlier import of the same bytes, if nothing new is in it.

    `fresh`: readings that the journal did not have. `contradicting`: readings with another value than what
    was there of the same channel and time. `marks`: what says only that nothing is proven between two
    readings; they are counted apart.
    """

    sha256: str
    readings: int
    fresh: int
    contradicting: int
    marks: int
    lines: Lines
    before: Statement | None
    said: Import
    samples: Samples


def bring(
    path: Path,
    mapped: Mapped,
    configuration: Configuration,
    journal: Journal,
    drafted: Callable[[Import], Statement],
    now_ns: int,
) -> Brought:
    """Take the file into the journal, whole or not at all. Raises InputError, JournalError.

    `drafted` makes the statement that is committed with the readings. Raises Outdated where somebody stated
    something meanwhile, perhaps this very import: to be tried again.
    """
    logged, seen = read_file(path, mapped), journal.last_seq()
    certificates = Certificates(timeline_of(journal))
    check_channels(logged, mapped, configuration, certificates)
    channels = list(mapped.channels.values())
    places = {name: place for place, name in enumerate(channels)}
    samples = samples_of(logged, mapped, configuration, places, certificates)
    check_times(samples, path, now_ns)
    check_described(configuration, journal, channels)
    numbers = numbers_of(configuration, journal, channels)  # given out only where the file is taken
    samples = _numbered(samples, [numbers[name] for name in channels])
    arrivals = Arrivals(samples, np.full(len(samples), now_ns, np.int64))
    spans = spans_of(logged, mapped, configuration, certificates)
    corrections = corrections_of(mapped, configuration.channels, spans)
    said, lines = _said(logged, mapped, samples, corrections), logged.download.lines
    before = _before(journal, logged.sha256, mapped)
    is_mark = samples.quality == Quality.NO_DATA
    readings, marks = arrivals.take(~is_mark), arrivals.take(is_mark)
    if before is not None and journal.new_among(arrivals, import_.KIND) == 0:
        return Brought(logged.sha256, said.readings, 0, 0, len(marks), lines, before, said, samples)
    describe(configuration, journal, numbers)
    contradicting, new_marks = journal.contradicting(readings), journal.new_among(marks, import_.KIND)
    done = journal.commit(arrivals, statements=[drafted(said)], unless_said_since=seen)
    fresh = done.fresh - new_marks
    return Brought(logged.sha256, said.readings, fresh, contradicting, len(marks), lines, None, said, samples)


def _numbered(samples: Samples, numbers: Sequence[int]) -> Samples:
    """With the numbers of the journal; before, a channel is its place in the mapping."""
    return Samples(samples.time, np.array(numbers, np.int32)[samples.channel], samples.value, samples.quality)


def check_times(samples: Samples, path: Path, now_ns: int) -> None:
    """What lies in the future is refused: no receipt tells how wrong a logger's clock was."""
    if len(samples) == 0:
        raise InputError(f"{path}: there is no reading in it; check the mapping")
    ahead = samples.time[~believable(samples.time) | (samples.time > now_ns)]
    if len(ahead):
        first, lie = format_rfc3339(int(ahead.min())), counted(len(ahead), "reading lies", "readings lie")
        raise InputError(
            f"{path}: {lie} in the future, the first at {first}; nothing was taken. "
            "Check time_format, time_zone, the logger's clock and this machine's"
        )


def _before(journal: Journal, sha256: str, mapped: Mapped) -> Statement | None:
    """The newest import of the same bytes under the same mapping."""
    for _, statement in journal.newest_statements(import_.KIND):
        said = import_.of(statement.body)
        if said.sha256 == sha256 and said.mapping in (mapped.sha256, ""):
            return statement
    return None


def _said(logged: Logged, mapped: Mapped, samples: Samples, corrections: Mapping[str, str]) -> Import:
    download = logged.download
    return Import(
        file=logged.path.name,
        sha256=logged.sha256,
        format=mapped.format,
        mapping=mapped.sha256,
        logger=download.about,
        channels=mapped.channels,
        readings=int(np.count_nonzero(samples.quality != Quality.NO_DATA)),
        first_ns=int(samples.time.min()),
        last_ns=int(samples.time.max()),
        lines_taken=download.lines.taken,
        lines_header=download.lines.header,
        lines_not_understood=len(download.lines.not_understood),
        verdicts=download.verdicts,
        corrections=corrections,
    )
