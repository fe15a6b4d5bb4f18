"""Something is added to the end of a configuration file, and nothing else of the file changes.

People edit the file by hand and write comments into it, so it is never written anew from what was parsed.
A block at the end keeps every byte that is there; that nothing else changed is compared before.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gateway import locks
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal import rights

BY_HAND: Final = "copy the text and add it by hand, or give the file and its folder to the gateway's user"
TRIED: Final = ".trying"  # what is checked before it takes the place of the file


@dataclass(frozen=True, slots=True)
class Content:
    """Of a file as it was read: `path` follows links."""

    path: Path
    content: bytes
    mode: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read(path: Path) -> Content:
    """Raises InputError."""
    try:
        real = path.resolve(strict=True)
        return Content(real, real.read_bytes(), stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def why_not(path: Path) -> str:
    """Why this user cannot replace the file; empty: it can be done."""
    try:
        real = path.resolve(strict=True)
        told = real.stat()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if os.geteuid() not in (0, told.st_uid):
        return f"{real} belongs to another user than the gateway's: {BY_HAND}"
    if not os.access(real, os.W_OK) or not os.access(real.parent, os.W_OK | os.X_OK):
        return f"{real} or its folder cannot be written by the gateway: {BY_HAND}"
    return ""


def appended(before: bytes, block: str) -> bytes:
    """The same with `block` as its last lines, with the line ends of the file."""
    end = b"\r\n" if b"\r\n" in before else b"\n"
    lines = "\n".join(["", *block.strip("\n").split("\n"), ""])
    gap = b"" if before.endswith(b"\n") or not before else end
    return before + gap + lines.encode().replace(b"\n", end)


def attempt(before: Content, after: bytes) -> Path:
    """A file beside it with the new content, synced, to be checked; then `replace` or remove it."""
    path = before.path.with_name(before.path.name + TRIED)
    path.unlink(missing_ok=True)
    _write(path, after, before)
    return path


def kept_name(before: Content, moment: str) -> str:
    """How the older file is called from then on."""
    return f"{before.path.name}.{moment}.before"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else adds to a file of this folder meanwhile. Raises InputError where another keeps it."""
    with locks.alone_in(path.resolve().parent):
        yield


def replace(before: Content, tried: Path, kept: str) -> None:
    """`tried` takes the place of the file, whose content stays in its folder as `kept`.

    Whoever reads the file meanwhile reads the older or the newer one, whole. Raises InputError where the file
    is not what it was: somebody changes it by hand.
    """
    check_unchanged(before)
    _write(before.path.with_name(kept), before.content, before)
    check_unchanged(before)
    tried.replace(before.path)
    folder = os.open(before.path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check_unchanged(before: Content) -> None:
    """Raises InputError."""
    if read(before.path).content != before.content:
        raise InputError(
            f"{before.path} was changed meanwhile, nothing was written: look at it, and try again"
        )


def _write(path: Path, content: bytes, like: Content) -> None:
    """A new file with the owner and the rights of another one. Raises OSError."""
    told = like.path.stat()
    with open(path, "xb", opener=rights.secret_opener) as file:
        with suppress(PermissionError):  # the group may be one in which this user is not
            os.fchown(file.fileno(), told.st_uid, told.st_gid)
        os.fchmod(file.fileno(), like.mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
