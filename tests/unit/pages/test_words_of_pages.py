"""Every word of the control room has its translation, and none stands in a template without being one."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.pages.languages import ENGLISH, LANGUAGES, Words, catalogues, chosen, words_in
from gateway.pages.messages import messages
from gateway.pages.place import FOLDER

TRANSLATED = [one for one in LANGUAGES if one != ENGLISH]
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
SHOWN = ("title", "alt", "placeholder", "aria-label", "aria-description")  # attributes that people read
SAME_EVERYWHERE = {"Cryogate", "· Cryogate", "简体中文", "English", "×", "CSV", "PNG", "Parquet"} | {
    "iPhone, iPad",
    "Android",
    "Windows",
}
FIELD = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_is_translated(language: str) -> None:
    known = {one.id: one for _, catalogue in catalogues(FOLDER / "words" / language) for one in catalogue}
    said = messages()
    assert {text: where for text, where in said.items() if text not in known} == {}, "python scripts/words.py"
    assert {one for one in known if one and one not in said} == set(), "nobody says this any more"
    assert [one.id for one in known.values() if one.id and (one.fuzzy or not all(one.string))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    for path, catalogue in catalogues(FOLDER / "words" / language):
        for one in catalogue:
            texts = (one.id,) if isinstance(one.id, str) else one.id
            forms = (one.string,) if isinstance(one.string, str) else one.string
            wanted = {field for text in texts for field in FIELD.findall(text)}
            assert all(set(FIELD.findall(form)) <= wanted for form in forms), (path.name, one.id)
            assert set(FIELD.findall(forms[0])) == wanted or not one.id, (path.name, one.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_translated_in_two_ways(language: str) -> None:
    rows = {
        (str(one.id), str(one.string))
        for _, catalogue in catalogues(FOLDER / "words" / language)
        for one in catalogue
        if one.id
    }
    assert rows == set(dict(sorted(rows)).items()), "two pages may say the same, but not differently"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(path: Path) -> None:
    template = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)
    bare = BareTexts()
    bare.feed(re.sub(r"\{\{.*?\}\}", "", template, flags=re.DOTALL))
    assert set(bare.found) - SAME_EVERYWHERE == set()


class BareTexts(HTMLParser):
    """What people would read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if re.search(r"\w", data):
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SHOWN and value and value.strip()]


def test_numbers_choose_a_form() -> None:
    texts = {"one unit": ("{n} unit", "{n} units"), "a": "甲", "one day": ("{n} 天",)}
    words = Words("x", texts)
    assert [words.ngettext("one unit", "units", n) for n in (0, 1, 2)] == [
        "{n} units",
        "{n} unit",
        "{n} units",
    ]
    assert [words.ngettext("one day", "days", n) for n in (1, 2)] == ["{n} 天", "{n} 天"]
    assert [words.ngettext("one box", "boxes", n) for n in (1, 2)] == ["one box", "boxes"]
    assert (words.gettext("a"), words.gettext("b"), words.gettext("one day")) == ("甲", "b", "{n} 天")
    assert words.json == '{"one unit":["{n} unit","{n} units"],"a":"甲","one day":["{n} 天"]}'.encode()


def test_a_person_chooses_or_the_browser_says() -> None:
    assert chosen("en", "zh-CN") == "en"
    assert chosen("tlh", "zh-CN,zh;q=0.9,en;q=0.8") == "zh_Hans"
    assert chosen(None, "fr, en;q=0.5, zh-TW;q=0.7") == "zh_Hans"
    assert chosen(None, "fr, en;q=0.5, zh;q=x") == "en"
    assert chosen(None, "") == chosen(None, "xx") == "en"


def test_a_fuzzy_translation_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans"
    folder.mkdir()
    (folder / "a.po").write_text('#, fuzzy\nmsgid "light"\nmsgstr "轻"\n\nmsgid "dark"\nmsgstr "深色"\n')
    assert words_in(tmp_path)["zh_Hans"].texts == {"dark": "深色"}
