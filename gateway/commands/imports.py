"""Bringing a logger's file: its readings and who brought it are one commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gateway.commands.author import Author
from gateway.commands.desk import TRIES, Desk
from gateway.errors import InputError, Outdated
from gateway.statements import Statement, import_
from gateway.statements.import_ import Import
from gateway.writing.bring import Brought, bring
from gateway.writing.mapping import Mapped

__all__ = ["Brought", "import_file"]


def import_file(desk: Desk, author: Author, file: Path, mapped: Mapped) -> Brought:
    """Take the file into the journal, whole or not at all; the same file again changes nothing.

    Raises InputError, ConfigurationError, JournalError.
    """

    def drafted(said: Import) -> Statement:
        writer = replace(author, origin=author.bringing(f"file {said.file} {said.sha256}"))
        return desk.draft(import_, said, writer, desk.clock.now_ns())

    for _ in range(TRIES):
        try:
            return bring(file, mapped, desk.configuration, desk.journal, drafted, desk.clock.now_ns())
        except Outdated:
            continue
    raise InputError("others state things all the time; nothing was taken, try again")
