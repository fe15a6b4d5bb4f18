"""Who says something: the name people give, the user of the operating system, and where it came from."""

from __future__ import annotations

import os
import pwd
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.statements.fields import LONGEST_NAME

COMMAND_LINE: Final = "cli"


@dataclass(frozen=True, slots=True)
class Author:
    """A person. Raises InputError unless the name can be kept and shown."""

    name: str
    user: str = ""
    origin: str = COMMAND_LINE

    def bringing(self, file: str) -> str:
        """The origin of what a file says: which one, and where it came in unless that was here."""
        return file if self.origin == COMMAND_LINE else f"{file}, {self.origin}"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError('say who says it: --by "NAME"')
        if len(self.name) > LONGEST_NAME:
            raise InputError(f"a name has at most {LONGEST_NAME} characters, this one has {len(self.name)}")
        if not self.name.isprintable():
            raise InputError("a name is one line of printable text: other people's terminals show it")


def at_this_box(name: str, origin: str = COMMAND_LINE) -> Author:
    """Somebody who is logged in here."""
    return Author(name, operating_system_user(), origin)


def operating_system_user() -> str:
    """Who runs this process; of root by sudo, who that was."""
    user = _login(os.geteuid())
    before = os.environ.get("SUDO_UID", "")
    return f"{_login(int(before))} as {user}" if os.geteuid() == 0 and before.isdecimal() else user


def _login(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
