"""Getting in: a wrong code, the right one, the page that was wanted; a session that ends on an open page."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import desk
from tests.browser.room import Room
from tests.unit.accounts.members import PASSWORD


def type_in(page: Page | Locator, code: str) -> None:
    page.get_by_label("Account", exact=True).fill("li.na")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of the app").fill(code)
    page.get_by_role("button", name="Log in").click()


def test_a_person_logs_in_and_gets_the_page_that_was_wanted(browser: Browser, room: Room) -> None:
    context = desk(browser, room)
    page = context.new_page()
    page.goto("/alarms?severity=critical")
    type_in(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("Account, password or code is wrong")
    page.get_by_label("Code of the app").fill(room.codes["li.na"].pop())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/alarms\?severity=critical$"))
    expect(page.locator("#who")).to_have_text("li.na")
    expect(page.locator("#site")).to_have_text("Pudong cryobank")
    expect(page.locator("#link")).to_have_text("Live")

    page.get_by_text("li.na").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile(r"/login$"))
    page.goto("/login?next=//example.org/")
    type_in(page, room.codes["li.na"].pop())
    expect(page).to_have_url(f"{room.url}/")
    context.close()


def test_a_session_that_ends_leaves_the_page_as_it_is(browser: Browser, room: Room) -> None:
    context = desk(browser, room, room.log_in())
    page = context.new_page()
    page.goto("/alarms")
    expect(page.locator("#link")).to_have_text("Live")
    page.evaluate("document.querySelector('main').dataset.typed = 'lid was open'")
    room.end_sessions()
    dialog = page.get_by_role("dialog", name="Log in")
    expect(dialog).to_contain_text("what you typed is still there")
    expect(page.locator("#lost")).to_contain_text("Logged out. Data as of")
    type_in(dialog, room.codes["li.na"].pop())
    expect(dialog).to_be_hidden()
    expect(page.locator("#link")).to_have_text("Live")
    assert page.evaluate("document.querySelector('main').dataset.typed") == "lid was open"
    context.close()


def test_language_and_appearance_stay(browser: Browser, room: Room) -> None:
    context = desk(browser, room)
    page = context.new_page()
    page.goto("/login")
    page.get_by_text("Account", exact=True).first.click()
    page.get_by_label("Language").select_option("简体中文")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.get_by_text("账号").first.click()
    page.get_by_label("外观").select_option("深色")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_title(re.compile("登录"))
    context.close()


def test_a_one_time_link_becomes_an_account(browser: Browser, room: Room) -> None:
    link = room.link_for("zhao", "Zhao Lei")
    context = desk(browser, room)
    page = context.new_page()
    page.goto(f"/welcome#{link}")
    expect(page).to_have_url(f"{room.url}/welcome")  # the link does not stay in the history of the browser
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#account")).to_have_text("zhao")
    page.get_by_label("New password").fill("too short")
    page.get_by_label("New password").fill("quiet lakes shimmer at dawn")
    page.get_by_label("Code that the app shows now").fill(room.code_of(page.locator("#key").inner_text()))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert len(page.locator("#code-list").inner_text().split()) == 10
    context.close()
