"""Written: a person had the control room add something to the configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_NAME, Fields

KIND: Final = "written"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "what was written stands in the file: write another version, or change the file by hand"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Written:
    """`what`: like "profile car-t 4"; `proposal`: id of the statement that it follows from, or empty.

    `before`, `after`: SHA-256, hex, of the file; `kept`: name of the file that has what stood there before.
    """

    what: str
    proposal: str
    file: str
    before: str
    after: str
    kept: str


def to_body(said: Written) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "what": said.what,
        "proposal": said.proposal,
        "file": said.file,
        "before": said.before,
        "after": said.after,
        "kept": said.kept,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Written:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Written(
        fields.line("what", longest=2 * LONGEST_NAME + 20),
        fields.line("proposal"),
        fields.name("file"),
        fields.name("before"),
        fields.name("after"),
        fields.name("kept"),
    )
    fields.end()
    for name, digest in (("before", said.before), ("after", said.after)):
        if not _DIGEST.fullmatch(digest):
            raise fields.wrong(name, "is no SHA-256 in hexadecimal")
    return said


def words(said: Written) -> str:
    return f"wrote {said.what} into {said.file}; what stood there before is kept as {said.kept}"


def about(said: Written) -> frozenset[str]:
    return frozenset(name for name in (said.what, said.proposal) if 0 < len(name) <= LONGEST_NAME)
