"""What a gateway answers, as JSON: an object says in words what it does not have."""

from __future__ import annotations

import json
from http.client import HTTPException, HTTPResponse
from typing import Any, Final

from gateway.errors import Declined

OK: Final = 200  # the HTTP status of what was answered, but not as it should be
KEPT_SHORT: Final = (
    "this was stated before, as {id}, and the gateway does not know any more what else it answered then; "
    "`cryogate statements` shows it"
)
NEITHER: Final = "the answer is no {wanted}: is a gateway at this address? Look whether it was done"
OTHER: Final = (
    "the gateway's answer has no {name!r}: it may be of another version; `cryogate doctor` says which"
)


class Answered(dict[str, Any]):
    """Raises Declined instead of KeyError; `safe` keeps it so. What else raises KeyError is our mistake."""

    def pop(self, name: str, *otherwise: Any) -> Any:
        return super().pop(name, *otherwise) if otherwise or name in self else self[name]

    def __missing__(self, name: str) -> Any:
        is_repeat = self.get("new") is False and "id" in self
        raise Declined(KEPT_SHORT.format(id=self["id"]) if is_repeat else OTHER.format(name=name), OK)


def read_answer(answer: HTTPResponse) -> Any:
    """Raises Declined where it is no JSON, or does not come to its end."""
    try:
        return json.loads(answer.read(), object_hook=Answered)
    except (ValueError, RecursionError, HTTPException, OSError) as error:
        told = f"the answer cannot be read ({error}): is a gateway at this address? Look whether it was done"
        raise Declined(told, answer.status) from None


def read_object(answer: HTTPResponse) -> Answered:
    """The same."""
    found = read_answer(answer)
    if not isinstance(found, Answered):
        raise Declined(NEITHER.format(wanted="object"), answer.status)
    return found


def read_list(answer: HTTPResponse) -> list[dict[str, Any]]:
    """Of objects; the same."""
    found = read_answer(answer)
    if not isinstance(found, list) or not all(isinstance(one, Answered) for one in found):
        raise Declined(NEITHER.format(wanted="list of objects"), answer.status)
    return found
