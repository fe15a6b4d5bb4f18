"""How a gateway introduces itself to its journal: channel numbers, and the configuration it runs under."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.config.succession import Move, Succession, succession
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.statements import Statement
from gateway.statements import configuration as configured
from gateway.statements import placement as placed
from gateway.writing.described import describe

BECAUSE = "another asset in the configuration"


def introduce(
    configuration: Configuration, journal: Journal, now_ns: int, *, trusted: bool = True
) -> dict[str, int]:
    """Channel numbers; states a configuration that changed, and the moves that it makes.

    `trusted`: whether the gateway's clock is. Raises ConfigurationError where it contradicts what was in
    force.
    """
    timeline = timeline_of(journal)
    follows = examined(configuration, timeline, journal, now_ns)
    if follows.problems:
        raise ConfigurationError(list(follows.problems))
    for new, old in follows.renamed.items():
        journal.rename_channel(old, new)
    names = list(configuration.channels)
    numbers = journal.channel_numbers(names)
    describe(configuration, journal, names)
    if timeline.fingerprint != configuration.fingerprint:
        journal.commit(statements=statements_of(configuration, follows, now_ns, trusted=trusted))
    return numbers


def examined(configuration: Configuration, timeline: Timeline, journal: Journal, now_ns: int) -> Succession:
    """What follows when this configuration comes after what the journal holds; changes nothing."""

    def has_readings(numbers: Sequence[int], from_ns: int) -> bool:
        return any(len(hour) for hour in journal.scan(numbers, from_ns, None))

    described = {row.number: (row.quantity, row.unit) for row in journal.channels().values()}
    return succession(configuration, timeline, described, has_readings, now_ns)


def statements_of(
    configuration: Configuration, follows: Succession, now_ns: int, *, trusted: bool = True
) -> list[Statement]:
    """A changed configuration, and the placements that its changed assets are."""
    told = configured.Configured(
        configuration.fingerprint,
        configuration.document,
        tuple(configuration.channels),
        follows.retired_channels,
        follows.retired_assets,
    )
    reasons = "; ".join(f"{version}: {why}" for version, why in follows.retroactive.items())
    by = configuration.gateway.name
    body = configured.to_body(told)
    return [
        Statement(configured.KIND, by, now_ns, body, trusted=trusted, origin="configuration", reason=reasons),
        *(replace(_placement(move, by, now_ns), trusted=trusted) for move in follows.moves),
    ]


def _placement(move: Move, by: str, now_ns: int) -> Statement:
    body = placed.to_body(placed.Placement(move.channel, move.asset, move.zone))
    return Statement(placed.KIND, by, now_ns, body, origin="configuration", reason=BECAUSE)


def earlier_documents(journal: Journal) -> list[Mapping[str, Any]]:
    """What this gateway was told at each time, the oldest first and the present one last.

    Not what that was told whose journal this is a copy of: it goes on, and what it keeps outside is its own.
    """
    own = journal.statements(configured.KIND, journal.identities()[-1].after_seq)
    return [json.loads(configured.of(statement.body).document) for _, statement in own]
