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

THERE: Final[Mapping[str, str]] = {  # the file, and the function where it is not called as the command
    "status": "far_fleet",
    "doctor": "far_fleet",
    "watch": "far_shift",
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
    "clocks": "far_proof",
    "time-left": "far_proof",
    "alarm-health": "far_long",
    "report": "far_long",
    "replay": "far_long",
    "journal verify": "far_long",
    "hold": "far_proof",
    "release": "far_proof",
    "parked": "far_proof",
    "refused": "far_proof",
    "handover": "far_shift",
    "drill": "far_shift",
    "notify": "far_shift",
    "siren": "far_shift",
    "review list": "far_review:list_reviews",
    "review show": "far_review",
    "review assess": "far_review:assess_",
    "review dispose": "far_review",
    "duty": "far_people",
    "stand-in": "far_people",
    "people list": "far_people:list_people",
    "people set": "far_people:set_person",
    "people remove": "far_people",
    "roster list": "far_people:list_rosters",
    "roster set": "far_people:set_roster",
    "roster show": "far_people:show_roster",
    "roster end": "far_people:end_roster",
    "journal stats": "far_journal",
    "journal export": "far_record",
    "journal holds": "far_proof",
    "journal backup": "far_journal",
}
ACCOUNTS: Final = "no token changes accounts: log in to the control room"
EVIDENCE: Final = "whoever checks a gateway takes nothing of it on trust: what the log hands out are files"
HERE: Final[Mapping[str, str]] = {
    "run": "it is the gateway",
    "pages": "it answers those who are far away",
    "check": "it reads the configuration before a gateway has it",
    "version": "it says the version of this program; `doctor` says that of the gateway",
    "convert": "it asks no gateway",
    "bundle": "it writes many reports; `report` makes each of them from afar",
    "verify": "it asks no gateway, and takes nothing of one on trust",
    "preview": "it screens readings of years; the profiles page does the same for 92 days",
    "sign": "no token signs: log in to the control room",
    "review approve": "no token signs: log in to the control room",
    "token": "it lets somebody without an account act; whoever has this token acts without it",
    "journal restore": "it makes the data folder of a gateway that does not run yet",
    "journal retain": "it deletes, and whoever deletes looks at the machine first",
    **dict.fromkeys(
        [
            f"evidence {one}"
            for one in (
                *("status", "checkpoint", "add", "prove", "consistency", "verify", "tiles", "key", "begin"),
            )
        ],
        EVIDENCE,
    ),
    **dict.fromkeys(
        [
            *("account list", "account add", "account roles", "account setup-link", "account set-up"),
            *("account reset", "account lock", "account unlock", "account sessions"),
            *("account end-sessions", "account remake"),
            *("account token add", "account token list", "account token end"),
        ],
        ACCOUNTS,
    ),
}
SERVER, TOKEN, CA_FILE = "server", "token", "ca_file"  # options of `cryogate` itself
MEANINGLESS: Final = ("config", "by", "folder")  # the gateway has both, and knows whose the token is
FOLDER: Final = "leave the folder out with --server: a backup goes into `backup_dir` of [pages]"
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
        raise InputError(f"`cryogate {name}` works on the machine of the gateway: {HERE[name]}")
    done = _done(name)
    takes = inspect.signature(done).parameters
    if said.get("by") and "by" not in takes:
        raise InputError(BY)
    if said.get("folder"):
        raise InputError(FOLDER)
    for one in params:
        if one.name not in (*takes, *MEANINGLESS) and said[one.name] not in (one.default, None, (), False):
            raise InputError(f"{one.opts[-1]} works on the machine of the gateway alone")
    from gateway.client import Client  # TLS takes its time, and most commands need none

    ca_file = given.get(CA_FILE)
    with Client(given[SERVER], given.get(TOKEN) or "", None if ca_file is None else Path(ca_file)) as client:
        done(client, **{key: value for key, value in said.items() if key in takes})


def _done(name: str) -> Callable[..., None]:
    file, _, function = THERE[name].partition(":")
    word = function or name.rpartition(" ")[2].replace("-", "_")
    found: Callable[..., None] = getattr(
        importlib.import_module(f"gateway.cli.{file}"), f"{word}_" if iskeyword(word) else word
    )
    return found


def _optional(param: Any) -> Any:
    made = copy.copy(param)
    made.required = False
    return made
