"""A value of a TOML document as the type that it is to have: nothing is turned into something else.

No library does it here: each command reads the configuration, and those that can build something for each of
fifty types first.
"""

from __future__ import annotations

import datetime
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, Final

SCALARS: Final = (str, int, bool, datetime.date, datetime.datetime, datetime.time, type(None))

Reader = Callable[[object], Any]


class Unexpected(ValueError):
    """A value is not of the type; `at` are the positions in lists that lead to it."""

    def __init__(self, at: tuple[int, ...] = ()) -> None:
        super().__init__("not of the expected type")
        self.at = at


@functools.cache
def reader(hint: Any) -> Reader:
    """What reads values for a type of a field, lists being tuples; it raises Unexpected."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return _anything
    if hint is float:
        return _float
    if hint in SCALARS:
        return functools.partial(_exactly, hint)
    if origin is typing.Literal:
        return functools.partial(_one_of, frozenset(parts))
    if origin in (typing.Union, types.UnionType):
        return functools.partial(_any_of, tuple(reader(part) for part in parts))
    if origin is tuple and len(parts) == 2 and parts[1] is ...:
        return functools.partial(_several, reader(parts[0]))
    if origin is tuple:
        return functools.partial(_each, tuple(reader(part) for part in parts))
    if origin is dict:
        return functools.partial(_table, reader(parts[0]), reader(parts[1]))
    raise TypeError(f"no field of a configuration can be {hint}: teach gateway/config/strict.py to read it")


def _anything(given: object) -> object:
    return given


def _exactly(kind: type, given: object) -> object:
    """True is no number, and a time of a day no day: subclasses do not count."""
    if type(given) is not kind:
        raise Unexpected
    return given


def _float(given: object) -> float:
    if type(given) is float:
        return given
    if type(given) is not int:
        raise Unexpected
    try:
        return float(given)
    except OverflowError:
        raise Unexpected from None


def _one_of(known: frozenset[object], given: object) -> object:
    if type(given) not in map(type, known) or given not in known:
        raise Unexpected
    return given


def _any_of(readers: tuple[Reader, ...], given: object) -> Any:
    first: Unexpected | None = None
    for read in readers:
        try:
            return read(given)
        except Unexpected as error:
            first = first or error
    raise first or Unexpected


def _several(read: Reader, given: object) -> tuple[Any, ...]:
    if type(given) is not tuple:
        raise Unexpected
    return _each((read,) * len(given), given)


def _each(readers: tuple[Reader, ...], given: object) -> tuple[Any, ...]:
    if type(given) is not tuple or len(given) > len(readers):
        raise Unexpected
    made = []
    for position, (read, item) in enumerate(zip(readers, given, strict=False)):
        try:
            made.append(read(item))
        except Unexpected as error:
            raise Unexpected((position, *error.at)) from None
    if len(given) < len(readers):
        raise Unexpected((len(given),))  # where the next one is missing
    return tuple(made)


def _table(read_key: Reader, read: Reader, given: object) -> dict[Any, Any]:
    if type(given) is not dict:
        raise Unexpected
    return {read_key(key): read(value) for key, value in given.items()}
