"""The journal as operators look at it: what is damaged is passed over, and named beside the answer.

Those that prove something (verify, export, replay) pass over nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.terminal import say
from gateway.errors import InputError
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.times import parse_rfc3339


def asked_ns(at: str | None) -> int:
    """When a question is about; None: now. Raises InputError for the future, of which nothing is known."""
    now_ns = time.time_ns()
    at_ns = now_ns if at is None else parse_rfc3339(at)
    if at_ns > now_ns:
        raise InputError(f"{at} is in the future: nothing is known of it yet")
    return at_ns


@contextmanager
def journal_in(folder: Path) -> Iterator[Journal]:
    """Raises JournalError where nothing of it can be read."""
    damaged = Damaged()
    with Journal.open_reading(folder / "journal.sqlite", damaged) as journal:
        if damaged.hidden:
            say(f"remark: what is shown may not be all: {damaged.hidden}", err=True)
        yield journal
    for one in damaged.statements():
        what = f"journal entry {one.seq} (of kind '{one.kind}') is damaged and passed over"
        say(f"remark: {what}; `cryogate journal verify` lists what is", err=True)
    for file in damaged.all():
        say(f"remark: the archive's file {file.file} is passed over: {file.why}", err=True)
