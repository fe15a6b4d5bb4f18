"""The glossary says what the pages say, in both languages, and every word that a page explains is in it."""

from __future__ import annotations

import json
import re
from dataclasses import astuple

from gateway.notifiers.vocabulary import ZH
from gateway.pages.glossary import meanings, terms_in
from gateway.pages.languages import words_in
from gateway.pages.place import FOLDER
from gateway.pages.routes import PAGES

TERMS = terms_in(FOLDER / "words")
IN_TEMPLATES = re.compile(r'pieces\.term\("([\w-]+)"')
IN_SCRIPTS = re.compile(r'\bterm\("([\w-]+)", t\(')
HAN = re.compile(r"[\u4e00-\u9fff]")


def explained() -> set[str]:
    templates = [path.read_text() for path in (FOLDER / "templates").rglob("*.html")]
    scripts = [path.read_text() for path in (FOLDER / "static" / "scripts").glob("*.js")]
    in_templates = {name for text in templates for name in IN_TEMPLATES.findall(text)}
    return in_templates | {name for text in scripts for name in IN_SCRIPTS.findall(text)}


def test_a_word_that_is_explained_is_in_the_glossary() -> None:
    assert len(explained()) > 20
    assert explained() - TERMS.keys() == set()
    assert {page for term in TERMS.values() for page in term.pages} - set(PAGES.values()) == set()


def test_every_word_of_the_glossary_is_explained_or_stands_at_the_foot_of_a_page() -> None:
    elsewhere = {"zone", "site", "probe", "rule", "suppressed"}  # parts of what other words explain
    assert {name for name, term in TERMS.items() if not term.pages} - explained() - elsewhere == set()


def test_a_word_has_the_translation_of_the_pages() -> None:
    pages = {en.lower(): zh for en, zh in words_in(FOLDER / "words")["zh_Hans"].texts.items()}
    other = {term.id: (term.zh, pages[term.en]) for term in TERMS.values() if term.en in pages}
    assert len(other) > 30
    assert {name: both for name, both in other.items() if both[0] != both[1]} == {}


def test_messages_to_people_call_a_state_as_the_pages_do() -> None:
    pages = {en.lower(): zh for en, zh in words_in(FOLDER / "words")["zh_Hans"].texts.items()}
    words = {**ZH.changes, **ZH.states}
    words.pop("out of service")  # on the pages a kind of statement, not a state
    both = {name: (zh, pages[name]) for name, zh in words.items() if name in pages}
    assert len(both) > 4 and both["shelved"][0] == "已搁置"
    assert {name: each for name, each in both.items() if each[0] != each[1]} == {}


def test_both_languages_say_what_it_means() -> None:
    for term in TERMS.values():
        assert all(one for one in astuple(term)[:5])
        assert HAN.search(term.zh_says) and not HAN.search(term.en + term.en_says)
        assert term.en_says.endswith(".") and term.zh_says.endswith("。")
    said = json.loads(meanings(TERMS, "zh_Hans"))
    assert said["gap"].startswith("相邻两个读数") and said.keys() == TERMS.keys()
