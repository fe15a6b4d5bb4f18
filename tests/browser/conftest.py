"""A real browser before real processes. One browser and one site for a file: starting them costs seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.desk import desk
from tests.browser.room import Room

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the file: its event loop would be in the way of other tests."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The demo's fleet, with what is inside."""
    made = Room(tmp_path_factory.mktemp("room"))
    try:
        made.start()
        made.load_containment()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def session(room: Room) -> str:
    """Of li.na, for whoever does not test the log-in."""
    return room.log_in()


@pytest.fixture
def context(browser: Browser, room: Room, session: str) -> Iterator[BrowserContext]:
    """A desk: logged in, English, light. Whatever a script throws, or the policy stops, fails the test."""
    made = desk(browser, room, session)
    problems: list[str] = []
    made.on("weberror", lambda error: problems.append(str(error.error)))
    made.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    yield made
    made.close()
    assert not problems


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
