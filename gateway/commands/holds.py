"""Holds: what retention must not delete, until somebody releases it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.words import Words, correction
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.questions.retention import hold_from, holds
from gateway.statements import Statement
from gateway.statements import hold as holding
from gateway.statements import release as releasing
from gateway.statements.hold import Hold
from gateway.statements.release import Release


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that stands now."""

    stated: Stated
    hold: Hold


def hold(
    desk: Desk,
    author: Author,
    why: str,
    places: tuple[Iterable[str], Iterable[str]],
    interval: tuple[str | None, str | None],
    corrects: str | None = None,
    reason: str = "",
) -> Placed:
    """Keep readings of (assets, channels) in [from, to); one that corrects another keeps its name.

    Raises InputError.
    """
    made = hold_from(desk.configuration, desk.journal, _name(), why, places, interval)

    def look() -> list[Statement]:
        nonlocal made
        revising, corrected = correction(Words(desk.journal), holding.KIND, corrects, reason)
        if corrected is not None:
            made = Hold(holding.of(corrected.body).id, made.why, *_scope(made))
        return [desk.draft(holding, made, author, desk.clock.now_ns(), revising)]

    return Placed(desk.state(look), made)


def release(desk: Desk, author: Author, identity: str, why: str) -> Stated:
    """End a hold. Raises InputError where none of that name is in force."""

    def look() -> list[Statement]:
        there = holds(desk.journal)
        if identity not in there:
            raise InputError(f"no hold {identity} is in force; there is {', '.join(there) or 'none'}")
        return [desk.draft(releasing, Release(identity, why), author, desk.clock.now_ns())]

    return desk.state(look)


def _scope(made: Hold) -> tuple[frozenset[str], frozenset[str], int | None, int | None]:
    return made.assets, made.channels, made.from_ns, made.to_ns


def _name() -> str:
    return "H-" + base64.b32encode(secrets.token_bytes(5)).decode()
