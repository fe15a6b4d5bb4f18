"""A device that no channel knows: its message is refused, somebody points at the value."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from paho.mqtt.publish import single
from playwright.sync_api import Browser, Page, expect

from gateway.config.load import load
from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room
from tests.system.gateway_process import eventually

SAID = {"ts": 1_767_609_999_000, "temp": -188.4, "more": {"humidity": 41.5}, "name": "<b>box</b>"}
TELEMETRY = "cryo/box-9/telemetry"
WRITE = "Write it into the configuration"


@pytest.fixture
def send(room: Room) -> Callable[[], None]:
    def send() -> None:
        single(TELEMETRY, json.dumps(SAID), qos=1, hostname="127.0.0.1", port=room.broker)

    return send


def refused(room: Room) -> bool:
    done = room.gateway.asked("refused", "--json")
    return TELEMETRY in done.output


def open_form(page: Page) -> None:
    page.goto("/set-up/sources")
    page.locator("#refused tr", has_text="box-9").first.get_by_role("button").click()


def test_a_channel_by_pointing_at_a_value(page: Page, room: Room, send: Callable[[], None]) -> None:
    send()
    eventually(lambda: refused(room), "the message is refused")
    before = room.config.read_text()
    open_form(page)
    part = page.locator("#pointing")
    expect(part).to_contain_text('"name": "<b>box</b>"')
    part.get_by_role("button", name="box-9/temperature: -188.4").click()
    expect(page.locator("#of-value")).to_contain_text("calls it box-9/temperature and gives −188.4 at")
    expect(part.get_by_label("Name of the channel")).to_have_value("box-9-temperature")
    part.locator("[name=asset]").select_option("another one, which is new")
    part.get_by_label("Name of the asset").fill("box-9")
    part.locator("[name=kind]").select_option("dry_shipper")
    part.locator("[name=unit]").select_option("degC")
    part.locator("[name=profile]").select_option("vapour-150")
    part.get_by_role("button", name="Show what this gives").click()
    expect(page.locator("#piece-text")).to_contain_text("[channels.box-9-temperature]")
    expect(page.locator("#gives")).to_contain_text("1, of which 1 are new")
    assert violations(page) == []
    picture(page, "pointing")
    part.get_by_role("button", name=WRITE).click()
    page.get_by_role("dialog").get_by_role("button", name=WRITE).click()
    expect(page.get_by_text("The gateway starts anew with it.")).to_be_visible()
    after = room.config.read_text()
    assert after.startswith(before) and load(room.config).assets["box-9"].kind == "dry_shipper"
    eventually(lambda: "box-9-temperature" in room.gateway.asked("status", "--json").output, "the channel")
    eventually(room.answers, "the pages answer")
    page.get_by_role("button", name="Read those of broker again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This would give 1 new readings from 1 messages")
    picture(page, "pointing-again")
    dialog.get_by_role("button", name="Read again").click()
    expect(page.get_by_text("1 messages read, 1 new readings")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh", "dark", 360), ("zh", "light", 1280)])
def test_another_value_is_pointed_at_on_a_phone(
    browser: Browser,
    room: Room,
    session: str,
    send: Callable[[], None],
    language: str,
    scheme: str,
    width: int,
) -> None:
    """The topic gets a reading more; what cannot be is said in the form, which stays as it is."""
    send()
    eventually(lambda: refused(room), "the message is refused")
    context = desk(browser, room, session, language, scheme, width, 780)
    page = context.new_page()
    open_form(page)
    page.get_by_role("button", name="/more/humidity: 41.5").click()
    page.locator("[name=quantity]").select_option("humidity")
    page.locator("#channel [name=name]").fill("shipper-1-payload")
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("#channel .problem")).to_contain_text(
        "there is a channel 'shipper-1-payload' already"
    )
    picture(page, f"pointing-{language}-{scheme}-problem")
    page.locator("#channel [name=name]").fill("humidity-9")
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("#piece-text")).to_contain_text('value_pointer = "/more/humidity"')
    assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth") == width
    picture(page, f"pointing-{language}-{scheme}")
    context.close()
