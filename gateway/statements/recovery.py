"""Recovery: the journal was found damaged or shorter than it was, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields
from gateway.text import one_line

KIND: Final = "recovery"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Recovery:
    """Either entries first_seq to last_seq are gone, or frames of the write-ahead log from byte `at` on."""

    message: str
    first_seq: int | None = None
    last_seq: int | None = None
    at: int | None = None
    frames: int | None = None
    commits: int | None = None


_NUMBERS: Final = ("first_seq", "last_seq", "at", "frames", "commits")


def to_body(said: Recovery) -> dict[str, Any]:
    numbers = {name: getattr(said, name) for name in _NUMBERS}
    body = {"schema": SCHEMA, "message": said.message}
    body |= {name: number for name, number in numbers.items() if number is not None}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Recovery:
    fields = Fields(KIND, SCHEMA, body)
    message = fields.message("message")
    said = Recovery(message, **{name: fields.optional_integer(name) for name in _NUMBERS})
    fields.end()
    return said


def words(said: Recovery) -> str:
    return f"recovered the journal: {one_line(said.message)}"


def about(_: Recovery) -> frozenset[str]:
    return frozenset()
