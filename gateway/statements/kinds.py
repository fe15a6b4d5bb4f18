"""Kinds of statements by name: a file in this folder with a KIND is one."""

from __future__ import annotations

import functools
import importlib
import keyword
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast

import gateway.statements
from gateway.errors import StatementError
from gateway.statements import Statement


class Kind(Protocol):
    """What a file gives; see gateway/statements/__init__.py."""

    KIND: str
    SCHEMA: int
    BY_PEOPLE: bool

    def to_body(self, said: Any) -> dict[str, Any]: ...
    def of(self, body: Mapping[str, Any]) -> Any: ...
    def words(self, said: Any) -> str: ...
    def about(self, said: Any) -> frozenset[str]: ...


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Every kind, by name; looked at once, the folder is part of the program."""
    made = map(_kind_in, sorted(_files()))
    return {kind.KIND: kind for kind in made if kind is not None}


@functools.cache
def kind_named(name: str) -> Kind | None:
    """That kind alone, as most commands need few of them; None: this version does not know it."""
    file = f"{name}_" if keyword.iskeyword(name) else name
    found = _kind_in(file) if file in _files() else None
    return found if found is not None and name == found.KIND else None


@functools.cache
def _files() -> frozenset[str]:
    return frozenset(m.name for m in pkgutil.iter_modules(gateway.statements.__path__))


def _kind_in(file: str) -> Kind | None:
    module = importlib.import_module(f"gateway.statements.{file}")
    return cast(Kind, module) if hasattr(module, "KIND") else None


def kind_of(statement: Statement) -> Kind:
    """Raises StatementError for a kind that this version does not know."""
    found = kind_named(statement.kind)
    if found is None:
        raise StatementError(
            f"statement {statement.id} is of kind {statement.kind!r}, which this version of Cryogate does "
            "not know: it was made by a newer version; run that one"
        )
    return found


def about(statement: Statement) -> frozenset[str]:
    """Names of channels and assets, codes, ids of alarms and holds; nothing of what cannot be read."""
    try:
        kind = kind_of(statement)
        return kind.about(kind.of(statement.body))
    except StatementError:
        return frozenset()


def check_known(names: Iterable[str]) -> None:
    """Raises StatementError where a journal holds kinds that this version does not know: they may decide."""
    unknown = sorted(name for name in set(names) if kind_named(name) is None)
    if unknown:
        raise StatementError(
            f"the journal holds statements of kind {', '.join(map(repr, unknown))}, which this version of "
            "Cryogate does not know: they were made by a newer version; run that one"
        )


def why_final(statement: Statement) -> str:
    """Why it cannot be taken back; empty: it can. Raises StatementError."""
    kind = kind_of(statement)
    final: Callable[[Mapping[str, Any]], str] | None = getattr(kind, "final", None)
    return str(getattr(kind, "FINAL", "")) if final is None else final(statement.body)
