"""Days of a Fridge-tag's history that contradict themselves or each other: a digit of them is another one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from gateway.downloads.fridgetag_lines import Day
from gateway.errors import InputError
from gateway.tables.cells import measurement


def days_in_doubt(days: Sequence[Day]) -> Iterator[tuple[int, str]]:
    """The line of each such day, and why. What cannot be read at all is named elsewhere."""
    for day in days:
        with suppress(InputError, KeyError):
            yield from ((day.line, why) for why in _extremes_in_doubt(day))
    yield from _dates_in_doubt(days)


def _extremes_in_doubt(day: Day) -> Iterator[str]:
    low, high = measurement(day.fields["Min T"]), measurement(day.fields["Max T"])
    if low > high:
        yield f"'Min T' {low:g} lies above 'Max T' {high:g}"
    elif "Avrg T" in day.fields and not low <= (mean := measurement(day.fields["Avrg T"])) <= high:
        yield f"'Avrg T' {mean:g} lies outside of 'Min T' {low:g} and 'Max T' {high:g}"


def _dates_in_doubt(days: Sequence[Day]) -> Iterator[tuple[int, str]]:
    """They run one way, the newest first as a rule; each stands there once."""
    dated = [(day.line, found) for day in days if (found := _date(day)) is not None]
    backward = len(dated) > 1 and dated[0][1] > dated[-1][1]
    for (_, before), (line, one) in itertools.pairwise(dated):
        if one == before:
            yield line, f"'Date' {one} stands there twice"
        elif (one < before) != backward:
            yield line, f"'Date' {one} stands behind {before}, and the other days run the other way"


def _date(day: Day) -> date | None:
    with suppress(KeyError, ValueError):
        return date.fromisoformat(day.fields["Date"])
    return None
