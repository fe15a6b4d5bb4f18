"""The overview: what is wrong, where, what is inside, what now; filters; a link that is cut; the wall."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import desk, picture
from tests.browser.room import Room

KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  return (await Promise.all(caches_.map((one) => one.keys()))).flat().map((one) => one.url);
}"""


@pytest.fixture(scope="module", autouse=True)
def alarm(room: Room) -> None:
    room.run_out()


def test_what_is_wrong_where_what_is_inside_and_what_now(page: Page) -> None:
    page.goto("/")
    wrong = page.get_by_role("region", name="What needs somebody now").get_by_role("article").first
    for words in ("critical", "above the limit of −150.0 °C", "shipper-2", "2 units, irreplaceable"):
        expect(wrong).to_contain_text(words)
    expect(wrong).to_contain_text("EXAMPLE CAR-T 1")
    expect(wrong).to_contain_text("nobody has taken it")
    tile = page.get_by_role("link", name="shipper-2").filter(has_text="dry shipper")
    expect(tile).to_contain_text("critical")
    expect(tile).to_contain_text("2 units, irreplaceable")
    expect(tile.locator(".value [data-shape=up], .value [data-shape=level]")).to_be_visible()  # its trend
    assert "shipper-2" in page.locator(".tile").first.inner_text(), "the worst stands first"
    expect(wrong).to_contain_text("First: Move the bags to a shipper that is cold")
    picture(page, "overview")

    wrong.get_by_role("button", name="Take it").click()
    page.get_by_label("Comment").fill("on my way")
    page.get_by_role("dialog").get_by_role("button", name="Take it").click()
    expect(page.get_by_text("You are on it.")).to_be_visible()
    expect(wrong).to_contain_text("Li Na is on it")


def test_filters_stand_in_the_address(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".tile")).to_have_count(8)
    page.get_by_placeholder("Search name, kind, product").fill("CAR-T")
    expect(page.locator(".tile")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?q=CAR-T$"))
    page.get_by_role("button", name="critical").click()
    expect(page.locator(".tile")).to_have_count(1)
    page.reload()
    expect(page.locator(".tile")).to_have_count(1)
    page.get_by_placeholder("Search name, kind, product").fill("nothing like this")
    expect(page.get_by_role("heading", name="No asset fits")).to_be_visible()


def test_by_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".tile")).to_have_count(8)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.tile')"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/assets/shipper-2$"))


def test_a_link_that_is_cut_leaves_nothing_in_range(browser: Browser, room: Room, session: str) -> None:
    """And it comes back by itself, without the page being loaded again."""
    context = desk(browser, room, session)
    page = context.new_page()
    page.goto("/")
    in_range = page.locator(".tile[data-state=fine]")
    expect(in_range).to_have_count(6)
    page.evaluate("window.sameStill = true")
    os.kill(room.pages_process(), signal.SIGSTOP)
    try:
        expect(page.locator("#lost")).to_contain_text("Connection lost. Data as of", timeout=10_000)
        expect(in_range).to_have_count(0)
        expect(page.locator(".tile[data-state=unknown]")).to_have_count(8)
    finally:
        os.kill(room.pages_process(), signal.SIGCONT)
    expect(page.locator("#lost")).to_be_hidden()
    expect(in_range).to_have_count(6)
    assert page.evaluate("window.sameStill") is True
    context.close()


def test_without_a_link_the_shell_says_so_and_shows_no_value(context: BrowserContext, page: Page) -> None:
    """An opened page that is loaded anew, as an installed one is; what the API answered is kept nowhere."""
    page.goto("/")
    expect(page.locator(".tile")).to_have_count(8)
    page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    page.goto("/assets/shipper-2")
    expect(page.get_by_role("heading", name="No link to the gateway")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("°C")
    picture(page, "offline")
    kept = page.evaluate(KEPT)
    assert kept and not [
        address for address in kept if "/static/" not in address and "/offline" not in address
    ]
    context.set_offline(False)
    expect(page.get_by_role("heading", name="shipper-2")).to_be_visible()


def test_the_wall_shows_large_tiles_and_no_controls(browser: Browser, room: Room, session: str) -> None:
    context = desk(browser, room, session, "zh", "dark", 1920, 1080)
    page = context.new_page()
    page.goto("/?wall")
    expect(page.locator(".tile")).to_have_count(8)
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.get_by_role("article").first).to_contain_text("高于限值")
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('#clock')).fontSize)") > 40
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).to_be_visible()
    context.close()
