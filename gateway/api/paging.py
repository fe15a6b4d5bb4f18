"""Lists in pages: a page begins behind a cursor, so that nothing is left out or twice while things change."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query

from gateway.api.problems import Problem
from gateway.dataclass import dataclass

T = TypeVar("T")
Key = tuple[Any, ...]
USUAL: Final = 100  # items
MOST: Final = 1000
LONGEST_CURSOR: Final = 600  # characters
AFTER: Final = "Where the page before ended: its `next`."


@dataclass(frozen=True, slots=True)
class Paging:
    """How many are asked for, and behind which key; None: from the first."""

    limit: int
    after: Key | None


def _asked(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = USUAL,
    after: Annotated[str | None, Query(max_length=LONGEST_CURSOR, description=AFTER)] = None,
) -> Paging:
    return Paging(limit, None if after is None else _key_of(after))


Pages = Annotated[Paging, Depends(_asked)]


def page(
    items: Iterable[T], key: Callable[[T], Key], of: Paging, shown: Callable[[T], Any] = lambda item: item
) -> dict[str, Any]:
    """`items` in the order of `key`, which is another one for each; `next` is null at the end.

    `shown`: what is shown of an item; None: it is left out.
    """
    found = ((item, told) for item in _behind(items, key, of) if (told := shown(item)) is not None)
    first = list(islice(found, of.limit + 1))
    more = len(first) > of.limit
    first = first[: of.limit]
    return {"items": [told for _, told in first], "next": cursor(key(first[-1][0])) if more else None}


def cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _behind(items: Iterable[T], key: Callable[[T], Key], of: Paging) -> Iterable[T]:
    if of.after is None:
        return items
    try:
        return [item for item in items if key(item) > of.after]
    except TypeError:  # of another list
        raise no_cursor() from None


def _key_of(text: str) -> Key:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise no_cursor() from None
    if not isinstance(found, list) or not all(isinstance(one, str | int | bool) for one in found):
        raise no_cursor()
    return tuple(found)


def no_cursor() -> Problem:
    return Problem(422, "`after` is no cursor of this list: give the `next` of the page before, or nothing")
