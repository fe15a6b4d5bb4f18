"""Files that are there as a whole or not at all, and stay after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.journal import rights
from gateway.journal.rollover import sync_folder


def write(path: Path, data: bytes) -> None:
    """In place of what is there. Raises OSError."""
    made = path.with_name(f"{path.name}.partial")
    with open(made, "wb", opener=rights.opener) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    made.rename(path)
    sync_folder(path.parent)
