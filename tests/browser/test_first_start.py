"""The first start of a gateway that knows nothing: account, password, site, a broker that is found."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.config.load import load
from gateway.mqtt.found_broker import Broker, found_broker
from tests.browser.desk import desk, picture, violations
from tests.browser.room import PATIENCE_S, Room
from tests.system.gateway_process import eventually
from tests.unit.accounts.members import PASSWORD

MINIMAL = '[gateway]\nname = "edge"\n[clock]\nrequire_sync = false\n'
LINK = re.compile(r"/first-start#(\S+) once")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Room]:
    """A minimal configuration; nobody has an account."""
    room = Room(tmp_path)
    pages = f'[pages]\nlisten = "127.0.0.1:{room.port}"\nplain = true\nwrites_configuration = true\n'
    room.config.write_text(MINIMAL + pages)
    room.gateway.start()
    try:
        eventually(room.answers, "the pages answer", PATIENCE_S)
        yield room
    finally:
        room.end()


def link_of(room: Room) -> str:
    found = LINK.findall(room.gateway.log.read_text())
    return str(found[-1])


def set_up(page: Page, room: Room) -> list[str]:
    """Password and app; the recovery codes."""
    key = page.locator("#key")
    expect(key).not_to_be_empty()
    page.locator("[name=password]:visible").fill(PASSWORD)
    page.locator("#password-form [name=code]").fill(room.code_of(key.inner_text()))
    page.locator("#password-form button").click()
    expect(page.locator("#code-list")).not_to_be_empty()
    return page.locator("#code-list").inner_text().split()


def log_in(page: Page, code: str) -> None:
    page.locator("#go-on").click()
    page.locator("main [name=account]").fill("li.na")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main [name=code]").fill(code)
    page.locator("main .button.primary").click()


def test_from_a_bare_gateway_to_the_overview(browser: Browser, bare: Room) -> None:
    context = desk(browser, bare, "", "zh", "dark", 360, 780)
    page = context.new_page()
    link = link_of(bare)
    page.goto(f"/first-start#{link}")
    expect(page.locator("h1")).to_have_text("首次启动")
    assert "#" not in page.url
    page.locator("[name=site]").fill("pudong")
    assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth") == 360
    picture(page, "first-start-zh")
    page.locator("#first [name=language]").select_option("en")
    expect(page.locator("h1")).to_have_text("First start")
    expect(page.locator("[name=site]")).to_have_value("pudong")
    page.locator("[name=site_name]").fill("Pudong <cryobank>")
    page.locator("[name=name]").fill("Li Na")
    page.locator("[name=account]").fill("li.na")
    page.get_by_role("button", name="Next").click()
    codes = set_up(page, bare)
    log_in(page, codes[0])

    expect(page.locator("h1")).to_have_text("First source")
    expect(page.locator("#found")).to_contain_text("none now: only the site")
    assert violations(page) == []
    picture(page, "begin-phone")
    page.locator("#found input").last.check()
    page.get_by_role("button", name="Show what this gives").click()
    expect(page.locator("#piece-text")).to_contain_text("[sites.pudong]")
    page.get_by_role("button", name="Write it into the configuration").click()
    page.wait_for_url("**/")
    expect(page.locator("#site")).to_have_text("Pudong <cryobank>")
    assert load(bare.config).sites["pudong"].time_zone == "Asia/Shanghai"
    picture(page, "begun-overview")

    page.goto(f"/first-start#{link}")
    page.locator("[name=site]").fill("x")
    page.locator("[name=name]").fill("Mallory")
    page.locator("[name=account]").fill("mallory")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#first .problem")).to_contain_text("this link is over, was used")
    context.close()


def test_a_broker_of_this_machine_is_found(browser: Browser, bare: Room) -> None:
    """Where one answers at the usual port; whoever has none here sees that it is asked for."""
    bare.gateway.stop()
    bare.config.write_text(bare.config.read_text() + '[sites.lab]\ntime_zone = "UTC"\n')
    bare.gateway.start()
    eventually(bare.answers, "the pages answer", PATIENCE_S)
    bare.add_account("li.na", "Li Na")
    broker = subprocess.Popen(["/usr/sbin/mosquitto", "-p", "1883"], stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: found_broker() is Broker.OPEN, "the broker answers")
        context = desk(browser, bare, bare.log_in())
        page = context.new_page()
        page.goto("/set-up/begin")
        page.get_by_role("button", name="Look again").click()
        choice = page.get_by_label("MQTT broker at 127.0.0.1, port 1883")
        expect(choice).to_be_checked()
        page.get_by_role("button", name="Show what this gives").click()
        expect(page.locator("#piece-text")).to_contain_text('pattern = "{topic...}"')
        expect(page.locator("#then")).to_contain_text("point at a value there")
        assert violations(page) == []
        picture(page, "begin-broker")
        page.get_by_role("button", name="Write it into the configuration").click()
        page.wait_for_url("**/set-up/sources")
        expect(page.locator("#sources")).to_contain_text("broker (mqtt)")
        page.goto("/set-up/begin")
        expect(page.locator("#is-begun")).to_be_visible()
        context.close()
    finally:
        broker.terminate()
        broker.wait(60)
