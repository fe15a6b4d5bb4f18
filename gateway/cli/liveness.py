"""Whether what a command shows is the present: without a gateway it is what was known when one last ran."""

from __future__ import annotations

from typing import Final

from gateway.api.asking import is_answered
from gateway.cli.terminal import say
from gateway.config.types import Configuration
from gateway.errors import JournalError
from gateway.journal.entries import Entry
from gateway.journal.journal import Journal
from gateway.statements import PERSON
from gateway.times import format_rfc3339

LOOKED_AT: Final = 200  # of the newest entries: people may have stated that many since


def known_at_ns(configuration: Configuration) -> int | None:
    """When the gateway that is gone wrote last; None while one runs, or where none ever did.

    Says so beside the answer, so that whoever reads an old list does not take it for good news. For each
    command that answers about now from journal and records.
    """
    path = configuration.data_dir / "journal.sqlite"
    if is_answered(configuration.data_dir) or not path.exists():
        return None
    with Journal.open_reading(path) as journal:
        last_ns = _last_written_ns(journal)
    at = "when one last ran" if last_ns is None else f"at {format_rfc3339(last_ns)[:19]}Z"
    say(f"no gateway runs: this is what was known {at}; start one with `cryogate run`", err=True)
    return last_ns


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
