"""The words of the field that pages show, in both languages: what each means, and the standards for it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from gateway.dataclass import dataclass
from gateway.pages.languages import ENGLISH

TERMS: Final = "glossary.toml"  # beside the catalogues


@dataclass(frozen=True, slots=True)
class Term:
    """`source`: standards, as either language cites them; `pages`: those that explain it at their foot."""

    id: str
    en: str
    zh: str
    en_says: str
    zh_says: str
    source: tuple[str, ...]
    pages: tuple[str, ...]

    def word(self, language: str) -> str:
        return self.en if language == ENGLISH else self.zh

    def says(self, language: str) -> str:
        return self.en_says if language == ENGLISH else self.zh_says


def terms_in(folder: Path) -> dict[str, Term]:
    """By id, as they stand in the file."""
    found = tomllib.loads((folder / TERMS).read_text(encoding="utf-8"))
    return {name: _term(name, row) for name, row in found.items()}


def meanings(terms: Mapping[str, Term], language: str) -> bytes:
    """For scripts."""
    return msgspec.json.encode({name: one.says(language) for name, one in terms.items()})


def _term(name: str, row: Mapping[str, str | list[str]]) -> Term:
    texts = {key: str(row[key]) for key in ("en", "zh", "en_says", "zh_says")}
    return Term(name, **texts, source=tuple(row["from"]), pages=tuple(row["on"]))
