"""The columns in which a stored alarm keeps its units (stored_units.py), read without making the units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any


def named_columns(known: Mapping[str, Any]) -> tuple[Iterable[str], ...]:
    """Scheme, code, product and chain of identity of each unit, of what `plain_exposures` gave."""
    named = known["named"]
    return values(named["scheme"]), named["code"], values(named["product"]), named["chain_of_identity"]


def values(runs: Iterable[Sequence[Any]]) -> Iterator[Any]:
    """A column that is told in runs, one by one."""
    return chain.from_iterable(repeat(value, count) for value, count in runs)
