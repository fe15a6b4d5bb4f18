"""The records of a data folder, opened for reading by whoever asks; what is damaged, from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking


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


def journal_of(folder: Path) -> Path:
    """Raises InputError where there is none yet."""
    path = folder / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    return path
