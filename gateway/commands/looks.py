"""Whose looks are recorded, as those of inspectors are: what was asked is stated before it is answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.statements import look
from gateway.statements.fields import LONGEST_NAME, LONGEST_TEXT
from gateway.statements.look import Look
from gateway.text import one_line

MOST_NAMES: Final = 100  # of what it was about; the question itself says the rest


def record(desk: Desk, author: Author, action: str, asked: str, names: Iterable[str] = ()) -> Stated:
    """State that `author` looked; the question may be anything that came from outside."""
    shown = {one_line(name)[:LONGEST_NAME] for name in names if name.strip()}
    said = Look(action, one_line(asked)[:LONGEST_TEXT], tuple(sorted(shown))[:MOST_NAMES])
    return desk.state(lambda: [desk.draft(look, said, author, desk.clock.now_ns())])
