"""Whether what is known is the present: without a gateway it is what was known when one last ran."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.api.asking import is_answered
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal.entries import Entry
from gateway.journal.journal import Journal
from gateway.statements import PERSON

LOOKED_AT: Final = 200  # of the newest entries: people may have stated that many since


@dataclass(frozen=True, slots=True)
class Liveness:
    """`last_ns`: when a gateway that runs no more wrote last; None: one runs, or nobody can tell."""

    runs: bool
    last_ns: int | None = None


def liveness(folder: Path) -> Liveness:
    """Of the gateway that keeps its data in `folder`."""
    path = folder / "journal.sqlite"
    if is_answered(folder):
        return Liveness(True)
    if not path.exists():
        return Liveness(False)
    with Journal.open_reading(path) as journal:
        return Liveness(False, _last_written_ns(journal))


def _last_written_ns(journal: Journal) -> int | None:
    try:
        newest = journal.entries(max(journal.last_seq() - LOOKED_AT, 0))
    except JournalError:  # damaged there; whoever reads the journal tells it
        return None
    of_the_gateway = [entry for entry in newest if not _is_of_people(entry)]
    found = of_the_gateway or newest[:1]  # at the latest
    return found[-1].committed_ns if found else None


def _is_of_people(entry: Entry) -> bool:
    return entry.statement is not None and entry.statement.actor == PERSON
