"""Signature: a person signs one revision of a record, having proven who they are at that moment.

After 21 CFR 11.50, 11.70 and 11.200: the printed name, the time and the meaning are part of what is signed,
and the hash of the record binds the signature to it, so that it cannot be moved to another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "signature"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "a signature stays; remark on the record what is wrong, and sign its new revision"
MEANINGS: Final = ("reviewed", "approved", "responsible")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """`record`: like "alarm E-7Q2M9XKD", "profile car-t 3", "statement 7Q2M9XKD-412"; `revision`: of it.

    `digest`: SHA-256, hex, of that revision in its canonical form (questions/signed_records.py). `printed`:
    the name as it is printed beside the signature. `authenticated`: by what, at the moment of signing.
    `names`: what the record is about.
    """

    record: str
    revision: str
    digest: str
    meaning: str
    account: str
    printed: str
    authenticated: str
    names: tuple[str, ...] = ()


def to_body(said: Signature) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "record": said.record,
        "revision": said.revision,
        "digest": said.digest,
        "meaning": said.meaning,
        "account": said.account,
        "printed": said.printed,
        "authenticated": said.authenticated,
        "names": list(said.names),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Signature:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Signature(
        fields.name("record"),
        fields.name("revision"),
        fields.name("digest"),
        fields.name("meaning"),
        fields.name("account"),
        fields.name("printed"),
        fields.name("authenticated"),
        fields.names("names"),
    )
    fields.end()
    if said.meaning not in MEANINGS:
        raise fields.wrong("meaning", f"is {said.meaning[:40]!r}, expected one of {', '.join(MEANINGS)}")
    if not _DIGEST.fullmatch(said.digest):
        raise fields.wrong("digest", "is no SHA-256 in hexadecimal")
    return said


def words(said: Signature) -> str:
    revision = "" if said.record.startswith("statement ") else f", revision {said.revision}"
    return f"signed {said.record}{revision}: {said.meaning}"


def about(said: Signature) -> frozenset[str]:
    return frozenset({said.record, *said.names})
