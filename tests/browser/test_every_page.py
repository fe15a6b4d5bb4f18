"""Every page: one main heading, no id twice, no error of a script, no complaint of axe-core, fits a phone."""

from __future__ import annotations

from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.pages.routes import HELP, OPEN, PAGES
from tests.browser.desk import desk, picture, violations
from tests.browser.long_words import speak_long
from tests.browser.room import Room

TWICE = """() => [...document.querySelectorAll("[id]")].map((one) => one.id)
    .filter((id, i, all) => all.indexOf(id) !== i).map((id) => `the id ${id} stands twice`)"""
ALL = {**PAGES, **OPEN, **HELP}
PARTS = {"asset": "shipper-2", "alarm": "E-OF-NONE", "task": "hand-over"}
NAMES = {path.format(**PARTS): name for path, name in ALL.items()}
CUT = """() => {
  const isBar = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const scrolls = (one) => one && (isBar(one) || scrolls(one.parentElement));
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const isWide = (one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
  const isCut = (one) => own(one) && isWide(one) && !scrolls(one);
  const cut = [...document.body.querySelectorAll("*")].filter(isCut);
  const page = document.documentElement, by = page.scrollWidth - page.clientWidth;
  return [...(by > 0 ? [`the page, by ${by} px`] : []), ...cut.map((one) => one.outerHTML.slice(0, 120))];
}"""  # text that does not fit where it stands, and cannot be scrolled to
EVERY = list(NAMES)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


@pytest.mark.parametrize("paths", [EVERY[::2], EVERY[1::2]], ids=["one half", "the other"])
def test_every_page_is_accessible(browser: Browser, room: Room, session: str, paths: list[str]) -> None:
    """Light, and dark, which it becomes while it is open: that is quicker than to open it again."""
    context = desk(browser, room, session, "zh")
    page = context.new_page()
    errors = list[str]()
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    found = {}
    for path in paths:
        page.goto(path)
        settled(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture(page, f"{name_of(path)}-{scheme}")
            if bad := violations(page) + page.evaluate(TWICE):
                found[path, scheme] = bad
    context.close()
    assert not found and not errors


def test_every_page_fits_a_phone(browser: Browser, room: Room, session: str) -> None:
    context = desk(browser, room, session, width=360, height=740)
    page = context.new_page()
    wide = []
    for path in EVERY:
        page.goto(path)
        settled(page)
        picture(page, f"{name_of(path)}-phone")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    context.close()
    assert not wide


def test_longer_words_are_cut_on_no_page(browser: Browser, room: Room, session: str) -> None:
    """English with 40 % more letters, as other languages have; at a desk and on a phone."""
    context = desk(browser, room, session, service_workers="block")
    speak_long(context, NAMES)
    page = context.new_page()
    found = {}
    for path in EVERY:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        settled(page)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            picture(page, f"{name_of(path)}-long-{width}")
            if cut := page.evaluate(CUT):
                found[path, width] = cut
    context.close()
    assert not found


def settled(page: Page) -> None:
    """Whatever the page asks for is there."""
    expect(page.locator("h1")).to_have_count(1)
    page.wait_for_load_state("load")
    if page.locator("#link").count():
        expect(page.locator("#link")).not_to_contain_text("Connecting")
    expect(page.locator("#sound:empty")).to_have_count(0)  # a script writes what it does


def name_of(path: str) -> str:
    return path.strip("/").replace("/", "-") or "overview"
