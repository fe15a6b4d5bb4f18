"""Who looks: a desk, a phone or a wall, each with its own cookies; and what axe-core says of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.room import Room

PATIENCE_MS = 60_000  # machines are shared, and other tests run beside
AXE = Path(__file__).parent / "vendor" / "axe.js"


def desk(
    browser: Browser, room: Room, session: str = "", language: str = "en", scheme: str = "light",
    width: int = 1280, height: int = 800, service_workers: Literal["allow", "block"] = "allow",
) -> BrowserContext:  # fmt: skip
    """Another desk, phone or wall. `service_workers`: blocked where a test answers in the server's place."""
    made = browser.new_context(
        base_url=room.url, locale={"en": "en-GB", "zh": "zh-CN"}[language], color_scheme=scheme,
        viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai",
        service_workers=service_workers,
    )  # fmt: skip
    made.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    if session:
        made.add_cookies(
            [{"name": "cryogate", "value": session, "url": room.url, "httpOnly": True, "sameSite": "Strict"}]
        )
    return made


def lose_first_answer(page: Page, address: str) -> list[int]:
    """To a POST there; it is done, and its status stands in the list that is returned."""
    lost = list[int]()

    def lose(route: Route) -> None:
        if lost or route.request.method != "POST":
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route(address, lose)
    return lost


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on a page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", tags)
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def picture(page: Page, name: str) -> None:
    """For whoever wants to look, and for the docs: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(1000)  # what comes later is in it, too
        page.screenshot(path=f"{folder}/{name}.png")
