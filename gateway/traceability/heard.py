"""Statements of the journal about contents, told to Containments: containment, empty, withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from gateway.statements import Statement, containment, empty, withdrawal
from gateway.traceability.containment import Containments
from gateway.traceability.model import Emptied, Withdrawn
from gateway.traceability.statements import from_statement

KINDS: Final = (containment.KIND, empty.KIND, withdrawal.KIND)
Identity = Callable[[str], str]
"""The identity of an asset by any name it ever had."""


def as_named(asset: str) -> str:
    """Where assets have no other names, the name is the identity."""
    return asset


def contents(statements: Iterable[Statement], identity: Identity = as_named) -> Containments:
    """What follows from statements of KINDS, in the journal's order."""
    containments = Containments()
    with containments.gathering():
        for statement in statements:
            hear(containments, statement, identity)
    return containments


def hear(containments: Containments, statement: Statement, identity: Identity = as_named) -> set[str]:
    """Take in a statement of any kind; identities of the assets whose contents may have changed.

    Raises StatementError where it is damaged, or newer than this version.
    """
    if statement.kind == containment.KIND:
        return containments.state(*from_statement(statement, identity))
    if statement.kind == empty.KIND:
        return containments.state_empty(_emptied(statement, identity))
    if statement.kind == withdrawal.KIND:
        return containments.withdraw(_withdrawn(statement))
    return set()


def _emptied(statement: Statement, identity: Identity) -> Emptied:
    told = empty.of(statement.body)
    return Emptied(
        identity(told.asset),
        told.zone,
        statement.at_ns,
        statement.by,
        _stated_ns(statement),
        statement.id,
        statement.corrects,
        statement.reason,
        told.asset,
    )


def _withdrawn(statement: Statement) -> Withdrawn:
    withdrawal.of(statement.body)
    stated_ns = _stated_ns(statement)
    return Withdrawn(statement.withdraws, statement.by, stated_ns, statement.id, statement.reason)


def _stated_ns(statement: Statement) -> int:
    return statement.at_ns if statement.stated_ns is None else statement.stated_ns
