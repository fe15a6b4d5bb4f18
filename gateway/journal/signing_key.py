"""The key that signs acknowledge tokens: a file of the data folder that its owner alone may read.

It is made at first use and belongs to no backup: with another key the tokens that are out are good no more.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.alarms.token import KEY_BYTES
from gateway.errors import InputError
from gateway.journal import rights

FILE: Final = "token.key"


def signing_key(folder: Path) -> bytes:
    """Raises InputError where it cannot be read or made."""
    path = folder / FILE
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"{path}: {why}; run it as the user of the gateway") from None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(
            f"{path}: expected {2 * KEY_BYTES} hex digits; delete it, and it is made anew: tokens that are "
            "out are good no more"
        )
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that another process made meanwhile."""
    made = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(made, "x", encoding="ascii", opener=rights.secret_opener) as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()
