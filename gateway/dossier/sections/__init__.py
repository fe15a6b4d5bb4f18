"""Sections of a report, one file each: facts -> blocks. What has nothing to say gives no blocks.

A file in this folder provides

    TITLE: W                                               its heading
    def blocks(facts, attached) -> Iterator[Block]         what stands below it

`facts` is what was gathered, `attached` what samples.py made. ORDER of the report's kind (kinds/) says which
come, and when; most are shared by several kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from gateway.dataclass import dataclass
from gateway.dossier.blocks import Section


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the report. `relationship`: of PDF/A-3, what it is to the pages."""

    name: str
    mime: str
    size: int
    sha256: str
    description: str
    relationship: str = "source"


def sections(
    order: Sequence[str], facts: Mapping[str, Any], attached: Sequence[Attached]
) -> Iterator[Section]:
    """Those named, in order."""
    for name in order:
        one = import_module(f"{__name__}.{name}")
        yield Section(one.TITLE, tuple(one.blocks(facts, attached)))
