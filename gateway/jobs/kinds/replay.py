"""The journal screened again, under what it says itself: the same as the running gateway found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.jobs.kinds import Answer, Told
from gateway.journal.journal import Journal
from gateway.json_text import encoded
from gateway.questions.journal_replay import replay_journal
from gateway.times import to_the_second

SCHEMA: Final = 1
STEP: Final = "reading the journal"


def answer(configuration: Configuration, asked: Mapping[str, Any], told: Told) -> Answer:  # noqa: ARG001
    return Answer(encoded(replayed(configuration, told)))


def replayed(configuration: Configuration, told: Told) -> dict[str, Any]:
    """Plain JSON data. `until`: behind it no silence is looked at; None where there are no readings.

    `left_out`: channels with which no gateway has run yet.
    """
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(
            f"{path.parent}: no journal yet; start a gateway with `cryogate run`, or give --input"
        )
    with Journal.open_reading(path) as journal:
        first_ns, last_ns = journal.span()
        total = max(1, last_ns - first_ns)
        found = replay_journal(journal, lambda at_ns, _: told(STEP, at_ns - first_ns, total))
    return {
        "schema": SCHEMA,
        "excursions": found.excursions,
        "readings": found.readings,
        "until": to_the_second(found.until_ns) if found.readings else None,
        "left_out": list(found.left_out),
    }
