"""What is stated: the envelope that every statement of the journal comes in, and one typed file a kind.

A file in this folder that has a KIND is a kind of statement. It provides

    KIND: str                          as in the journal; the file's name, without a trailing "_"
    SCHEMA: int                        of its JSON form today; it grows with every change of the form
    BY_PEOPLE: bool                    whether people state it: then it can be corrected and withdrawn
    FINAL: str                         left out, or why one that was stated can no longer be taken back
    def final(body) -> str             the same of one statement; empty: it can be taken back
    a frozen dataclass                 what is said
    def to_body(said) -> dict          plain JSON with "schema"; raises StatementError at what cannot be
    def of(body) -> said               the same again; raises StatementError where it is damaged or newer
    def words(said) -> str             what somebody did, in one line that follows a name: "acknowledged ..."
    def about(said) -> frozenset[str]  names of channels and assets, codes, ids of alarms, holds and people
    def published(body) -> dict        left out, or the body as lists show it: without what not all may see
    def subject(body) -> str           left out, or whose value it sets, instead of the last one said

Bodies without "schema" are of version 0.1.0 and count as schema 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass

PERSON: Final = "person"
GATEWAY: Final = "gateway"
PROGRAM: Final = "program"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person or the gateway said: `kind` is its topic, `by` who, `at_ns` since when.

    `id` and `stated_ns` are filled in by the journal where they are left out: its own id with the entry's
    number, and the time of the commit. `id` is given by a sender whose repeat is the same statement.
    """

    kind: str
    by: str  # the actor's name
    at_ns: int  # ns UTC: when it was so
    body: Mapping[str, Any]  # plain JSON of its kind, with "schema"
    id: str = ""
    stated_ns: int | None = None  # ns UTC: when it was said, by the gateway's clock
    trusted: bool = True  # whether that clock was trusted
    actor: str = GATEWAY  # PERSON, GATEWAY or PROGRAM
    user: str = ""  # of the operating system, of persons on this box
    origin: str = ""  # cli, page, api, file NAME SHA256, configuration; empty: the gateway itself
    reason: str = ""  # why, where something is corrected or withdrawn
    corrects: str = ""  # id of the statement that this one replaces
    withdraws: str = ""  # id of the statement that this one takes back
