"""In which language a page is shown, and the words of each: catalogues of gettext, translated from English.

Each page may have a catalogue file of its own, so that two people can work on two pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from gateway.dataclass import dataclass

ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {
    "zh_Hans": "zh-Hans",
    ENGLISH: "en",
}  # as a catalogue, as HTML names it
COOKIE: Final = "cryogate-language"
LONGEST: Final = 200  # characters of Accept-Language that are looked at
Text = str | tuple[str, ...]  # several: by number


@dataclass(frozen=True)
class Words:
    """Those of one language; what has no translation stays English."""

    language: str
    texts: Mapping[str, Text]

    def gettext(self, text: str) -> str:
        found = self.texts.get(text, text)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, one: str, many: str, number: int) -> str:
        found = self.texts.get(one, (one, many))
        forms = (found,) if isinstance(found, str) else found
        return forms[min(0 if number == 1 else 1, len(forms) - 1)]

    @cached_property
    def json(self) -> bytes:
        """For scripts."""
        return msgspec.json.encode(self.texts)


def words_in(folder: Path) -> dict[str, Words]:
    """Of every language; `folder` holds a folder of catalogue files for each but English."""
    return {name: Words(name, _texts(folder / name)) for name in LANGUAGES}


def chosen(cookie: str | None, accepted: str) -> str:
    """What the person chose, or else what the browser asks for (RFC 9110, 12.5.4)."""
    if cookie in LANGUAGES:
        return str(cookie)
    wishes = [_wish(part) for part in accepted[:LONGEST].split(",")]
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if found := _language_of(tag):
            return found
    return ENGLISH


def catalogues(folder: Path) -> list[tuple[Path, Catalog]]:
    """The files of one language."""
    found = []
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            found.append((path, read_po(file, locale=folder.name)))
    return found


def _texts(folder: Path) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for _, catalogue in catalogues(folder):
        for message in catalogue:
            if message.id and not message.fuzzy:
                one = message.id if isinstance(message.id, str) else message.id[0]
                several = isinstance(message.string, tuple | list)
                found[one] = tuple(message.string or ()) if several else str(message.string)
    return found


def _wish(part: str) -> tuple[float, str]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        return float(weight or 1.0), tag
    except ValueError:
        return 0.0, tag


def _language_of(tag: str) -> str:
    """Empty where there are no words for it; Chinese of any script has the same."""
    name = tag.strip().lower().partition("-")[0]
    return next((one for one in LANGUAGES if name == one.partition("_")[0]), "")
