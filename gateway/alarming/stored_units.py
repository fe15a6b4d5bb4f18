"""The units of an alarm as transitions and records keep them: in columns, and what they went through by part.

A column whose values repeat is told in runs: [value, how many]. 100 000 units are 3 MB then, not 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby, starmap
from typing import Any, TypeVar

from gateway.alarming.unit_columns import named_columns, values
from gateway.traceability.exposure import Exposure, Exposures, Part
from gateway.traceability.model import Unit

Columns = Mapping[str, Any]
"""What units are: scheme and product in runs, code and chain of identity one by one."""
T = TypeVar("T")


def columns(units: Sequence[Unit]) -> Columns:
    return {
        "scheme": _runs(unit.scheme for unit in units),
        "code": [unit.code for unit in units],
        "product": _runs(unit.product for unit in units),
        "chain_of_identity": [unit.chain_of_identity for unit in units],
    }


def plain_exposures(of: Exposures, named: Columns) -> dict[str, Any]:
    """`named`: the columns of its units."""
    return {"named": named, "parts": [asdict(part) for part in of.parts], "part": _runs(of.part_of)}


def exposures_of(known: Any) -> Exposures:
    """What `plain_exposures` gave, or the list of before, in which each unit told everything."""
    if isinstance(known, list):
        return Exposures.of(_exposure(one) for one in known)
    parts = tuple(Part(**part) for part in known["parts"])
    units = zip(*named_columns(known), strict=True)
    return Exposures(tuple(starmap(Unit, units)), parts, tuple(values(known["part"])))


def _exposure(told: Mapping[str, Any]) -> Exposure:
    part = {name: value for name, value in told.items() if name != "unit"}
    return Exposure(Unit(**told["unit"]), Part(**part))


def _runs(values: Iterable[T]) -> list[list[Any]]:
    return [[value, sum(1 for _ in run)] for value, run in groupby(values)]
