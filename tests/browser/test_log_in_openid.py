"""Logging in at the provider of the organization, with a browser: another site sends it back, logged in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gateway.commands.desk import open_desk
from gateway.commands.people import enter
from gateway.config.load import load
from gateway.statements.person import Person
from tests.browser import room as rooms
from tests.browser.desk import desk
from tests.browser.room import BOSS, Room
from tests.unit.commands.front_desk import CONFIG
from tests.unit.openid.hostile_provider import HostileProvider, hostile_provider

PAGES = """
[clock]
require_sync = false
[pages]
listen = "127.0.0.1:{{port}}"
plain = true
address = "http://localhost:{{port}}"
[pages.openid]
issuer = "{issuer}"
client_id = "cryogate"
label_en = "Lab log-in"
[[pages.openid.groups]]
group = "operators"
roles = ["operator"]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[HostileProvider]:
    """At 127.0.0.1, which is another site than localhost."""
    with hostile_provider() as one:
        one.claims = {"preferred_username": "wu", "sub": "s-1", "groups": ["operators"]}
        yield one


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, provider: HostileProvider) -> Iterator[Room]:
    made = Room(tmp_path_factory.mktemp("openid"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rooms, "PAGES", PAGES.format(issuer=provider.issuer))
            made.start(CONFIG)
        with open_desk(load(Path(made.config))) as at:
            enter(at, BOSS, Person("wu", "Wu", "", ("en",), "UTC", (), ()))
        yield made
    finally:
        made.end()


def test_the_provider_sends_a_person_back_to_the_page_that_was_wanted(browser: Browser, room: Room) -> None:
    """A browser does not bring the session's cookie where another site sends it: a page of ours goes on."""
    context = desk(browser, room)
    page = context.new_page()
    page.goto("/alarms?severity=critical")
    page.get_by_role("link", name="Lab log-in").click()
    expect(page).to_have_title("there")
    page.get_by_role("link", name="go back").click()
    expect(page).to_have_url(re.compile(r"/alarms\?severity=critical$"))
    expect(page.locator("#who")).to_have_text("wu")
    cookies = {one["name"]: one["sameSite"] for one in context.cookies()}
    assert cookies["cryogate"] == "Strict" and "cryogate-openid" not in cookies
    context.close()


def test_a_session_that_ends_goes_on_after_a_log_in_there_on_another_tab(
    browser: Browser, room: Room
) -> None:
    """What was typed stays: the provider has a tab of its own, and the page hears of the log-in."""
    context = desk(browser, room)
    page = context.new_page()
    page.goto("/login?next=/hand-over")
    page.get_by_role("link", name="Lab log-in").click()
    page.get_by_role("link", name="go back").click()
    expect(page.locator("#link")).to_have_text("Live")
    notes = page.locator("textarea[name=notes]")
    notes.fill("lid was open")
    room.end_sessions("wu")
    dialog = page.get_by_role("dialog", name="Log in")
    with context.expect_page() as opened:
        dialog.get_by_role("link", name="Lab log-in").click()
    expect(dialog).to_contain_text("goes on by itself")
    there = opened.value
    there.get_by_role("link", name="go back").click()
    expect(there.get_by_role("heading", name="Logged in")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(page.locator("#link")).to_have_text("Live")
    expect(notes).to_have_value("lid was open")
    context.close()
