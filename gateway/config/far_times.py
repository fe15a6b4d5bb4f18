"""Times of a configuration that lie so far ahead that nobody can mean them: written for "never"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any, Final

LAST_YEAR: Final = 2099  # the last in which readings are believed (model.LATEST_NS)
_BEGINS: Final = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}([Tt ][0-9:.,+\-Zz]*)?")


def far_times(document: object) -> Iterator[tuple[str, str]]:
    """The path of each date and time of a later year, and what is wrong with it."""
    if _has_one(document):  # paths take most of the time, and nearly no document has one
        yield from _within(document, "")


def _has_one(document: object) -> bool:
    if isinstance(document, dict):
        return any(map(_has_one, document.values()))
    if isinstance(document, list | tuple):
        return any(map(_has_one, document))
    return _year(document) > LAST_YEAR


def _within(document: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _within(value, f"{path}.{key}" if path else str(key))
    elif isinstance(document, list | tuple):
        for k, value in enumerate(document):
            yield from _within(value, f"{path}[{k}]")
    elif (year := _year(document)) > LAST_YEAR:
        yield (
            path,
            f"the year {year} lies too far ahead (the last is {LAST_YEAR}); leave out what never comes",
        )


def _year(value: Any) -> int:
    """0 where it is no date and no time."""
    if isinstance(value, datetime.date):  # a datetime is one, too
        return value.year
    found = _BEGINS.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(found[1]) if found else 0
