"""Whether there are more alarms than people can answer, and which other parameters would spare some."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from gateway.config.types import Configuration
from gateway.jobs.kinds import Answer, Told
from gateway.journal.journal import Journal
from gateway.journal.opened import open_records
from gateway.json_text import encoded
from gateway.questions.alarm_advice import Advice, advise
from gateway.questions.alarm_health import Report, advice_public, alarm_health, interval_of


def answer(configuration: Configuration, asked: Mapping[str, Any], told: Told) -> Answer:
    return Answer(encoded(figures(configuration, told, asked["from"], asked["to"], asked["asset"], True)))


def figures(
    configuration: Configuration, told: Told, start: str | None, end: str | None, asset: str, advice: bool
) -> dict[str, Any]:
    """Plain JSON data; with `advice` on the causes of most alarms. `start`, `end`: RFC 3339 with zone."""
    start_ns, end_ns = interval_of(start, end, time.time_ns())
    folder, by = configuration.data_dir, configuration.priorities
    with open_records(folder) as records, Journal.open_reading(folder / "journal.sqlite") as journal:
        total, read = max(1, records.book.count_within(start_ns, end_ns)), 0

        def progress(more: int) -> None:
            nonlocal read
            read += more
            told("reading alarms", read, total)

        found = alarm_health(journal, records, by, start_ns, end_ns, asset, progress)
        public = found.public()
        if advice:
            public["advice"] = [_public(one) for one in _advice(journal, configuration, found, told)]
    return public


def _advice(journal: Journal, configuration: Configuration, of: Report, told: Told) -> list[Advice]:
    """About the causes of most alarms, as far as they come from rules."""
    causes = {actor.cause: of.causes[actor.cause] for actor in of.all.actors if actor.cause in of.causes}
    start_ns, end_ns = of.start_ns, of.all.end_ns
    total = max(1, end_ns - start_ns)
    return advise(
        configuration,
        journal,
        causes,
        start_ns,
        end_ns,
        lambda at_ns: told("screening", at_ns - start_ns, total),
    )


def _public(of: Advice) -> dict[str, Any]:
    return {
        "cause": of.cause,
        "channel": of.channel,
        "rule": of.rule,
        "unit": of.unit,
        "best": None if of.best is None else advice_public(of.cause, *of.best),
        "tried": [advice_public(of.cause, change, effect) for change, effect in of.tried.items()],
        "why_not": of.why_not,
    }
