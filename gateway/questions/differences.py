"""What differs between two values of plain JSON, field by field, as an audit trail shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dataclass import dataclass

NAMES: Final = ("name", "id", "version", "rule", "person", "notifier")  # by which of them items are known


@dataclass(frozen=True, slots=True)
class Difference:
    """`field`: like "profiles.car-t[version 2].rules[0].limit_degC". None: it was not there, or is gone."""

    field: str
    old: Any
    new: Any


def differences(old: Any, new: Any) -> Iterator[Difference]:
    """In the order of the fields of `old`, then those that are new."""
    return _between("", old, new)


def _between(field: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _fields(field, old, new)
    elif _are_tables(old) and _are_tables(new):
        yield from _fields(field, _by_name(old), _by_name(new), "{}[{}]")
    elif old != new or type(old) is not type(new):
        yield Difference(field, old, new)


def _fields(
    field: str, old: Mapping[str, Any], new: Mapping[str, Any], form: str = "{}.{}"
) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        inner = form.format(field, name) if field else str(name)
        yield from _between(inner, old.get(name), new.get(name))


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _by_name(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By a name that each of them has and no two share; else by position."""
    for name in NAMES:
        values = [item.get(name) for item in items]
        if all(isinstance(value, str | int) for value in values) and len(set(values)) == len(values):
            return {f"{name} {value}": item for value, item in zip(values, items, strict=True)}
    return {str(i): item for i, item in enumerate(items)}
