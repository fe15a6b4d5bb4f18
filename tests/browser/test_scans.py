"""A scanner on any page: what it reads opens, or is explained; contents are changed by scanning or typing."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.desk import desk, picture, violations
from tests.browser.film import film
from tests.browser.room import Room

UNIT = "83857930000879766660"  # inside shipper-2, as the demo loads it
GS1 = "]C10109521234543213211234\x1d10AB"  # a serial number of any length ends with a separator
OTHER = "]C10109521234543213219999\x1d10AB"
LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"
KEYS = """text => {
  const key = (init) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  const separator = { key: "]", code: "BracketRight", ctrlKey: true };
  for (const sign of text) key(sign === "\\u001d" ? separator : { key: sign });
  key({ key: "Enter" });
}"""  # as a wedge scanner: fast, and Enter at the end


def test_a_known_unit_opens_what_it_is_and_where_it_was(page: Page) -> None:
    page.goto("/hand-over")
    expect(page.locator("#link")).to_have_text("Live")
    page.evaluate(KEYS, UNIT)
    expect(page).to_have_url(re.compile(rf"/units\?scheme=nmpa&code={UNIT}$"))
    expect(page.locator("#unit")).to_contain_text("Now in shipper-2")
    expect(page.locator("#unit")).to_contain_text("serial number of the pack")
    assert not violations(page)
    page.evaluate(KEYS, GS1)
    expect(page.locator("#unit")).to_contain_text("EXAMPLE CAR-T 2")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()  # a scanner may send this sign, too: it waits for more
    page.keyboard.type("shipper-2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/assets/shipper-2$"))


def test_a_code_that_nobody_knows_is_explained(page: Page) -> None:
    page.goto("/alarms")
    expect(page.locator("#link")).to_have_text("Live")
    page.evaluate(KEYS, OTHER)
    dialog = page.get_by_role("dialog", name="Nobody knows this code")
    expect(dialog).to_contain_text("It is a proper code, but nobody has stated that such a unit is here")
    expect(dialog).to_contain_text("serial number (21)")
    assert not violations(page)
    page.keyboard.press("Escape")
    page.evaluate(KEYS, "123 <i>456")
    expect(dialog).to_contain_text("none of the codes that this gateway reads")
    dialog.get_by_text("Why it is none of the others").click()
    expect(dialog).to_contain_text("20 digits that begin with 8.")


def test_the_camera_reads_a_code_and_says_why_it_cannot(
    browser: Browser, room: Room, session: str, tmp_path: Path
) -> None:
    """Refused, none there, and a page that came by http from another machine."""
    seen = [
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path / 'film.y4m')}",
        "--host-resolver-rules=MAP gateway.test 127.0.0.1",
    ]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *seen]) as phone:
        context = desk(phone, room, session, width=360, height=740)
        page = context.new_page()
        page.goto("/alarms")
        assert not [one for one in page.evaluate(LOADED) if "zxing" in one]
        assert "is refused to this page" in said_by_camera(page)
        context.grant_permissions(["camera"])
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page).to_have_url(re.compile(r"/units\?scheme=gs1"))
        expect(page.locator("#unit")).to_contain_text("EXAMPLE CAR-T 2")

        opened(page, "shipper-2", "Put in")
        page.get_by_role("dialog").get_by_role("button", name="Camera").click()
        camera = page.get_by_role("dialog", name="Scan with the camera")
        expect(camera).to_contain_text("Read: ]d201")
        picture(page, "camera-phone")
        camera.get_by_role("button", name="Close").click()
        codes, now = page.get_by_role("list", name="Codes"), page.get_by_role("checkbox", name="now")
        expect(codes).to_contain_text("already here · left out")
        now.uncheck()
        expect(codes).not_to_contain_text("left out")
        away = phone.new_context()
        address = room.url.replace("localhost", "gateway.test")
        away.add_cookies([{"name": "cryogate", "value": session, "url": address}])
        page = away.new_page()
        page.goto(f"{address}/assets")
        assert "only to pages that came by https" in said_by_camera(page)
    none = desk(browser, room, session)
    none.grant_permissions(["camera"])
    page = none.new_page()
    page.goto("/assets")
    assert "has no camera" in said_by_camera(page)
    none.close()


def said_by_camera(page: Page) -> str:
    page.get_by_role("button", name="Scan with the camera").click()
    said = page.get_by_role("dialog").get_by_role("alert")
    expect(said).to_be_visible()
    words = said.inner_text()
    page.keyboard.press("Escape")
    return words


def opened(page: Page, asset: str, button: str) -> None:
    page.goto(f"/assets/{asset}")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_label("Code of a unit")).to_be_focused()


def test_a_unit_is_moved_here_by_scanner_and_the_move_is_taken_back(page: Page) -> None:
    opened(page, "shipper-3", "Put in")
    dialog = page.get_by_role("dialog")
    dialog.locator("h2").click()  # whatever has the focus
    page.evaluate("document.activeElement.blur()")
    page.evaluate(KEYS, UNIT)
    row = dialog.get_by_role("list", name="Codes").get_by_role("listitem")
    expect(row).to_contain_text("moves out of shipper-2")
    page.evaluate(KEYS, UNIT)
    expect(dialog).to_contain_text("is in the list already")
    page.evaluate(KEYS, "shipper-2")
    expect(dialog).to_contain_text("names no unit")
    dialog.get_by_label("Code of a unit").fill("BAG-77")
    page.keyboard.press("Enter")
    expect(row.last).to_contain_text("new: nobody has spoken of it")
    follows = dialog.locator(".follows")
    for words in ("2 statements are made", "One unit moves out of shipper-2", "2 units are inside shipper-3"):
        expect(follows).to_contain_text(words)
    assert not violations(page)
    picture(page, "put-in")
    dialog.get_by_role("button", name="State it").click()
    expect(page.locator("#inside")).to_contain_text(UNIT)

    page.get_by_role("button", name="Take it back").click()
    page.get_by_label("Reason").fill("wrong shipper scanned")
    dialog.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator("#inside")).not_to_contain_text("BAG-77")


def test_a_unit_is_taken_out_and_that_is_corrected(browser: Browser, room: Room, session: str) -> None:
    """In Chinese, on a phone, in the dark; the alarm of shipper-2 names the unit in any case."""
    context = desk(browser, room, session, "zh", "dark", 360, 740)
    page = context.new_page()
    opened_in_chinese = page.get_by_role("button", name="取出", exact=True)
    page.goto("/assets/shipper-1")
    opened_in_chinese.click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox").first
    for code in (UNIT, "DEMO-BAG-0003"):
        field.fill(code)
        field.press("Enter")
    expect(dialog.get_by_role("listitem").first).to_contain_text("记录显示它在 shipper-2 中")
    expect(dialog.locator(".follows")).to_contain_text("1 件产品移出 shipper-1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture(page, "take-out-phone")
    dialog.get_by_role("button", name="提交声明").click()
    expect(page.locator("#inside")).not_to_contain_text("DEMO-BAG-0003")

    page.get_by_role("button", name="更正", exact=True).click()
    field.fill("DEMO-BAG-0003")
    field.press("Enter")
    dialog.get_by_label("结束时间").fill("")
    dialog.get_by_label("原因").fill("袋子仍在其中")
    expect(dialog.locator(".follows")).to_contain_text("将产生 1 条声明")
    assert not violations(page)
    picture(page, "correct-phone")
    dialog.get_by_role("button", name="提交更正").click()
    expect(page.locator("#inside")).to_contain_text("DEMO-BAG-0003")
    context.close()


def test_alarms_that_will_name_a_unit_are_told_before(page: Page) -> None:
    """shipper-2 has run out; shipper-4 is stated empty."""
    opened(page, "shipper-2", "Put in")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Code of a unit").fill("BAG-78")
    page.keyboard.press("Enter")
    expect(dialog.locator(".follows")).to_contain_text("shipper-2: above-150 will name one of them")
    dialog.get_by_role("button", name="Cancel").click()
    page.goto("/assets/shipper-4")
    expect(page.locator("#inside")).to_contain_text(re.compile("nobody has stated"))
    page.get_by_role("button", name="It is empty").click()
    page.get_by_role("dialog").get_by_role("button", name="State it").click()
    expect(page.locator("#inside")).to_contain_text("empty")
