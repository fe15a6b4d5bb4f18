"""JSON in which a name stands once in its object: of two values, nobody can know which one is meant.

Every parser takes the last one in silence. So a reading or a statement could be another than people see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

_write = msgspec.json.Encoder().encode
_BLANKS: Final = b" \t\r\n"
_END: Final = b'":'
_ESCAPE: Final = b"\\u00"  # of a quotation mark or a colon, which the document written again has as such


class StandsTwice(ValueError):
    """A name stands twice in one object of a JSON text."""


def loads(text: str | bytes) -> Any:
    """As `json.loads`; raises StandsTwice, too, which is a ValueError like what is no JSON."""
    return json.loads(text, object_pairs_hook=_object)


def encoded(data: Any) -> bytes:
    """What no JSON number can be is null; half a character is escaped."""
    try:
        return msgspec.json.encode(data)
    except (UnicodeEncodeError, OverflowError):  # names of damaged files, numbers of more than 64 bits
        return json.dumps(data).encode()


def check_names(text: bytes, document: object) -> None:
    """For JSON that a faster parser has read as `document`, numbers as bytes or not. Raises StandsTwice.

    Counts what ends each name, a quotation mark and a colon, in the text and in the document written again.
    Where a name was dropped, the document has fewer; where the two differ, the text is read again, slowly.
    """
    ends = text.translate(None, _BLANKS).count(_END)
    if ends < 2 or (type(document) is dict and len(document) == ends):
        return
    if _ESCAPE in text or _ends_in(document) != ends:
        loads(text)


def canonical(data: Mapping[str, Any]) -> bytes:
    """The form that is hashed: keys sorted by code point, no blanks, UTF-8, numbers as Python writes them."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _ends_in(document: object) -> int:
    try:
        return _write(document).count(_END)
    except OverflowError:  # an integer of more than 64 bits
        return -1


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise StandsTwice(f"{twice[:60]!r} stands twice in one object")
    return found
