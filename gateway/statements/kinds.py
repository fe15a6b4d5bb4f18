"""Kinds of statements by name: a file in this folder with a KIND is one."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
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
    files = sorted(m.name for m in pkgutil.iter_modules(gateway.statements.__path__))
    modules = [importlib.import_module(f"gateway.statements.{name}") for name in files]
    return {m.KIND: cast(Kind, m) for m in modules if hasattr(m, "KIND")}


def kind_of(statement: Statement) -> Kind:
    """Raises StatementError for a kind that this version does not know."""
    found = kinds().get(statement.kind)
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
    unknown = sorted(set(names) - set(kinds()))
    if unknown:
        raise StatementError(
            f"the journal holds statements of kind {', '.join(map(repr, unknown))}, which this version of "
            "Cryogate does not know: they were made by a newer version; run that one"
        )


def why_final(kind: Kind) -> str:
    """Why what was stated cannot be taken back; empty: it can."""
    return str(getattr(kind, "FINAL", ""))
