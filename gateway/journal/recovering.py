"""What is mended or missing when a journal is opened is stated in it: so people hear of it."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from gateway.errors import JournalError, JournalFull
from gateway.journal import channels, entries, index_seal, mentions
from gateway.journal.appending import append
from gateway.journal.chain import Chain
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection
from gateway.journal.failures import explained
from gateway.journal.transaction import transaction
from gateway.model import Arrivals
from gateway.statements import recovery
from gateway.statements.recovery import KIND, Recovery

log = logging.getLogger(__name__)


def is_stated(said: Recovery, journal: Path, connection: Connection, chain: Chain | None) -> bool:
    """Not where the disk is full: the log has it at least, and the pump says what to do about that."""
    statement = entries.Statement(KIND, "journal", time.time_ns(), recovery.to_body(said))
    try:
        with explained(journal), transaction(connection):
            append(
                connection, Arrivals.concatenate([]), {}, [mentions.ready(statement)], statement.at_ns, chain
            )
    except JournalFull:
        return False
    return True


def mend(journal: Path, connection: Connection, chain: Chain | None, damaged: Damaged | None) -> None:
    """What is there twice, and damaged in one place. The rest keeps no gateway from its start: it is logged,
    by who has a list `damaged` once for all its connections."""
    try:
        mend_index(journal, connection, chain)
        left = mend_channels(journal, connection, chain)
    except JournalError as error:
        left = f"what is damaged in it cannot be made again: {error}"
    if left and (damaged is None or damaged.is_new(left)):
        log.error("journal %s: %s", journal, left)


def mend_index(journal: Path, connection: Connection, chain: Chain | None) -> None:
    """By which entries are found is made again from the entries, which have checksums of their own."""
    with explained(journal):
        found = index_seal.hidden_entries(connection)
        if not found:
            return
        with transaction(connection):
            connection.execute("REINDEX entry")
        if index_seal.hidden_entries(connection):
            return  # the entries themselves: a fault says so (archive_watch.py)
    message = f"{found.partition('; ')[0][:400]}; made again from the entries: check the disk"
    log.error("journal %s: %s", journal, message)
    is_stated(Recovery(message), journal, connection, chain)


def mend_channels(journal: Path, connection: Connection, chain: Chain | None) -> str:
    """A row of the channels, or its copy, that is damaged is made again from the other; what cannot be."""
    with explained(journal):
        found = channels.damaged(connection)
        if not found:
            return ""
        if channels.lost(connection):
            return "; ".join(found)[:400]  # what is left of it may still tell somebody which one it was
        with transaction(connection):
            channels.mend(connection)
    message = f"{'; '.join(found)[:400]}; made again from what stands there twice: check the disk"
    log.error("journal %s: %s", journal, message)
    is_stated(Recovery(message), journal, connection, chain)
    return ""
