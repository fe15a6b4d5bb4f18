"""A few stories of an operator in Firefox; all others are told in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from gateway.pages.routes import HELP, OPEN, PAGES
from tests.browser.firefox import Firefox, Refused, firefox
from tests.browser.room import Room
from tests.system.gateway_process import eventually

NAMES = {"{asset}": "shipper-2", "{alarm}": "none", "{task}": "hand-over"}
WRONG = "#strip article"


def named(path: str) -> str:
    for part, name in NAMES.items():
        path = path.replace(part, name)
    return path


def pressed(browser: Firefox, selector: str, then: str) -> None:
    """Once more where the list was just drawn anew, until an expression is true."""

    def once() -> bool:
        if not browser.run(then):
            with suppress(Refused):
                browser.press(selector)
        return bool(browser.run(then))

    eventually(once, then)


@pytest.fixture(scope="module")
def browser(room: Room, session: str) -> Iterator[Firefox]:
    eventually(lambda: any(a["severity"] == "critical" for a in room.gateway.alarms()), "it runs out", 90.0)
    with firefox() as made:
        made.size(1280, 900)
        made.log_in(room.url, session)
        yield made


def test_an_alarm_is_seen_with_what_is_inside_and_taken(browser: Firefox, room: Room) -> None:
    browser.goto(f"{room.url}/")
    browser.until("document.querySelectorAll('.tile').length === 8", "the fleet stands there")
    browser.until("document.querySelector('#link').textContent.includes('Live')", "it lives")
    for words in ("critical", "shipper-2", "2 units, irreplaceable", "nobody has taken it"):
        browser.until(f"document.querySelector('{WRONG}')?.innerText.includes({words!r})", words)
    assert "shipper-2" in browser.text(".tile"), "the worst stands first"
    pressed(browser, f"{WRONG} .acts button", "document.querySelector('dialog[open] textarea') !== null")
    browser.run("document.querySelector('dialog[open] textarea').focus()")
    browser.type("on my way")
    pressed(browser, "dialog[open] button.primary", "document.querySelector('dialog[open]') === null")
    eventually(lambda: "Li Na is on it" in browser.text(WRONG), "it is taken")
    assert browser.said == []


def test_a_chart_is_drawn_and_zoomed(browser: Firefox, room: Room) -> None:
    browser.goto(f"{room.url}/assets/shipper-2")
    browser.until("location.search.includes('channel=')", "it has been drawn")
    assert browser.run("document.querySelector('#chart canvas').width") > 300
    shown = browser.text("#shown")
    browser.press("#wider")
    browser.until(f"document.querySelector('#shown').innerText !== {shown!r}", "another time is shown")
    assert browser.said == []


@pytest.mark.parametrize("path", [*PAGES, *OPEN, *HELP], ids=named)
def test_every_page_opens_without_an_error(browser: Firefox, room: Room, path: str) -> None:
    browser.goto(room.url + named(path))
    browser.until("document.querySelector('h1') !== null", "it has a heading")
    if path in PAGES:
        browser.until("document.querySelector('#link').textContent.includes('Live')", "it lives")
    assert browser.said == []


def test_where_nothing_is_stands_a_page(browser: Firefox, room: Room) -> None:
    """Behind a service worker Firefox takes an answer that is no page for an error of the network."""
    browser.goto(f"{room.url}/nothing/here")
    assert browser.text("h1") == "Nothing is here"
