"""A TOML file as plain tables, whatever stands in it: every mistake is a sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from gateway.errors import InputError

Table = dict[str, Any]
LARGEST_FILE: Final = 64 * 2**20  # characters: ten thousand channels take 3 million
DEEPEST: Final = 40  # tables within tables; a register map needs 6
LARGEST_INTEGER: Final = 2**63 - 1  # TOML 1.0: what a program must at least take


def read_toml(path: Path) -> Table:
    """Raises InputError, which names the file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as missing:
        raise InputError(f"{path}: no such file") from missing
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path that cannot be one
        why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{path}: cannot be read: {why}") from None
    if len(text) > LARGEST_FILE:
        raise InputError(f"{path}: larger than {LARGEST_FILE} characters")
    try:
        return toml(text)
    except ValueError as error:
        raise InputError(f"{path}: not TOML: {error}") from None


def toml(text: str) -> Table:
    """Raises ValueError in words."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # int() does not take as many digits
        raise ValueError("a number has thousands of digits") from None
    except RecursionError:
        raise ValueError(f"tables within tables, more than {DEEPEST} deep") from None
    _check(document)
    return document


def _check(document: Table) -> None:
    """What TOML can say and nobody can mean; level by level, so that no depth is too deep to look at."""
    level: list[object] = [document]
    for _ in range(DEEPEST):
        if any(isinstance(value, int) and abs(value) > LARGEST_INTEGER for value in level):
            raise ValueError("a whole number lies beyond 64 bits")
        level = [inner for value in level for inner in _within(value)]
        if not level:
            return
    raise ValueError(f"tables within tables, more than {DEEPEST} deep")


def _within(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
