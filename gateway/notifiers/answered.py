"""Whether an answer means that a message was delivered: by a value in its JSON, or by a text that it has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.notifiers.posting import Answer
from gateway.text import first_words


@dataclass(frozen=True, slots=True)
class Verdict:
    """`pointer` (RFC 6901): where `delivered` stands; without it the body has one of `delivered` as text.

    Raises ValueError for one that could never tell.
    """

    pointer: str | None
    delivered: tuple[str, ...]
    later: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.pointer is not None and not self.pointer.startswith("/"):
            raise ValueError(f"delivered_at {self.pointer[:80]!r}: expected a JSON pointer, e.g. '/code'")
        if not self.delivered or not all(self.delivered):
            raise ValueError(
                "delivered_is: give what the answer says for a message that was taken, e.g. ['OK']; HTTP 200 "
                "alone proves nothing"
            )
        if both := sorted({*self.delivered} & {*self.later}):
            raise ValueError(f"later_is: {both[0]!r} stands in delivered_is, too")

    def judge(self, place: str, answer: Answer) -> str:
        """What was answered. Raises LinkDown and Rejected."""
        if self.pointer is None:
            text = answer.body.decode("utf-8", "replace")
            return self._found(
                place, answer, [word for word in (*self.later, *self.delivered) if word in text]
            )
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise LinkDown(
                f"{place}: {answer.words}: this is no JSON; check url, and proxies or portals in between"
            ) from None
        value = _at(said, self.pointer)
        return self._found(place, answer, [] if value is None else [value])

    def _found(self, place: str, answer: Answer, values: Sequence[str]) -> str:
        """What says that it has to wait counts more than what says that it was taken."""
        if any(value in self.later for value in values):
            raise LinkDown(f"{place}: {answer.words}; it is tried again")
        if any(value in self.delivered for value in values):
            return answer.words
        what = (
            f"{self.pointer} is {first_words(values[0], 80)!r}"
            if values
            else "nothing says that it was taken"
        )
        raise Rejected(f"{place}: {answer.words}: {what}; check template, delivered_is and the service")


def _at(said: Any, pointer: str) -> str | None:
    """The value there as text; None where there is none."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(said, dict) and name in said:
            said = said[name]
        elif isinstance(said, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(said):
            said = said[int(name[:9])]
        else:
            return None
    return said if isinstance(said, str) else None if isinstance(said, dict | list) else json.dumps(said)
