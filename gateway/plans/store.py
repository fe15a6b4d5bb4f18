"""The file of the plans: one SQLite database beside the journal, which a backup takes with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal import database
from gateway.journal.backup import PLANS
from gateway.journal.database import Connection
from gateway.journal.transaction import transaction
from gateway.plans.picture import Picture

SCHEMA: Final = 1
MOST_PLACES: Final = 1000  # assets of one site: their places fit a request of 64 kB
TABLE: Final = """CREATE TABLE IF NOT EXISTS plan (
    site TEXT PRIMARY KEY, revision INTEGER NOT NULL, media TEXT NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, sha256 TEXT NOT NULL, content BLOB NOT NULL, places TEXT NOT NULL,
    drawn_by TEXT NOT NULL, drawn_ns INTEGER NOT NULL, placed_by TEXT NOT NULL, placed_ns INTEGER NOT NULL
) STRICT"""
COLUMNS: Final = "revision, media, width, height, sha256, places, drawn_by, drawn_ns, placed_by, placed_ns"
# It leaves the row: a later picture of the site counts on, so that no revision ever means two pictures.
REMOVE: Final = """UPDATE plan SET revision = revision + 1, media = '', width = 0, height = 0, sha256 = '',
    content = x'', places = '{}', drawn_by = '', drawn_ns = 0, placed_by = '', placed_ns = 0
    WHERE site = ? AND media <> ''"""
Place = tuple[float, float]  # parts of width and height, from the upper left


class Changed(InputError):
    """Somebody else changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Of a site; without the picture itself. `places`: by the name that an asset keeps for ever."""

    revision: int
    media: str
    width: int
    height: int
    sha256: str
    places: Mapping[str, Place]
    drawn_by: str
    drawn_ns: int
    placed_by: str  # empty: nobody placed anything
    placed_ns: int


def plan_of(folder: Path, site: str) -> Plan | None:
    """None, too, where there is no file."""
    if not (folder / PLANS).exists():
        return None
    with open_plans(folder, writing=False) as plans:
        return plans.plan(site)


def sent_picture(folder: Path, site: str) -> tuple[str, bytes] | None:
    """Its kind, and the picture as it was sent."""
    if not (folder / PLANS).exists():
        return None
    with open_plans(folder, writing=False) as plans:
        return plans.content(site)


@contextmanager
def open_plans(folder: Path, *, writing: bool = True) -> Iterator[Plans]:
    """That of a data folder; `writing` makes it where there is none. Raises InputError."""
    path = folder / PLANS
    try:
        connection = database.connect(path, writing=writing)
    except (OSError, database.Error) as error:
        raise InputError(f"{path}: {error}; check that this user may write there") from None
    try:
        _prepare(connection, path, writing)
        yield Plans(connection)
    except database.Error as error:
        raise InputError(
            f"{path}: {error}; if the file is damaged, move it away and draw the plans anew"
        ) from None
    finally:
        connection.close()


class Plans:
    """Belongs to one thread. Sites and assets are called by the names that they keep for ever."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, site: str) -> Plan | None:
        wanted = f"SELECT {COLUMNS} FROM plan WHERE site = ? AND media <> ''"
        row = database.first_row(self._connection, wanted, (site,))
        if row is None:
            return None
        revision, media, width, height, sha256, places, *by = row
        return Plan(revision, media, width, height, sha256, _places(places), *by)

    def content(self, site: str) -> tuple[str, bytes] | None:
        """Its kind, and the picture."""
        wanted = "SELECT media, content FROM plan WHERE site = ? AND media <> ''"
        row = database.first_row(self._connection, wanted, (site,))
        return None if row is None else (row[0], row[1])

    def draw(self, site: str, of: Picture, by: str, now_ns: int) -> Plan:
        """The picture of a site; places stay where they were on the one before."""
        digest = hashlib.sha256(of.content).hexdigest()
        told = (of.media, of.width, of.height, digest, of.content, by, now_ns)
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO plan VALUES (?, 1, ?, ?, ?, ?, ?, '{}', ?, ?, '', 0)"
                " ON CONFLICT (site) DO UPDATE SET revision = revision + 1, media = excluded.media,"
                " width = excluded.width,"
                " height = excluded.height, sha256 = excluded.sha256, content = excluded.content,"
                " drawn_by = excluded.drawn_by, drawn_ns = excluded.drawn_ns",
                (site, *told),
            )
            return self._there(site)

    def place(self, site: str, places: Mapping[str, Place], revision: int, by: str, now_ns: int) -> Plan:
        """Where all of its assets stand. Raises Changed unless it is that revision."""
        text = json.dumps({name: list(place) for name, place in sorted(places.items())})
        with transaction(self._connection):
            if (found := self.plan(site)) is None or found.revision != revision:
                raise Changed(f"the plan of {site} was changed meanwhile: look at it again")
            self._connection.execute(
                "UPDATE plan SET revision = revision + 1, places = ?, placed_by = ?, placed_ns = ?"
                " WHERE site = ?",
                (text, by, now_ns, site),
            )
            return self._there(site)

    def remove(self, site: str) -> bool:
        """Whether there was one."""
        with transaction(self._connection):
            self._connection.execute(REMOVE, (site,))
            return self._connection.changes() > 0

    def _there(self, site: str) -> Plan:
        found = self.plan(site)
        assert found is not None
        return found


def _places(text: str) -> dict[str, Place]:
    found: dict[str, Any] = json.loads(text)
    return {name: (float(x), float(y)) for name, (x, y) in found.items()}


def _prepare(connection: Connection, path: Path, writing: bool) -> None:
    (version,) = database.only_row(connection, "PRAGMA user_version")
    if version > SCHEMA:
        raise InputError(f"{path} has schema {version}; use the version that wrote it")
    if version == SCHEMA or not writing:
        return
    database.use_wal(connection)
    with transaction(connection):
        connection.execute(TABLE)  # two may begin at once
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
