"""JSON pointers (RFC 6901): where in a document a value stands."""

from __future__ import annotations

import re
from typing import Final

Pointer = tuple[str, ...]  # the reference tokens, unescaped


class _Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()  # what `find` answers where nothing stands; None is JSON's null
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")  # section 4: no leading zeros; nine digits address any payload


def parse_pointer(text: str) -> Pointer:
    """ "/a/b~1c" as ("a", "b/c"); "" is the whole document. Raises ValueError."""
    if text and not text.startswith("/"):
        raise ValueError(f"{text!r} is no JSON pointer: it starts with '/', as in /sensors/0/temp")
    if re.search("~(?![01])", text):
        raise ValueError(f"{text!r} is no JSON pointer: '~' is written ~0, '/' inside a name ~1")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])


def pointer_to(*names: str) -> str:
    """The pointer that leads through the keys `names`."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def find(document: object, pointer: Pointer) -> object:
    """What stands at `pointer`, ABSENT where the document does not reach."""
    for token in pointer:
        if isinstance(document, dict):
            document = document.get(token, ABSENT)
        elif isinstance(document, list) and _INDEX.fullmatch(token) and int(token) < len(document):
            document = document[int(token)]
        else:
            return ABSENT
    return document
