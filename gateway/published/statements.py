"""Statements as plain JSON data: who said what, when, from where and why, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gateway.errors import StatementError
from gateway.statements import Statement, withdrawal
from gateway.statements.effect import Effects
from gateway.statements.kinds import kind_named, kind_of
from gateway.text import one_line
from gateway.times import format_rfc3339

SCHEMA: Final = 1
UNREADABLE: Final = "said something that this version of Cryogate cannot read"


def statements(every: Sequence[Statement], effects: Effects) -> dict[str, Any]:
    """A list of statements, oldest first."""
    return {"schema": SCHEMA, "statements": [statement(one, effects) for one in every]}


def statement(of: Statement, effects: Effects) -> dict[str, Any]:
    """One statement with what became of it."""
    undone = effects.answer_to(of.id)
    return {
        **statement_row(of),
        "in_effect": undone is None,
        "corrected_by": undone.id if undone is not None and undone.corrects else None,
        "withdrawn_by": undone.id if undone is not None and undone.withdraws else None,
    }


def statement_row(of: Statement) -> dict[str, Any]:
    """One statement by itself."""
    stated_ns = of.at_ns if of.stated_ns is None else of.stated_ns
    return {
        "id": of.id,
        "kind": of.kind,
        "at": format_rfc3339(of.at_ns),
        "stated": format_rfc3339(stated_ns),
        "clock_trusted": of.trusted,
        "actor": of.actor,
        "by": of.by,
        "user": of.user,
        "origin": of.origin,
        "words": words(of),
        "reason": of.reason,
        "corrects": of.corrects or None,
        "withdraws": of.withdraws or None,
        "body": body(of),
    }


def words(of: Statement) -> str:
    """What was said, in one line that follows a name; also of what is damaged or newer than this program."""
    try:
        kind = kind_of(of)
        said = kind.words(kind.of(of.body))
        return one_line(f"withdrew {of.withdraws}" if of.kind == withdrawal.KIND else said)
    except StatementError:
        return UNREADABLE


def body(of: Statement) -> dict[str, Any]:
    """What was said, as everybody may see it: some kinds hold telephone numbers."""
    kind = kind_named(of.kind)
    shown: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(kind, "published", dict)
    try:
        if kind is not None:
            kind.of(of.body)
    except StatementError:
        return {} if hasattr(kind, "published") else dict(of.body)
    return shown(of.body)
