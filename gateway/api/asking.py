"""Asking the gateway that runs on this box, by its control socket (control.py); no event loop is needed.

Its path is reached through the folder's file descriptor, because socket paths end at 107 bytes and folders do
not.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.errors import NotRunning

NAME: Final = "control.sock"
ANSWER_WITHIN_S: Final = 10.0
HIDDEN: Final = "this user may not look into it, so that nobody knows here whether a gateway runs"
AS_WHOM: Final = "ask as the user of the gateway, or in its group"


def ask(folder: Path, question: str, within_s: float = ANSWER_WITHIN_S) -> Any:
    """Ask the gateway that keeps its data in `folder`. Raises NotRunning."""
    try:
        with path_in(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(within_s)
            connection.connect(path)
            connection.sendall(json.dumps({"ask": question}).encode() + b"\n")
            with connection.makefile("rb") as stream:
                return json.loads(stream.readline())
    except PermissionError:
        raise NotRunning(f"{folder}: {HIDDEN}; {AS_WHOM}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise NotRunning(f"no gateway answers in {folder} ({why}); start one with `cryogate run`") from None


def is_answered(folder: Path) -> bool:
    """Whether a gateway keeps its data in `folder` now; True where this user may not see that."""
    try:
        with path_in(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN_S)
            connection.connect(path)
    except (PermissionError, BlockingIOError, TimeoutError):  # not mine, or too many ask at once
        return True
    except OSError:
        return False
    return True


@contextmanager
def path_in(folder: Path) -> Iterator[str]:
    """Where the socket of a data folder is, as short as a socket's path must be."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
