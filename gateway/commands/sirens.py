"""Sirens and lamps: because of which alarms each should be on, and its test button."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from gateway.config.escalations import in_steps
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.notifiers.siren import Options, sounding
from gateway.published.alarm import of_known
from gateway.questions.calls import calls_at
from gateway.text import one_line

KIND: Final = "siren"
AGAIN_S: Final = 1.0  # the gateway sets it, too, to what it should be


def sirens_of(configuration: Configuration) -> Mapping[str, Options]:
    return {name: told.options for name, told in configuration.notifiers.items() if told.kind == KIND}


def siren_named(configuration: Configuration, name: str) -> Options:
    """Raises InputError."""
    sirens = sirens_of(configuration)
    if name not in sirens:
        known = ", ".join(map(one_line, sirens)) or "none"
        raise InputError(f"no siren {one_line(name)!r}; known: {known}")
    return sirens[name]


def because(
    configuration: Configuration, name: str, options: Options, journal: Journal, records: Records, now_ns: int
) -> list[str]:
    """Alarms for which it should be on now; groups of them where steps say when."""
    if name in in_steps(configuration.escalations):
        return calls_at(configuration, journal, records, now_ns).sounding(name)
    alarms = [of_known(row.body, row.number) for row in records.book.alarms()]
    return sounding(alarms, options, now_ns)


def press(
    options: Options, seconds: float, should_be_on: Callable[[], bool], tell: Callable[[str], None]
) -> None:
    """On for so long, and in any case what it should be afterwards; `tell` hears what it answers."""
    until_s = time.monotonic() + seconds
    try:
        tell(options.lamp.switch(True, {}) or "on")
        while (left_s := until_s - time.monotonic()) > 0:
            time.sleep(min(AGAIN_S, left_s))
            options.lamp.switch(True, {})
    finally:
        options.lamp.switch(should_be_on(), {})
