"""A scanner on any page: a unit, an alarm and an asset open; a code that nobody knows is explained."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import violations

UNIT = "83857930000879766660"  # inside shipper-2, as the demo loads it
GS1 = "]C10109521234543213211234\x1d10AB"  # a serial number of any length ends with a separator
OTHER = "]C10109521234543213219999\x1d10AB"
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
