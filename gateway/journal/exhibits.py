"""Exhibits: what the evidence log keeps a hash of that is no entry, at its place in the order of the entries.

Files of the archive, starts of the program, the evidence logs themselves, files that people add. Each stands
behind the entry that was the newest when it was put down: the order is the same whenever it is read again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.journal import entries
from gateway.journal.database import Connection, all_rows

SCHEMA: Final = """CREATE TABLE exhibit (
    after_seq INTEGER NOT NULL,             -- the newest entry then
    number INTEGER NOT NULL,                -- from 1 on, of those behind the same entry
    kind TEXT NOT NULL,
    body TEXT NOT NULL,                     -- canonical JSON
    PRIMARY KEY (after_seq, number)
) WITHOUT ROWID"""
ARCHIVE_FILE: Final = "archive file"
START: Final = "start"
LOG: Final = "evidence log"
FILE: Final = "file"
_FIELDS: Final = "after_seq, number, kind, body"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One row."""

    after_seq: int
    number: int
    kind: str
    body: str


def put(connection: Connection, kind: str, body: Mapping[str, Any]) -> None:
    """Behind the newest entry. Inside the caller's transaction."""
    behind = entries.last_seq(connection)
    (newest,) = all_rows(connection, "SELECT max(number) FROM exhibit WHERE after_seq = ?", (behind,))[0]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    insert = f"INSERT INTO exhibit ({_FIELDS}) VALUES (?, ?, ?, ?)"
    connection.execute(insert, (behind, (newest or 0) + 1, kind, text))


def put_file(connection: Connection, file: str, sha256: str, size: int, readings: int) -> None:
    """Of the archive, as it is from now on. Inside the caller's transaction."""
    body = {"file": file, "sha256": sha256, "bytes": size, "readings": readings}
    put(connection, ARCHIVE_FILE, body)


def fill(connection: Connection) -> None:
    """Files of the archive from before there were exhibits. Inside the caller's transaction."""
    select = "SELECT file, sha256, bytes, readings FROM segment WHERE readings > 0 ORDER BY number"
    for file, sha256, size, readings in all_rows(connection, select):
        put_file(connection, file, sha256, size, readings)


def behind(connection: Connection, seq: int, number: int, most: int) -> list[Exhibit]:
    """The next ones behind a place, in order."""
    select = f"""SELECT {_FIELDS} FROM exhibit WHERE after_seq > ?1 OR (after_seq = ?1 AND number > ?2)
        ORDER BY after_seq, number LIMIT ?3"""
    return [Exhibit(*row) for row in all_rows(connection, select, (seq, number, most))]
