"""Names in a configuration: one line each that terminals and pages can show, and folders that can be one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gateway.statements.fields import LONGEST_NAME

LONGEST_PART: Final = 255  # bytes of one name in a path: Linux, NAME_MAX


def check_name(key: str, text: str) -> None:
    """Raises ValueError unless it is such a line, and says something."""
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
        raise ValueError(f"{key}: expected one line of 1 to {LONGEST_NAME} printable characters")


def check_lines(*said: tuple[str, str]) -> None:
    """Keys with their texts. Raises ValueError unless each is empty, or such a line."""
    for key, text in said:
        if (text and not text.strip()) or not text.isprintable() or len(text) > LONGEST_NAME:
            raise ValueError(f"{key}: expected one line of at most {LONGEST_NAME} printable characters")


def check_folder(key: str, path: str) -> None:
    """Raises ValueError for what no folder can be called."""
    if "\0" in path:
        raise ValueError(f"{key}: no path has a zero character")
    if any(len(os.fsencode(part)) > LONGEST_PART for part in Path(path).parts):
        raise ValueError(f"{key}: {path[:80]!r} cannot be a folder: File name too long")
