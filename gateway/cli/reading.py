"""The journal as operators look at it: what is damaged is passed over, and named beside the answer.

Those that prove something (verify, export, replay) pass over nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.terminal import say
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal


@contextmanager
def journal_in(folder: Path) -> Iterator[Journal]:
    """Raises JournalError where nothing of it can be read."""
    damaged = Damaged()
    with Journal.open_reading(folder / "journal.sqlite", damaged) as journal:
        yield journal
    for one in damaged.statements():
        what = f"journal entry {one.seq} (of kind '{one.kind}') is damaged and passed over"
        say(f"remark: {what}; `cryogate journal verify` lists what is", err=True)
    for file in damaged.all():
        say(f"remark: the archive's file {file.file} is passed over: {file.why}", err=True)
