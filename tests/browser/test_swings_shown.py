"""An alarm that comes and goes around its limit says so: in the list, opened, on the page of its vessel."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from paho.mqtt.publish import single
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import eventually
from tests.system.mosquitto import Mosquitto

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[calls]
chatter_count = 3
"""
SWINGS = 3
WORDS = "comes and goes: 3 times in 30 min"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("swings")
    broker, made = Mosquitto(folder / "mosquitto"), Room(folder)
    try:
        broker.start()
        made.start((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=broker.port))
        eventually(lambda: "up" in str((made.gateway.status() or {})["sources"]), "subscribed")
        for number in range(1, SWINGS + 1):
            for value, state in ((-140.0, "unacknowledged"), (-195.0, "returned unacknowledged")):
                said = json.dumps({"temp": value})
                single("dewar", said, qos=1, hostname="127.0.0.1", port=broker.port)
                if (number, value) != (SWINGS, -195.0):
                    eventually(lambda n=number, s=state: counts(made, n, s), f"swing {number}, {state}")
        yield made
    finally:
        made.end()
        broker.stop()


def counts(room: Room, number: int, state: str) -> bool:
    states = [one["state"] for one in room.gateway.alarms() if one["kind"] == "limit"]
    return (
        len(states) == number
        and state in states
        and (state != "returned unacknowledged" or len({*states}) == 1)
    )


def last(page: Page) -> Locator:
    return page.get_by_role("article").filter(has_text=WORDS)


def test_the_last_of_the_swings_says_how_often(page: Page) -> None:
    page.goto("/alarms")
    expect(page.get_by_role("article")).to_have_count(SWINGS)
    expect(last(page)).to_have_count(1)
    last(page).get_by_role("link").click()
    expect(page.locator("#detail")).to_contain_text(WORDS)
    assert violations(page) == []
    picture(page, "swings-alarms")
    page.locator("#detail").get_by_role("button", name="Chattering").click()
    expect(page.locator("#meaning")).to_contain_text("Its swings are not told one by one")
    page.goto("/assets/dewar")
    expect(page.locator("#excursions li").filter(has_text=WORDS)).to_have_count(1)
    assert violations(page) == []
    picture(page, "swings-asset")


def test_in_chinese(browser: Browser, room: Room, session: str) -> None:
    context = desk(browser, room, session, language="zh")
    page = context.new_page()
    page.goto("/alarms")
    expect(page.get_by_role("article").filter(has_text="30 分钟内反复 3 次")).to_have_count(1)
    picture(page, "swings-zh")
    context.close()
