"""A file that was sent to the API, on the disk for whoever reads it; one at a time."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Final

from fastapi import UploadFile

from gateway.api.problems import Problem
from gateway.errors import ConfigurationError, InputError
from gateway.journal import rights

LONGEST_FILE_NAME: Final = 100  # characters
PIECE: Final = 1 << 20  # bytes
WAITS_S: Final = 1.0  # for somebody else's file
_reader = threading.Lock()


@contextmanager
def received(file: UploadFile, beside: Mapping[str, str] | None = None) -> Iterator[Path]:
    """In a folder of its own; `beside`: texts by the name of their file, in the folder above.

    A file may need a few hundred megabytes while it is read. Raises Problem where another one is read, and
    in the place of mistakes in it, without where it is.
    """
    with _one_at_a_time(), tempfile.TemporaryDirectory(prefix="cryogate-") as folder:
        path = Path(folder) / "file" / _name_of(file)
        rights.make_folder(path.parent)
        with open(path, "wb", opener=rights.opener) as out:
            while part := file.file.read(PIECE):
                out.write(part)
        for name, text in (beside or {}).items():
            with open(Path(folder) / name, "w", encoding="utf-8", opener=rights.opener) as words:
                words.write(text)
        try:
            yield path
        except (InputError, ConfigurationError) as error:  # where the files are is nobody's matter
            raise Problem(422, str(error).replace(f"{path.parent}/", "").replace(f"{folder}/", "")) from None


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _reader.acquire(timeout=WAITS_S):
        raise Problem(503, "another file is read right now: try again in a moment", {"Retry-After": "5"})
    try:
        yield
    finally:
        _reader.release()


def _name_of(file: UploadFile) -> str:
    """The last part of what the sender calls it: no path, nothing that no terminal can show."""
    told_of = PurePath((file.filename or "").replace("\\", "/")).name
    shown = "".join(c for c in told_of if c.isprintable())[-LONGEST_FILE_NAME:]
    return shown if shown.strip(". ") else "upload"
