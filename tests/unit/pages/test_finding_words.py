"""Every sentence of the examination has its translation, with the same names and numbers in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.pages.finding_words import sentences, table_of
from gateway.pages.languages import ENGLISH, LANGUAGES
from gateway.pages.place import FOLDER

TRANSLATED = [one for one in LANGUAGES if one != ENGLISH]
WORDS = FOLDER / "words" / "findings"
FIELD = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_untranslated(language: str) -> None:
    said, known = sentences(), table_of(WORDS, language)
    assert {text: where for text, where in said.items() if not known.get(text)} == {}
    assert set(known) - set(said) == set(), "nobody says this any more"
    for text, translation in known.items():
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(translation)), text


def test_sentences_of_every_file_are_seen() -> None:
    """Where they are given at once, by a name, in pieces, or counted."""
    assert sentences().keys() >= {
        "restart it",
        "{1} may not use {2}, which belongs to group {3}",
        "; no serial adapter is plugged in",
        "{1} entries",
        "1 group",
        "clock",
        "it is over; `cryogate ack {id}` once you know why it was so",
        "never heard: {1}",
    }


def test_a_file_that_says_more_needs_more(tmp_path: Path) -> None:
    (tmp_path / "doctor").mkdir()
    text = """def f():
    '''Says nothing to people.'''
    yield warning("here", f"{a} of {b!r:>9} is gone", "look " + where)
"""
    (tmp_path / "doctor" / "new.py").write_text(text)
    assert sentences(tmp_path) == dict.fromkeys(("here", "{1} of {2} is gone"), "new.py")
