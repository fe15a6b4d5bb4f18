"""How a gateway far away answers what somebody stated, in the words of the command itself."""

from __future__ import annotations

from typing import Any

from gateway.cli.terminal import print_json, say
from gateway.text import one_line


def tell(done: dict[str, Any], words: str, shown: dict[str, Any], as_json: bool) -> None:
    """`words`: what is so now. `shown`: what a script gets beside `new` and `id`."""
    if as_json:
        print_json({**shown, "new": done["new"], "id": done["id"]})
    else:
        before = "" if done["new"] else "; it was stated before, nothing changes"
        say(f"{one_line(words)}; in the journal as {done['id']}{before}")
    remark(done)


def remark(done: dict[str, Any]) -> None:
    """Beside the answer."""
    for one in done["remarks"]:
        say(f"remark: {one_line(one)}", err=True)


def picked(done: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: done.get(name) for name in names}
