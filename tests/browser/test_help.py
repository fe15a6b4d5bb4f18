"""Help where it is needed: a word is explained where it stands, and the glossary has all of them."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, violations
from tests.browser.room import Room


def test_a_word_is_explained_where_it_stands(page: Page) -> None:
    page.goto("/assets/freezer-1")
    note = page.get_by_role("note")
    page.get_by_role("button", name="In range, out of range, not proven").press("Enter")
    expect(note).to_contain_text("the three add up to the whole time")
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    foot = page.get_by_role("list", name="Words of this page")
    foot.get_by_role("button", name="mean kinetic temperature").click()
    expect(note).to_contain_text("frozen product has none")
    foot.get_by_role("button", name="gap", exact=True).click()  # another word, without closing first
    expect(note).to_contain_text("Two readings lie further apart")
    foot.get_by_role("button", name="gap", exact=True).click()
    expect(note).to_be_hidden()
    foot.get_by_role("button", name="gap", exact=True).click()
    note.get_by_role("link", name="Glossary").click()
    expect(page.locator("#word-gap")).to_be_in_viewport()


def test_the_glossary_is_sorted_and_searched_in_both_languages(browser: Browser, room: Room) -> None:
    for language, first in (("en", "acknowledge"), ("zh", "按设定静默")):
        context = desk(browser, room, language=language)  # nobody is logged in
        page = context.new_page()
        page.goto("/glossary")
        shown = page.locator(f"#terms [lang^={language}] h2")
        expect(shown.first).to_have_text(first)
        words = shown.all_inner_texts()
        tag = {"en": "en", "zh": "zh-Hans"}[language]
        in_order = page.evaluate(
            "([words, tag]) => [...words].sort(new Intl.Collator(tag).compare)", [words, tag]
        )
        assert words == in_order and len(words) > 50
        page.get_by_role("searchbox").fill("动力学")
        expect(page.locator("#terms > li:visible")).to_have_count(1)
        expect(page.locator("#word-mkt")).to_contain_text("USP <1160>")
        page.get_by_role("searchbox").fill("no such word")
        expect(page.locator("#nothing")).to_be_visible()
        context.close()
