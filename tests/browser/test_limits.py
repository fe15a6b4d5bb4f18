"""Limits from the page: a version is proposed, signed by two people, written; the gateway starts anew."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room
from tests.system.gateway_process import eventually
from tests.unit.accounts.members import PASSWORD

TWO = "\n[signatures]\nprofile_approvals = 2\n"
TEXT = "Limits, as the configuration has them"


@pytest.fixture(scope="module")
def room(room: Room) -> Room:
    """Two people are demanded since; a second one has an account."""
    room.gateway.stop()
    room.config.write_text(room.config.read_text() + TWO)
    room.gateway.start()
    room.gateway.wait_until_up()
    eventually(room.answers, "the pages answer")
    room.add_account("wang.min", "Wang Min", ("quality",))
    return room


def approve(page: Page, room: Room, account: str) -> None:
    page.get_by_role("button", name="Sign: I approve it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("limit_degC = -140")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("Code of the app").fill(room.codes[account].pop())
    picture(page, "limits-sign")
    dialog.get_by_role("button", name="Sign", exact=True).click()


def test_a_version_is_proposed_signed_by_two_and_written(page: Page, browser: Browser, room: Room) -> None:
    before = room.config.read_text()
    page.goto("/limits?profile=vapour-150")
    expect(page.locator("#can-write")).to_contain_text("It takes the signatures of 2 people.")
    text = page.get_by_label(TEXT)
    expect(text).to_have_value(re.compile('version = "2"\nvalid_from = '))
    text.fill(text.input_value().replace("limit_degC = -150", "limit_degC = -140"))
    page.get_by_role("button", name="Propose", exact=True).click()
    page.get_by_role("dialog").get_by_label("Why").fill("label of January")
    page.get_by_role("dialog").get_by_role("button", name="Propose").click()
    proposal = page.locator(".proposal")
    expect(proposal).to_contain_text("vapour-150, version 2")
    expect(proposal).to_contain_text("0 of 2 signatures")
    approve(page, room, "li.na")
    expect(proposal).to_contain_text("1 of 2 signatures")
    expect(proposal.get_by_role("button", name="Write it into the configuration")).to_have_count(0)
    assert violations(page) == []
    picture(page, "limits-proposed")

    other = desk(browser, room, room.log_in("wang.min"))
    second = other.new_page()
    second.goto("/limits?profile=vapour-150")
    approve(second, room, "wang.min")
    expect(second.locator(".proposal")).to_contain_text("2 of 2 signatures")
    other.close()

    page.reload()
    proposal.get_by_role("button", name="Write it into the configuration").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the older file is kept beside it")
    dialog.get_by_role("button", name="Write it into the configuration").click()
    expect(page.get_by_text("The gateway starts anew with it.")).to_be_visible()
    expect(proposal).to_contain_text("in the configuration")
    expect(page.locator("#versions thead")).to_contain_text("version 2")
    picture(page, "limits-written")

    after = room.config.read_text()
    assert after.startswith(before) and "limit_degC = -140" in after.removeprefix(before)
    (kept,) = room.folder.glob("cryogate.toml.*.before")
    assert kept.read_text() == before
