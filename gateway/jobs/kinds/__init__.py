"""Long questions: a file each, used by its command at home and by the child process of a job alike.

A file has `answer(configuration, asked, told) -> Answer`: `asked` as the API checked it; it raises
CryogateError where it cannot be answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.dataclass import dataclass

Told = Callable[[str, int, int], None]
"""Hears which step it is at, and how much of how much of it is done."""
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """`words`: what it is, for people at a terminal."""

    content: bytes
    media: str = JSON
    words: str = ""
