"""Pieces of a configuration file as text, and where in a file that people edit they belong.

Nothing that stands in the file changes: a piece is put between two of its lines, or behind the last one.
Whoever puts it there compares what the file meant before and means after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def key(name: str) -> str:
    """`name` as a key: quoted where it needs that."""
    return name if BARE_KEY.fullmatch(name) else value(name)


def value(given: object) -> str:
    """A text, number, list or table as it stands behind `=`, on one line."""
    if isinstance(given, Mapping):
        inner = ", ".join(f"{key(name)} = {value(one)}" for name, one in given.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(given, Sequence) and not isinstance(given, str):
        return f"[{', '.join(map(value, given))}]"
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007F")


def table(header: str, content: Mapping[str, Any]) -> str:
    """A table with its header, like `[channels.NAME]`; what is None is left out."""
    lines = [f"{key(name)} = {value(one)}" for name, one in content.items() if one is not None]
    return "\n".join([header, *lines, ""])


def path(*names: str) -> str:
    """What stands in the brackets of a header."""
    return ".".join(map(key, names))


def before_first(text: str, header: str, piece: str) -> str | None:
    """`piece` before the first line that is `header`; None where there is no such line."""
    found = [start for start, line in _headers(text) if line == header]
    return None if not found else _put(text, found[0], piece)


def behind_nth(text: str, header: str, number: int, inner: str, piece: str) -> str | None:
    """`piece` behind the table under the `number`-th `header`, and behind what begins with `inner` there."""
    found, open_at = list(_headers(text)), -1
    places = [k for k, (_, line) in enumerate(found) if line == header]
    if number >= len(places):
        return None
    open_at = places[number]
    behind = [start for start, line in found[open_at + 1 :] if not line.lstrip("[").startswith(inner)]
    return _put(text, behind[0], piece) if behind else at_end(text, piece)


def at_end(text: str, piece: str) -> str:
    gap = "" if text.endswith("\n") or not text else "\n"
    return f"{text}{gap}\n{piece}"


def _put(text: str, place: int, piece: str) -> str:
    return f"{text[:place]}{piece}\n{text[place:]}"


def _headers(text: str) -> Iterator[tuple[int, str]]:
    """Where lines begin that look like headers of tables, and what stands there without comments."""
    at = 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            yield at, line.split("#")[0].strip()
        at += len(line)
