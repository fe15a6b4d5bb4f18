"""Journal and records as operators look at them: what is damaged is passed over, and named beside the answer.

Those that prove something (verify, export, replay) pass over nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gateway.cli.terminal import say
from gateway.errors import InputError
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
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


@contextmanager
def open_records(folder: Path) -> Iterator[Records]:
    """The records of the gateway that keeps its data in `folder`, for reading.

    An alarm that is damaged in them is read from the journal.
    """
    path = folder / "records.sqlite"
    if not path.exists():
        raise InputError(f"{folder}: no records yet; start a gateway with `cryogate run`")
    with ExitStack() as stack:
        records = stack.enter_context(Records(path, read_only=True))
        if (folder / "journal.sqlite").exists():
            journal = stack.enter_context(Journal.open_reading(folder / "journal.sqlite"))
            Remaking(journal, records)
        yield records


@contextmanager
def records_if_any(folder: Path) -> Iterator[Records | None]:
    """The same, and None where no gateway ran yet."""
    with ExitStack() as stack:
        there = (folder / "records.sqlite").exists()
        yield stack.enter_context(open_records(folder)) if there else None
