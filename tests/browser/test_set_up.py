"""Set-up: a finding and its button, a person who gets an account by a link, other limits, the audit trail."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, picture
from tests.browser.room import Room
from tests.unit.accounts.members import PASSWORD


def test_a_finding_is_read_and_its_button_leads_on(page: Page) -> None:
    page.goto("/set-up")
    expect(page.locator("#of-sources")).to_have_text("3 of 3 sources are up")
    page.get_by_role("link", name="Health What is wrong").click()
    finding = page.locator(".finding").filter(has_text="nothing was imported yet: box-2-air")
    expect(finding).to_contain_text("note")
    expect(finding).to_contain_text("Next: import a file of its logger")
    finding.get_by_role("link", name="Sources").click()
    expect(page.locator("#sources")).to_contain_text("freezer-port")
    expect(page.locator("#refused")).to_contain_text("Nothing was refused")


def test_a_chinese_page_has_the_findings_in_chinese(browser: Browser, room: Room, session: str) -> None:
    """Sentences, names in them, and what to do next; commands stay as they are typed."""
    context = desk(browser, room, session, "zh")
    chinese = context.new_page()
    chinese.goto("/set-up/health")
    finding = chinese.locator(".finding").filter(has_text="尚未导入任何数据：box-2-air")
    expect(finding.locator("b")).to_have_text("通道")
    expect(finding).to_contain_text("导入其记录仪的文件：cryogate import，docs/imports.md")
    expect(chinese.locator("#summary")).to_contain_text("3 个数据源，9 个通道")
    words = chinese.locator(".finding [lang=en]").all_inner_texts()
    assert [one for one in words if " " in one and not one.startswith("cryogate ")] == []
    picture(chinese, "health-zh")
    context.close()


def test_a_backup_is_taken_now(page: Page, room: Room) -> None:
    page.goto("/set-up/health")
    expect(page.locator("#backup")).to_contain_text("none")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("The backup is taken: journal-")).to_be_visible()
    file = page.locator("#backup code").inner_text()
    assert (room.folder / "backup" / file).is_file()
    picture(page, "backup")


def test_an_administrator_adds_somebody_who_logs_in_by_the_link(
    page: Page, browser: Browser, room: Room
) -> None:
    page.goto("/set-up/people")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Id").fill("zhao.min")
    dialog.get_by_label("Name in Latin script").fill("Zhao Min")
    dialog.get_by_label("Name in Chinese script").fill("赵敏")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#people")).to_contain_text("赵敏")

    page.get_by_role("link", name="Accounts and sessions").click()
    page.get_by_role("button", name="Add an account").click()
    dialog.get_by_role("combobox", name="Person").select_option("zhao.min")
    dialog.get_by_role("checkbox", name="operator").check()
    dialog.get_by_role("button", name="Make the account").click()
    link = dialog.locator("pre").inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("#accounts")).to_contain_text("link not used yet")

    context = desk(browser, room)
    other = context.new_page()
    other.goto(link)
    other.get_by_role("button", name="Next").click()
    other.get_by_label("New password").fill(PASSWORD)
    other.get_by_label("Code that the app shows now").fill(room.code_of(other.locator("#key").inner_text()))
    other.get_by_role("button", name="Set up").click()
    expect(other.locator("#code-list")).to_contain_text("-")
    code = other.locator("#code-list").inner_text().split()[0]
    other.get_by_role("link", name="Log in").click()
    other.get_by_label("Account", exact=True).fill("zhao.min")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_label("Code of the app").fill(code)
    other.get_by_role("button", name="Log in").click()
    expect(other.locator("#who")).to_have_text("zhao.min")
    other.goto("/set-up/accounts")
    expect(other.locator("#sessions")).to_contain_text("this one")
    expect(other.locator("#others")).to_be_hidden()
    context.close()


def test_other_limits_are_tried_on_what_was_measured(page: Page, room: Room) -> None:
    room.run_out()
    page.goto("/limits?profile=vapour-150")
    expect(page.locator("#versions")).to_contain_text("above-150: limit")
    text = page.get_by_label("Limits, as the configuration has them")
    text.fill(text.input_value().replace("limit_degC = -150", "limit_degC = 60"))
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#sums")).to_contain_text("vanishes: 1")


def test_the_audit_trail_is_filtered(page: Page) -> None:
    page.goto("/set-up/audit")
    expect(page.locator("#entries")).to_contain_text("shipper-2")
    page.get_by_label("Kind").select_option("account")
    page.get_by_label("Who").fill("Wang Wei")
    page.keyboard.press("Enter")
    expect(page.locator("#entries tr")).to_have_count(1)
    expect(page.locator("#entries")).to_contain_text("made the account li.na")
    expect(page).to_have_url(re.compile("kind=account"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert "made the account li.na" in download.value.path().read_text()


def test_the_own_password_and_new_codes_need_password_and_a_code(browser: Browser, room: Room) -> None:
    """Whoever finds a page that was left open can do neither."""
    room.add_account("chen.jie", "Chen Jie", ("viewer",))
    context = desk(browser, room, room.log_in("chen.jie"))
    page = context.new_page()
    page.goto("/set-up/accounts")
    page.get_by_role("button", name="Change the password").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_label("Code of the app, or a recovery code").fill("123456")
    dialog.get_by_label("New password").fill("seven green umbrellas")
    dialog.get_by_role("button", name="Change the password").click()
    expect(dialog.get_by_role("alert")).to_contain_text("the password or the code is wrong")
    dialog.get_by_label("Code of the app, or a recovery code").fill(room.codes["chen.jie"].pop())
    dialog.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()

    page.get_by_role("button", name="New recovery codes").click()
    dialog.get_by_label("Your password").fill("seven green umbrellas")
    dialog.get_by_label("Code of the app, or a recovery code").fill(room.codes["chen.jie"].pop())
    dialog.get_by_role("button", name="Make new ones").click()
    codes = dialog.locator("pre").inner_text().split()
    assert len(codes) == 10 and not set(codes) & set(room.codes["chen.jie"])
    picture(page, "new-codes")
    context.close()
