"""Refused messages sent through again, under the mapping of today: what can be taken now is in the journal.

The message was kept with its topic and its receipt, so readings without a time of their own have that of the
receipt, and are UNCERTAIN: nobody knows any more whether the broker had kept the message. A message that was
sent through before is a repeat and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

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
from gateway.writing.conversion import conversions, to_canonical
from gateway.writing.described import describe, numbers_of
from gateway.writing.earlier import certificates_before

MQTT: Final = "mqtt"  # the kind of source whose messages stand alone


@dataclass(frozen=True, slots=True)
class Again:
    """What became of them. `cut`: of how many only the beginning was kept; `refused`: as they are now."""

    source: str
    messages: int
    readings: int
    fresh: int
    cut: int
    refused: tuple[Refused, ...]


def again(
    source: str, configuration: Configuration, journal: Journal, drafted: Callable[[Retry], Statement]
) -> Again:
    """Take what can be taken of the kept messages of a source. `drafted` makes the statement beside them.

    Raises InputError, JournalError, and Outdated where somebody stated something meanwhile: try again.
    """
    plug_in = configuration.sources.get(source)
    if plug_in is None or plug_in.kind != MQTT:
        brokers = [name for name, other in configuration.sources.items() if other.kind == MQTT]
        raise InputError(
            f"{source!r} is no broker of the configuration; there is: {', '.join(brokers) or 'none'}"
        )
    seen = journal.last_seq()
    kept = [one for _, one in reversed(journal.refused(source, KEPT_PER_SOURCE))]
    whole = [one for one in kept if is_whole(one)]
    numbers = numbers_of(configuration, journal, configuration.channels)
    decoded = _decoded(Source(source, plug_in.options, _addresses(source, configuration, numbers)), whole)
    arrivals = _canonical(decoded.arrivals, configuration, journal, numbers)
    cut = len(kept) - len(whole)
    if len(arrivals) == 0 or journal.new_among(arrivals, retry.KIND) == 0:
        return Again(source, len(whole), len(arrivals), 0, cut, decoded.refused)
    names = {number: name for name, number in numbers.items()}
    describe(configuration, journal, {names[n] for n in arrivals.samples.channel.tolist()})
    said = Retry(source, len(whole), len(arrivals))
    done = journal.commit(arrivals, statements=[drafted(said)], unless_said_since=seen)
    return Again(source, len(whole), len(arrivals), done.fresh, cut, decoded.refused)


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
    """Read as the configuration of today says, which was mended, but by the certificates of their time."""
    if len(arrivals) == 0:
        return arrivals
    clocks = DeviceClocks(max(numbers.values()) + 1)
    judged = clocks.judge(arrivals, np.ones(len(arrivals), np.bool_))
    before = certificates_before(configuration.channels, numbers, timeline_of(journal))
    return to_canonical(judged, conversions(configuration.channels.values(), numbers, before, again=True))
