"""From one shift to the next: what is open, notes, to whom; then both sign, each with the own account."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, lose_first_answer
from tests.browser.room import Room
from tests.unit.accounts.members import PASSWORD

NOTES = "Lid of freezer-1 sticks.\nDo not force it."


def sign(page: Page, button: str, code: str) -> None:
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("Code of the app").fill(code)
    dialog.get_by_role("button", name="Sign", exact=True).click()


def test_one_hands_over_and_both_sign(page: Page, browser: Browser, room: Room) -> None:
    room.add_account("wang.wei", "Wang Wei", ("operator",))
    page.goto("/alarms")
    expect(page.locator("#alarm-count")).to_be_visible()  # the shipper that warms up
    page.goto("/hand-over")
    expect(page.locator("#open")).to_contain_text("shipper-2")
    expect(page.locator("#changes")).to_contain_text("raised")
    page.get_by_role("button", name="Still open").press("Enter")  # a word that is explained where it stands
    expect(page.get_by_role("note")).to_contain_text("Whoever takes over is responsible")
    page.keyboard.press("Escape")
    page.get_by_label("Notes for the next shift").fill(NOTES)
    page.reload()
    expect(page.get_by_label("Notes for the next shift")).to_have_value(NOTES)
    page.get_by_label("To whom").select_option("wang.wei")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#last")).to_contain_text("Lid of freezer-1 sticks. / Do not force it.")
    sign(page, "Sign: I have handed over", room.codes["li.na"].pop())
    expect(page.locator("#last")).to_contain_text("Li Na signed")
    expect(page.locator("#last")).to_contain_text("Wang Wei not signed")

    context = desk(browser, room, room.log_in("wang.wei"))
    other = context.new_page()
    other.goto("/hand-over")
    sign(other, "Sign: I have taken over", room.codes["wang.wei"].pop())
    expect(other.locator("#last")).to_contain_text("Wang Wei signed")
    context.close()


def test_notes_that_are_changed_after_a_lost_answer_are_another_handover(page: Page, room: Room) -> None:
    room.add_account("chen.jing", "Chen Jing", ("operator",))
    lost = lose_first_answer(page, "**/api/v1/handovers")
    page.goto("/hand-over")
    page.get_by_label("Notes for the next shift").fill("Lid sticks.")
    page.get_by_label("To whom").select_option("chen.jing")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#give .problem")).not_to_be_empty()
    assert lost == [200]
    page.get_by_label("Notes for the next shift").fill("Lid is repaired.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#last")).to_contain_text("Lid is repaired.")
