"""Who a journal is: a random id from its creation, and whose copy it is where it went on by itself.

An entry is named everywhere by (journal id, number). In a copy, the entries that came with it keep the name
they had in the ancestor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal.database import Connection, all_rows

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
LENGTH: Final = 8  # 40 bits: a million journals have one chance in two of one pair alike
# One draw for each character, from SQLite's generator, which the operating system seeds.
RANDOM: Final = " || ".join([f"substr('{_ALPHABET}', 1 + (random() & 31), 1)"] * LENGTH)
_FORM: Final = re.compile(f"[{_ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Identity:
    """`ancestor`: id of the journal it is a copy of, or empty; its own entries begin behind `after_seq`."""

    id: str
    ancestor: str
    made_ns: int
    after_seq: int


def identities(connection: Connection) -> list[Identity]:
    """What this journal is and what its ancestors were, the oldest first. Raises JournalError without any."""
    select = "SELECT id, coalesce(ancestor, ''), made_ns, after_seq FROM identity ORDER BY rowid"
    found = [Identity(*row) for row in all_rows(connection, select)]
    if not found:
        raise JournalError(
            "the journal has lost its id; stop the gateway, copy the file and restore a backup"
        )
    return found


def name_of(found: list[Identity]) -> Callable[[int], str]:
    """Gives the name over all journals of an entry: ID-NUMBER."""

    if len(found) == 1:
        return f"{found[0].id}-{{}}".format

    def name(seq: int) -> str:
        owner = next((i for i in reversed(found) if i.after_seq < seq), found[0])
        return f"{owner.id}-{seq}"

    return name


def go_on_alone(connection: Connection, now_ns: int, last_seq: int) -> None:
    """A new id for a copy whose next entries are its own. Inside the caller's transaction."""
    connection.execute(
        f"INSERT INTO identity (id, ancestor, made_ns, after_seq) VALUES ({RANDOM}, ?, ?, ?)",
        (identities(connection)[-1].id, now_ns, last_seq),
    )


def problems(found: list[Identity], last_seq: int) -> list[str]:
    """What is not as `go_on_alone` and the first opening leave it."""
    bad = [f"journal id {i.id!r} is damaged; restore a backup" for i in found if not _FORM.fullmatch(i.id)]
    ancestors = ["", *(i.id for i in found[:-1])]
    ends = [*(i.after_seq for i in found), last_seq]
    if [i.ancestor for i in found] != ancestors or ends != sorted(ends):
        bad.append("the journal's ancestors are damaged; restore a backup")
    return bad
