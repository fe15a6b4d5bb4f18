"""Channels that contradict what the journal's configurations, its entries and its archive say of them.

From schema 10 on each channel stands in the journal twice. What was damaged before that stands there twice,
too; but each configuration has the names of its channels, and each file of the archive has number and name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from gateway.config.names import Names
from gateway.errors import JournalError, StatementError
from gateway.journal import entries, parquet, schema
from gateway.journal.archive import FOLDER
from gateway.journal.channels import ChannelRow, written
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection, all_rows
from gateway.journal.failures import explained
from gateway.statements import configuration as configured
from gateway.units import QUANTITIES

PAGE: Final = 100  # configurations at once
WITH_IDENTITY: Final = 3  # the schema from which on entries can be named
RESTORE: Final = "stop the gateway and restore a backup"
DAMAGED: Final = f"it is damaged; {RESTORE}"


def contradicted(path: Path) -> list[str]:
    """In words, of the journal at `path`, also of an older version's; empty where all fits.

    Raises JournalError where it cannot be opened.
    """
    older = schema.older(path)
    if older is not None and older < WITH_IDENTITY:
        return []
    with explained(path), closing(schema.open_reading(path, WITH_IDENTITY)) as connection:
        heard, rows = _heard(connection), written(connection)
        present = {number: row.name for number, row in rows.items()}
        return [
            *_missing(heard, present),
            *_without_row(connection, present),
            *_described(rows.values()),
            *_in_files(connection, path.parent / FOLDER, heard, present),
        ]


def _missing(heard: Names, present: Mapping[int, str]) -> Iterator[str]:
    latest = {heard.latest("channels", identity) for identity in heard.ever("channels").values()}
    for name in sorted(latest - {*present.values()}):
        yield (f"channel {name} stood in a configuration, and the journal has no such channel: {DAMAGED}")


def _without_row(connection: Connection, present: Mapping[int, str]) -> Iterator[str]:
    for number in sorted(entries.channels_named(connection) - present.keys()):
        yield f"there are readings of channel {number}, and the journal has no such channel: {DAMAGED}"


def _described(rows: Iterable[ChannelRow]) -> Iterator[str]:
    for row in rows:
        if row.quantity is not None and row.unit not in QUANTITIES.get(row.quantity, ()):
            yield (
                f"channel {row.number} ({row.name}) measures {row.quantity!r} in {row.unit!r}, which nothing "
                f"does: {DAMAGED}"
            )


def _in_files(
    connection: Connection, folder: Path, heard: Names, present: Mapping[int, str]
) -> Iterator[str]:
    """A file that cannot be read is told by whoever reads it."""
    told = set[int]()
    for file, footer_crc in all_rows(connection, "SELECT file, footer_crc FROM segment WHERE readings > 0"):
        with suppress(JournalError):
            for number, name in sorted(parquet.names(folder / file, footer_crc).items()):
                meant = heard.today("channels", name)
                fits = number in present and meant in present.values()
                if not fits and number not in told:
                    told.add(number)
                    yield (
                        f"channel {number} is called {present.get(number, 'nothing')!r}, and archive file "
                        f"{folder / file} has its readings as {name!r}: {DAMAGED}"
                    )


def _heard(connection: Connection) -> Names:
    names, seq, damaged = Names(), 0, Damaged()
    while page := entries.of_kind(connection, configured.KIND, seq, PAGE, damaged):
        for entry in page:
            if entry.statement is not None:
                with suppress(StatementError):
                    names.hear(json.loads(configured.of(entry.statement.body).document))
        seq = page[-1].seq
    return names


def refuse_contradicted(path: Path) -> None:
    """Before an older journal is brought up to date: what is damaged would be copied. Raises JournalError."""
    if path.exists() and path.stat().st_size and schema.older(path) is not None:
        for problem in contradicted(path):
            raise JournalError(problem)
