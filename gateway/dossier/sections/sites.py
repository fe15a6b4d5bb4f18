"""Each site of a year: its excursions, and in which months they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.assets import NUMBERS, WIDTHS, numbers
from gateway.dossier.words import W, named

TITLE: Final = W("站点", "Sites")
MONTHS: Final = tuple(W(f"{number} 月", name) for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
))  # fmt: skip


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    sites = facts["sites"]
    yield Table((W("站点", "Site"), *NUMBERS), tuple((_called(one), *numbers(one)) for one in sites), WIDTHS)
    rows = tuple((_called(one), *map(str, one["months"])) for one in sites if one["count"])
    if rows:
        yield Table((W("开始月份", "Began in"), *MONTHS), rows, (2.6, *(0.7 for _ in MONTHS)))


def _called(one: Mapping[str, Any]) -> str:
    place = one["place"]
    return f"{named(place['site'], place['site_name'])}, {place['time_zone']}"
