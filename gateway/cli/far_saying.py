"""How a gateway far away answers what somebody stated, in the words of the command itself."""

from __future__ import annotations

from typing import Any

from gateway.cli.terminal import print_json, say
from gateway.client.answer import Answered
from gateway.text import one_line


def tell(done: dict[str, Any], words: str, shown: dict[str, Any], as_json: bool) -> None:
    """`words`: what is so now. `shown`: what a script gets beside `new` and `id`."""
    if as_json:
        print_json({**shown, "new": done["new"], "id": done["id"]})
    else:
        say(f"{one_line(words)}; {said_there(done)}")
    remark(done)


def said_there(done: dict[str, Any]) -> str:
    """How an answer ends."""
    return f"in the journal as {done['id']}{'' if done['new'] else '; it was stated before, nothing changes'}"


def say_known(found: dict[str, Any]) -> None:
    """Beside an answer that is not the present."""
    known = found["known"]
    if not known["running"]:
        at = "when one last ran" if known["at"] is None else f"at {known['at'][:19]}Z"
        say(f"no gateway runs: this is what was known {at}; start one with `cryogate run`", err=True)


def remarked(done: dict[str, Any]) -> dict[str, Any]:
    """With the remarks about what was said, and those about who said it."""
    told: list[str] = done.pop("told", [])
    return Answered({**done, "remarks": [*done["remarks"], *told]})


def remark(done: dict[str, Any]) -> None:
    """Beside the answer."""
    for one in done["remarks"]:
        say(f"remark: {one_line(one)}", err=True)


def picked(done: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: done.get(name) for name in names}
