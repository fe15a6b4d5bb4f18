"""What a sink's outside world did not take: parked with the reason, and later sent again or accepted.

People decide, with a statement in the journal: the sink meets it in its place, and it stays on record who
decided. What is sent again goes with the next batch, so a crash in between repeats all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from gateway.journal.entries import Entry, Statement
from gateway.journal.parked import Parked
from gateway.model import Arrivals, Samples

PARKED: Final = "parked"  # kind of the journal statement


class Decision(StrEnum):
    """What becomes of everything that is parked for a sink."""

    RETRY = "retry"  # the cause was mended: send it again
    ACCEPT = "accept"  # it stays away from there; the journal has it


def statement(sink: str, decision: Decision, by: str, at_ns: int) -> Statement:
    """To be committed to the journal."""
    return Statement(PARKED, by, at_ns, {"sink": sink, "decision": decision.value})


def decided(entries: Sequence[Entry], sink: str) -> Decision | None:
    """The last decision about `sink` among journal entries; None: there is none."""
    told = [e.statement.body for e in entries if e.kind == PARKED and e.statement is not None]
    mine = [Decision(body["decision"]) for body in told if body["sink"] == sink]
    return mine[-1] if mine else None


def to_rows(arrivals: Arrivals, rejected: Mapping[int, str]) -> Iterator[Parked]:
    """The rejected readings of a batch, with their reasons."""
    samples = arrivals.samples
    for row, reason in rejected.items():
        value = float(samples.value[row])
        yield Parked(
            int(samples.channel[row]),
            int(samples.time[row]),
            None if np.isnan(value) else value,
            int(samples.quality[row]),
            int(arrivals.received[row]),
            reason,
        )


def to_arrivals(rows: Sequence[Parked]) -> Arrivals:
    """Parked readings as a batch again, in the order of `rows`."""
    samples = Samples(
        np.array([r.time_ns for r in rows], np.int64),
        np.array([r.channel for r in rows], np.int32),
        np.array([np.nan if r.value is None else r.value for r in rows], np.float64),
        np.array([r.quality for r in rows], np.uint8),
    )
    return Arrivals(samples, np.array([r.received_ns for r in rows], np.int64))
