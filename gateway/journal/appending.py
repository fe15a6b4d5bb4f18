"""Entries of one commit, on their way into the log, its indexes and its chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.journal import chain, entries, hours, mentions, refusals, shifts
from gateway.journal.chain import Chain
from gateway.journal.database import Connection
from gateway.model import Arrivals, Refused


def append(
    connection: Connection,
    arrivals: Arrivals,
    refused: Mapping[str, Sequence[Refused]],
    told: Sequence[mentions.Ready],
    committed_ns: int,
    linked: Chain | None,
) -> tuple[int, ...]:
    """Numbers of the statements. Inside the caller's transaction; `linked` None: without links."""
    added = []
    for hour in hours.cut(arrivals):
        seq = entries.add_readings(connection, hour, committed_ns)
        if linked is not None:
            added.append((seq, chain.of_readings(seq, committed_ns, hour)))
    shifts.add(connection, arrivals)
    seqs = tuple(mentions.add(connection, one, committed_ns) for one in told)
    refusals.add(connection, refused)
    if linked is not None:
        for seq, one in zip(seqs, told, strict=True):
            said = one.statement
            added.append((seq, chain.of_statement(seq, committed_ns, said.at_ns, said.kind, one.body)))
        linked.add(connection, added)
    return seqs
