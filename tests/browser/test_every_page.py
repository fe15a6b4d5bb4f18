"""Every page: one main heading, no id twice, no error of a script, no complaint of axe-core, fits a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.pages.routes import HELP, OPEN, PAGES
from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room

TWICE = """() => [...document.querySelectorAll("[id]")].map((one) => one.id)
    .filter((id, i, all) => all.indexOf(id) !== i).map((id) => `the id ${id} stands twice`)"""
EVERY = [path.format(asset="shipper-2", alarm="E-OF-NONE") for path in (*PAGES, *OPEN, *HELP)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(browser: Browser, room: Room, session: str, scheme: str) -> None:
    context = desk(browser, room, session, "zh", scheme)
    page = context.new_page()
    errors = list[str]()
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    found = {}
    for path in EVERY:
        page.goto(path)
        settled(page)
        picture(page, f"{name_of(path)}-{scheme}")
        if bad := violations(page) + page.evaluate(TWICE):
            found[path] = bad
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


def settled(page: Page) -> None:
    """Whatever the page asks for is there."""
    expect(page.locator("h1")).to_have_count(1)
    page.wait_for_load_state("load")
    if page.locator("#link").count():
        expect(page.locator("#link")).not_to_have_text("Connecting")


def name_of(path: str) -> str:
    return path.strip("/").replace("/", "-") or "overview"
