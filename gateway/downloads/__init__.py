"""Files that loggers leave behind, one file per format; the file's name is the `format` of a mapping.

A file in this folder that has a `read` is a format. It provides

    class Options                          frozen dataclass: the [options] of a mapping
    def read(data: bytes, options: Options) -> Download

`read` raises InputError with every mistake it finds, one a line; it takes a file whole or not at all, and
counts every line of it.
"""

from __future__ import annotations

from gateway.dataclass import dataclass
from gateway.statements.verdict import Verdict
from gateway.tables import Lines, Series

__all__ = ["Download", "Lines", "Series", "Verdict"]


@dataclass(frozen=True, slots=True, eq=False)
class Download:
    """Everything a file holds, and what it says about the logger."""

    series: tuple[Series, ...]
    about: dict[str, str]
    lines: Lines
    verdicts: tuple[Verdict, ...] = ()
