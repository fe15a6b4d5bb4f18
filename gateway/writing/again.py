"""Refused messages sent through again, under the mapping of today: what can be taken now is in the journal.

The message was kept with its topic and its receipt, so readings without a time of their own have that of the
receipt, and are UNCERTAIN: nobody knows any more whether the broker had kept the message. A message that was
sent through before is a repeat and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from gateway.clocks.device_clocks import DeviceClocks
from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.ingestion.sources.mqtt import Received, Source
from gateway.journal.journal import Journal, Statement
from gateway.journal.refusals import KEPT_PER_SOURCE, is_whole
from gateway.model import Arrivals, Decoded, Refusal, Refused
from gateway.statements import retry
from gateway.statements.retry import Retry
from gateway.times import to_the_second
from gateway.writing.conversion import conversions, to_canonical
from gateway.writing.described import describe, numbers_of
from gateway.writing.earlier import read_before

MQTT: Final = "mqtt"  # the kind of source whose messages stand alone


@dataclass(frozen=True, slots=True)
class Again:
    """What became of them. `mapping`: the source by whose mapping they were read. `cut`: of how many only the
    beginning was kept; `gone`: how many refusals came before `kept_since` (RFC 3339), when the oldest one
    that is kept did; `refused`: as they are now."""

    source: str
    mapping: str
    messages: int
    readings: int
    fresh: int
    cut: int
    gone: int
    kept_since: str
    refused: tuple[Refused, ...]

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "source": self.source,
            "mapping": self.mapping,
            "messages": self.messages,
            "readings": self.readings,
            "new": self.fresh,
            "cut": self.cut,
            "gone": self.gone,
            "kept_since": self.kept_since,
            "refused": [f"{one.reason}: {one.detail}" for one in self.refused],
        }


@dataclass(frozen=True, slots=True)
class Read:
    """The messages of a source that are kept, as they read now."""

    source: str
    mapping: str
    messages: int
    cut: int
    gone: int
    kept_since: str
    refused: tuple[Refused, ...]
    arrivals: Arrivals

    def taken(self, fresh: int) -> Again:
        mine = self.source, self.mapping, self.messages, len(self.arrivals)
        return Again(*mine, fresh, self.cut, self.gone, self.kept_since, self.refused)


def again(
    source: str,
    mapping: str,
    configuration: Configuration,
    journal: Journal,
    drafted: Callable[[Retry], Statement],
) -> Again:
    """Take what can be taken of the kept messages of a source. `drafted` makes the statement beside them.

    Raises InputError, JournalError, and Outdated where somebody stated something meanwhile: try again.
    """
    seen = journal.last_seq()
    check_sources(source, mapping, configuration, journal)
    numbers = numbers_of(configuration, journal, configuration.channels)
    read = read_again(source, mapping, configuration, journal, numbers)
    if len(read.arrivals) == 0 or journal.new_among(read.arrivals, retry.KIND) == 0:
        return read.taken(0)
    channels = channels_in(read.arrivals, numbers)
    describe(configuration, journal, channels)
    time_ns = read.arrivals.samples.time
    said = Retry(
        source, mapping, read.messages, len(time_ns), channels, int(time_ns.min()), int(time_ns.max())
    )
    done = journal.commit(read.arrivals, statements=[drafted(said)], unless_said_since=seen)
    return read.taken(done.fresh)


def check_sources(source: str, mapping: str, configuration: Configuration, journal: Journal) -> None:
    """Raises InputError where there is no such mapping, or there are no such messages."""
    plug_in = configuration.sources.get(mapping)
    if plug_in is None or plug_in.kind != MQTT:
        brokers = [name for name, other in configuration.sources.items() if other.kind == MQTT]
        raise InputError(
            f"{mapping!r} is no broker of the configuration; there is: {', '.join(brokers) or 'none'}. "
            "Messages of a source that was renamed or removed: --retry OLD --as NEW"
        )
    kept = journal.refusal_counts()
    if source not in kept and source not in configuration.sources:
        raise InputError(f"nothing of a source {source!r} is kept; of: {', '.join(sorted(kept)) or 'none'}")


def read_again(
    source: str, mapping: str, configuration: Configuration, journal: Journal, numbers: dict[str, int]
) -> Read:
    """By the mapping of a broker of the configuration. `numbers`: of all channels."""
    kept = [one for _, one in reversed(journal.refused(source, KEPT_PER_SOURCE))]
    whole = [one for one in kept if is_whole(one)]
    options = configuration.sources[mapping].options
    decoded = _decoded(Source(mapping, options, _addresses(mapping, configuration, numbers)), whole)
    arrivals = _canonical(decoded.arrivals, configuration, journal, numbers)
    counted = sum(journal.refusal_counts().get(source, {}).values())
    since = to_the_second(kept[0].received_ns) if kept else ""
    cut = len(kept) - len(whole)
    return Read(source, mapping, len(whole), cut, counted - len(kept), since, decoded.refused, arrivals)


def channels_in(arrivals: Arrivals, numbers: dict[str, int]) -> tuple[str, ...]:
    """Names of the channels that these readings are of, sorted."""
    present = set(arrivals.samples.channel.tolist())
    return tuple(sorted(name for name, number in numbers.items() if number in present))


def _addresses(source: str, configuration: Configuration, numbers: dict[str, int]) -> dict[str, int]:
    channels = configuration.channels.values()
    return {c.table.address: numbers[c.name] for c in channels if c.table.source == source}


def _decoded(source: Source, kept: list[Refused]) -> Decoded:
    """As if the broker had kept them until now; what had no age when it came has none now."""
    return source.decode(
        [
            Received(
                0, 0, one.topic, one.payload, len(one.payload), one.received_ns,
                one.reason is Refusal.UNDATED, True, (),
            )
            for one in kept
        ]
    )  # fmt: skip


def _canonical(
    arrivals: Arrivals, configuration: Configuration, journal: Journal, numbers: dict[str, int]
) -> Arrivals:
    """Understood as the configuration of today says, which was mended, by the certificates of their time."""
    if len(arrivals) == 0:
        return arrivals
    clocks = DeviceClocks(max(numbers.values()) + 1)
    judged = clocks.judge(arrivals, np.ones(len(arrivals), np.bool_))
    before = read_before(configuration, numbers, timeline_of(journal), again=True)
    return to_canonical(judged, conversions(configuration.channels.values(), numbers, before, again=True))
