"""The envelope as the journal stores it, what is filled in when it is read, and what a person's may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import StatementError
from gateway.statements import GATEWAY, PERSON, Statement
from gateway.statements.fields import LONGEST_NAME, LONGEST_TEXT
from gateway.statements.kinds import kind_named
from gateway.statements.retention import KIND as RETENTION

SCHEMA: Final = 1
_DEFAULTS: Final[dict[str, Any]] = {
    "id": "",
    "stated_ns": None,
    "trusted": True,
    "user": "",
    "origin": "",
    "reason": "",
    "corrects": "",
    "withdraws": "",
}
_SHORT: Final = ("kind", "by", "id", "user", "corrects", "withdraws")


def to_row(statement: Statement) -> dict[str, Any]:
    """Plain JSON of everything but the kind, which has a column of its own; defaults are left out."""
    row: dict[str, Any] = {
        "schema": SCHEMA,
        "by": statement.by,
        "at_ns": statement.at_ns,
        "actor": statement.actor,
        "body": dict(statement.body),
    }
    told = ((name, getattr(statement, name)) for name in _DEFAULTS)
    return row | {name: value for name, value in told if value != _DEFAULTS[name]}


def from_row(kind: str, row: Mapping[str, Any], entry: str, committed_ns: int) -> Statement:
    """What `to_row` gave, and rows of version 0.1.0. `entry` names the row over all journals.

    Raises StatementError where a newer version wrote it.
    """
    schema = row.get("schema", 0)
    if schema > SCHEMA:
        raise StatementError(
            f"statement {entry} has an envelope of schema {schema}, this version of Cryogate reads up to "
            f"{SCHEMA}: it was made by a newer version; run that one"
        )
    return Statement(
        kind,
        row["by"],
        row["at_ns"],
        row["body"],
        id=row.get("id") or entry,
        stated_ns=row.get("stated_ns", committed_ns),
        trusted=row.get("trusted", True),
        actor=row["actor"] if schema else _actor_before_envelopes(kind),
        user=row.get("user", ""),
        origin=row.get("origin", ""),
        reason=row.get("reason", ""),
        corrects=row.get("corrects", ""),
        withdraws=row.get("withdraws", ""),
    )


def check(statement: Statement) -> None:
    """Raises StatementError for names and reasons that are too long or would break somebody's screen."""
    texts = {name: getattr(statement, name) for name in (*_SHORT, "origin", "reason")}
    for name, text in texts.items():
        longest = LONGEST_NAME if name in _SHORT else LONGEST_TEXT
        if len(text) > longest:
            raise StatementError(f"{name} has {len(text)} characters, at most {longest}")
        if not text.isprintable():
            raise StatementError(f"{name} is one line of printable text: other people's terminals show it")
    if not statement.by.strip():
        raise StatementError("nobody is named who says it")
    if statement.corrects and statement.withdraws:
        raise StatementError("a statement corrects another one or withdraws it, not both")
    if (statement.corrects or statement.withdraws) and not statement.reason.strip():
        raise StatementError("a correction or a withdrawal needs a reason")


def _actor_before_envelopes(kind: str) -> str:
    """Version 0.1.0 did not say; retention was always a person's command."""
    known = kind_named(kind)
    return PERSON if kind == RETENTION or (known is not None and known.BY_PEOPLE) else GATEWAY
