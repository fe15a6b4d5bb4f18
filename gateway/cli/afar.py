"""`cryogate --server URL COMMAND`: the same command, asked of a gateway far away over its API.

This is the one place that decides it. A command that is done there keeps its words and options; what does it
is named in THERE. What only makes sense on the gateway's machine is refused.
"""

from __future__ import annotations

import copy
import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

from gateway.errors import InputError

THERE: Final[Mapping[str, str]] = {
    "status": "far_fleet",
    "doctor": "far_fleet",
    "alarms": "far_alarms",
    "history": "far_alarms",
    "ack": "far_alarms",
    "take": "far_alarms",
    "assign": "far_alarms",
    "comment": "far_alarms",
    "close": "far_alarms",
    "calls": "far_asking",
    "hints": "far_asking",
    "code": "far_asking",
    "signatures": "far_asking",
    "shelve": "far_quieting",
    "unshelve": "far_quieting",
    "filling": "far_quieting",
    "out-of-service": "far_quieting",
    "empty": "far_tell",
    "place": "far_tell",
    "reset": "far_tell",
    "import": "far_tell",
    "contents": "far_record",
    "load": "far_record",
    "statements": "far_record",
    "withdraw": "far_record",
    "audit": "far_record",
    "journal export": "far_record",
}
SERVER, TOKEN, CA_FILE = "server", "token", "ca_file"  # options of `cryogate` itself
MEANINGLESS: Final = ("config", "by")  # the gateway has its configuration, and knows whose the token is
BY: Final = "the token says who it is: leave --by out with --server"


def there(name: str, command: Any, given: Mapping[str, Any]) -> Any:
    """The command of this name, done where the options of `cryogate` say."""
    return command if command is None or not given.get(SERVER) else _far(name, command, given)


def _far(name: str, command: Any, given: Mapping[str, Any]) -> Any:
    made = copy.copy(command)
    if inner := getattr(command, "commands", None):
        made.commands = {one: _far(f"{name} {one}", known, given) for one, known in inner.items()}
        return made
    made.params = [_optional(one) if one.name in MEANINGLESS else one for one in command.params]
    made.callback = partial(_asked, name, command.params, given)
    return made


def _asked(name: str, params: list[Any], given: Mapping[str, Any], /, **said: Any) -> None:
    if name not in THERE:
        known = ", ".join(THERE)
        raise InputError(
            f"`cryogate {name}` works on the machine of the gateway; with --server there are {known}"
        )
    done = _done(name)
    takes = inspect.signature(done).parameters
    if said.get("by") and "by" not in takes:
        raise InputError(BY)
    for one in params:
        if one.name not in (*takes, *MEANINGLESS) and said[one.name] not in (one.default, None, (), False):
            raise InputError(f"{one.opts[-1]} works on the machine of the gateway alone")
    from gateway.client import Client  # TLS takes its time, and most commands need none

    ca_file = given.get(CA_FILE)
    with Client(given[SERVER], given.get(TOKEN) or "", None if ca_file is None else Path(ca_file)) as client:
        done(client, **{key: value for key, value in said.items() if key in takes})


def _done(name: str) -> Callable[..., None]:
    module = importlib.import_module(f"gateway.cli.{THERE[name]}")
    word = name.rpartition(" ")[2].replace("-", "_")
    function: Callable[..., None] = getattr(module, f"{word}_" if iskeyword(word) else word)
    return function


def _optional(param: Any) -> Any:
    made = copy.copy(param)
    made.required = False
    return made
