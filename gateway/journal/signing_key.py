"""Keys of the gateway: files of hexadecimal digits that its user alone may read.

Where none is named, one is made in the data folder at first use. It belongs to no backup.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.alarms.token import KEY_BYTES
from gateway.errors import InputError
from gateway.journal import rights
from gateway.regular import open_regular

TOKENS: Final = "token.key"
CHAIN: Final = "chain.key"
DRILLS: Final = "drill.key"
EVIDENCE: Final = "evidence.key"
LONGEST: Final = 10_000  # bytes of such a file that are read: a key is far shorter
NO_TOKENS: Final = "delete it, and it is made anew: tokens that are out are good no more"
NO_DRILLS: Final = "delete it, and it is made anew: a drill that has not begun never does"
NO_SIGNATURES: Final = (
    "copy it from where you keep a second one, or begin a new log: `cryogate evidence begin`"
)
NO_LINKS: Final = "copy it from where you keep a second one; with another key a new part of the chain begins"

OWN: Final = {TOKENS: NO_TOKENS, CHAIN: NO_LINKS, DRILLS: NO_DRILLS, EVIDENCE: NO_SIGNATURES}


def signing_key(folder: Path) -> bytes:
    """Of acknowledge tokens. Raises InputError where it cannot be read or made."""
    return _own(folder / TOKENS, NO_TOKENS)


def drill_key(folder: Path) -> bytes:
    """Of the seals of drills. Raises InputError where it cannot be read or made."""
    return _own(folder / DRILLS, NO_DRILLS)


def chain_key(folder: Path, named: Path | None) -> bytes:
    """Of the journal's chain; one that is `named` is never made. Raises InputError."""
    return _own(folder / CHAIN, NO_LINKS) if named is None else _read(named, NO_LINKS)


def why_no_key(path: Path) -> str:
    """Why a key that is named cannot be that of the chain; empty: it can."""
    try:
        _read(path, NO_LINKS)
    except InputError as error:
        return str(error)
    return ""


def evidence_key(folder: Path, *, new: bool) -> bytes:
    """Of the evidence log, 32 bytes; `new`: made where there is none. Raises InputError."""
    path = folder / EVIDENCE
    if not new and not path.exists():
        raise InputError(f"{path} is not there; {NO_SIGNATURES}")
    return _own(path, NO_SIGNATURES)


def put_evidence_key_aside(folder: Path, log: str) -> None:
    """Another log has another key; that of the log before is kept. Raises InputError."""
    path = folder / EVIDENCE
    try:
        if path.exists():
            path.rename(folder / f"{EVIDENCE}.{log}")
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}; it has to be put aside before a new log begins"
        ) from None


def unusable_keys(folder: Path, *, has_other_chain: bool) -> Iterator[str]:
    """Why keys of a data folder cannot be read, as a gateway would find out. `has_other_chain`: the
    configuration names a file for the chain."""
    for name, otherwise in OWN.items():
        path = folder / name
        if leads := rights.leads_nowhere(path):
            yield leads
        elif path.exists() and not (name == CHAIN and has_other_chain):
            try:
                _read(path, otherwise)
            except InputError as error:
                yield str(error)


def _own(path: Path, otherwise: str) -> bytes:
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        why = f"{error.strerror}; check that this user may write there, and it is not read-only"
        raise InputError(f"{path}: {why}") from None
    return _read(path, otherwise)


def _read(path: Path, otherwise: str) -> bytes:
    try:
        with open_regular(path) as file:
            text = file.read(LONGEST).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(f"{path}: expected {2 * KEY_BYTES} hex digits; {otherwise}")
    return key


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> InputError:
    if not isinstance(error, OSError):
        return InputError(f"{path}: it is no text")
    is_right = error.errno in (errno.EACCES, errno.EPERM)
    do = "run it as the user of the gateway" if is_right else "move it away"
    return InputError(f"{path}: {error.strerror}; {do}")


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
