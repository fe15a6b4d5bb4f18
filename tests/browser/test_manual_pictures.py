"""The pictures of the manual, in both languages: each place that it shows is there.

PICTURES=docs/manual/pictures pytest tests/browser/test_manual_pictures.py     makes all of them anew
"""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gateway.pages.languages import words_in
from gateway.pages.manual import OPERATORS, QUALITY
from gateway.pages.place import FOLDER
from tests.browser.desk import desk, violations
from tests.browser.room import Room

UNIT = "83857930000879766660"  # inside shipper-2, as the demo loads it
WIDTH, HEIGHT, QUALITY_OF_PICTURES = 1100, 720, 50
CHINESE = words_in(FOLDER / "words")["zh_Hans"]
PLACE = """part => {
  part.scrollIntoView();
  const { x, y, width, height } = part.getBoundingClientRect();
  return { x: x + scrollX, y: y + scrollY, width, height };
}"""
Say = Callable[[str], str]


@pytest.fixture(scope="module")
def alarm(room: Room) -> str:
    """Of shipper-2, which runs out. Also somebody else, and a hold."""
    room.add_account("wang.wei", "Wang Wei")
    state(room, "hold", "--asset", "shipper-2", "--by", "Wang Wei", "--why", "deviation 26-014")
    return room.run_out()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_manual_shows(browser: Browser, room: Room, session: str, alarm: str, language: str) -> None:
    say: Say = CHINESE.gettext if language == "zh" else str
    context = desk(browser, room, session, language, width=WIDTH, height=HEIGHT)
    page = context.new_page()
    of_alarms(page, language, say, alarm)
    of_contents_and_shift(page, language)
    of_quality(page, language)
    of_reviews(page, language, say, alarm)
    of_lost_link(page, room, language)
    context.close()
    of_newcomer(browser, room, language, say)
    of_phone(browser, room, session, alarm, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_roster_and_a_drill(browser: Browser, room: Room, session: str, alarm: str, language: str) -> None:
    if language == "en":  # both look at the same
        by = ("--by", "Wang Wei")
        turns = ("--person", "li.na", "--person", "wang.wei", "--start", "2026-01-05")
        state(room, "drill", "--asset", "shipper-1", *by, "--reason", "monthly")
        state(room, "roster", "set", "weekly", *turns, *by)
    context = desk(browser, room, session, language, width=WIDTH, height=HEIGHT)
    page = context.new_page()
    page.goto("/alarms")
    word = {"en": "Drill", "zh": "演练"}[language]
    row = page.get_by_role("article").filter(has_text="shipper-1").filter(has_text=word).first
    expect(row).to_be_visible(timeout=60_000)
    shoot(page, language, "drill", row)
    page.goto("/set-up/rosters")
    expect(page.locator("#rosters tr").first).to_contain_text("weekly")
    shoot(page, language, "rosters")
    context.close()


def test_help_leads_to_the_page_of_the_task(page: Page) -> None:
    page.goto("/hand-over")
    page.get_by_role("link", name="Help for this page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over a shift")
    links = page.get_by_role("navigation", name="Manual").get_by_role("link")
    expect(links).to_have_count(len(OPERATORS) + len(QUALITY))
    page.get_by_role("link", name="The three clocks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The three clocks")
    picture = page.get_by_role("img", name="In range, out of range, not proven")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    assert not violations(page)


def state(room: Room, *said: str) -> None:
    done = room.gateway.asked(*said)
    assert done.exit_code == 0, done.output


def of_alarms(page: Page, language: str, say: Say, alarm: str) -> None:
    page.goto("/")
    expect(page.get_by_role("article").first).to_contain_text("shipper-2")
    expect(page.locator(".tile")).to_have_count(8)
    shoot(page, language, "overview")
    page.goto(f"/alarms/{alarm}")
    expect(page.locator("#detail h2")).to_contain_text("shipper-2")
    expect(page.locator("#list")).to_contain_text("shipper-2")
    shoot(page, language, "alarms")
    for button, name in (("Take", "take"), ("Shelve", "shelve")):
        page.locator("#detail").get_by_role("button", name=say(button), exact=True).click()
        dialog = page.get_by_role("dialog", name=say(button))
        expect(dialog).to_be_visible()
        shoot(page, language, name, dialog)
        page.keyboard.press("Escape")


def of_contents_and_shift(page: Page, language: str) -> None:
    page.goto(f"/units?scheme=nmpa&code={UNIT}")
    expect(page.locator("#unit")).to_contain_text("shipper-2")
    shoot(page, language, "unit", page.locator("#unit"))
    page.goto("/hand-over")
    expect(page.locator("#open")).to_contain_text("shipper-2")
    shoot(page, language, "hand-over")


def of_quality(page: Page, language: str) -> None:
    page.goto("/assets/shipper-2?span=300")
    expect(page.locator("#excursions li").first).to_be_visible()
    expect(page.locator("#clocks dd").first).to_be_visible()
    expect(page.locator("#inside code").first).to_be_visible()
    shoot(page, language, "look-back")
    shoot(page, language, "clocks", page.locator("section:has(> #clocks)"))
    shoot(page, language, "inside", page.locator("section:has(> #inside)"))
    shoot(page, language, "download", page.locator(".row:has(> #csv)"))
    for path, there, name in (
        ("/limits?profile=vapour-150", "#versions td", "limits"),
        ("/set-up/audit", "#entries td", "audit"),
        ("/set-up/health", ".finding", "health"),
        ("/set-up/people", "#people tr", "people"),
    ):
        page.goto(path)
        expect(page.locator(there).first).to_be_visible()
        shoot(page, language, name)
        if name == "health":
            holds = page.locator("section:has(> #holds)")
            expect(holds).to_contain_text("deviation 26-014")
            shoot(page, language, "holds", holds)


def of_reviews(page: Page, language: str, say: Say, alarm: str) -> None:
    page.goto(f"/reviews/{alarm}")
    expect(page.locator("#units tbody tr").first).to_be_visible()
    shoot(page, language, "review")
    page.goto("/reports")
    page.get_by_role("button", name=say("Begin"), exact=True).first.click()
    expect(page.locator("#jobs .job").get_by_role("button").first).to_be_visible()
    shoot(page, language, "reports")
    page.locator("#jobs .job").get_by_role("button").last.click()


def of_lost_link(page: Page, room: Room, language: str) -> None:
    page.goto("/")
    expect(page.locator(".tile[data-state=fine]").first).to_be_visible()
    os.kill(room.pages_process(), signal.SIGSTOP)
    try:
        expect(page.locator("#lost")).to_be_visible()
        expect(page.locator(".tile[data-state=fine]")).to_have_count(0)
        shoot(page, language, "lost")
    finally:
        os.kill(room.pages_process(), signal.SIGCONT)


def of_newcomer(browser: Browser, room: Room, language: str, say: Say) -> None:
    link = room.link_for(f"zhao.{language}", "Zhao Lei" if language == "en" else "赵磊")
    context = desk(browser, room, language=language, width=WIDTH, height=HEIGHT)
    page = context.new_page()
    page.goto("/login")
    shoot(page, language, "login", page.locator("main .card"))
    page.goto(f"/welcome#{link}")
    page.get_by_role("button", name=say("Next"), exact=True).click()
    expect(page.locator("#account")).to_have_text(f"zhao.{language}")
    shoot(page, language, "welcome", page.locator("#password-form"))
    context.close()


def of_phone(browser: Browser, room: Room, session: str, alarm: str, language: str) -> None:
    context = desk(browser, room, session, language, "dark", 390, 780)
    page = context.new_page()
    page.goto(f"/alarms/{alarm}")
    expect(page.locator("#detail h2")).to_contain_text("shipper-2")
    shoot(page, language, "phone")
    context.close()


def shoot(page: Page, language: str, name: str, part: Locator | None = None) -> None:
    """As WebP, which Playwright itself does not make."""
    if not (folder := os.environ.get("PICTURES")):
        return
    page.wait_for_timeout(1000)  # what comes later is in it, too
    wanted = {"format": "webp", "quality": QUALITY_OF_PICTURES}
    if part is not None:
        wanted["clip"] = {**part.evaluate(PLACE), "scale": 1}
    found = page.context.new_cdp_session(page).send("Page.captureScreenshot", wanted)
    path = Path(folder) / language / f"{name}.webp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(found["data"]))
