"""Words of a report: what fits to a number, names that are cut, marks below what others said."""

from __future__ import annotations

import pytest

from gateway.dossier.blocks import Line, Section, plain
from gateway.dossier.sections.history import CHANGES
from gateway.dossier.words import Marked, W, in_language, numbered, short
from gateway.notifiers.vocabulary import ZH


def test_every_change_that_messages_have_words_for_has_words_here() -> None:
    assert set(ZH.changes) <= set(CHANGES)


@pytest.mark.parametrize(
    ("many", "words"),
    [(1, "1 gap proves nothing."), (2, "2 gaps prove nothing."), (0, "0 gaps prove nothing.")],
)
def test_what_fits_to_a_number(many: int, words: str) -> None:
    assert numbered("{} [gap proves|gaps prove] nothing.", many) == words


def test_words_without_a_choice_stay() -> None:
    assert numbered("{} 段", 3) == "3 段" and numbered("", 1) == ""


def test_a_long_name_is_cut_and_says_so() -> None:
    assert short("x" * 60) == "x" * 60 and short("x" * 61) == "x" * 60 + "…"


def test_a_mark_stands_below_what_others_said_once() -> None:
    marked = Marked("Li Na, E-1", W("事后声明", "stated afterwards"))
    (section,) = plain([Section(W("标题", "Title"), (Line(marked),))], "both")
    told = [one["text"] for one in section["blocks"][0]["text"]]
    assert told == ["Li Na, E-1", "事后声明", "stated afterwards"]
    assert in_language(marked, "en") == "Li Na, E-1 (stated afterwards)"
