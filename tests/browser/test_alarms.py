"""An operator and an alarm: what it says, who takes it, what is remarked; two people at once; by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.desk import desk, lose_first_answer, violations
from tests.browser.room import Room
from tests.browser.test_log_in import type_in

UNIT = "83857930000879766660"  # inside shipper-2, as the demo loads it
WARM = "too warm, above −150.0 °C"


@pytest.fixture(scope="module")
def warm(browser: Browser, room: Room, session: str) -> None:
    """Until both alarms of the shipper that runs out are there."""
    context = desk(browser, room, session)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto("/alarms")
    page.get_by_role("article").filter(has_text=WARM).wait_for()
    context.close()


def open_alarm(page: Page) -> None:
    page.goto("/alarms")
    page.get_by_role("article").filter(has_text=WARM).get_by_role("link").click()
    expect(page.locator("#detail h2")).to_contain_text("shipper-2")


@pytest.mark.usefixtures("warm")
def test_a_stranger_sees_what_is_wrong_where_what_is_inside_and_what_to_do(page: Page) -> None:
    open_alarm(page)
    expect(page).to_have_url(re.compile(r"/alarms/E-"))
    detail = page.locator("#detail")
    for words in (
        "critical",
        "shipper-2",
        WARM,
        "Do first",
        "2 units inside, irreplaceable",
        UNIT,
        "Raised: critical",
    ):
        expect(detail).to_contain_text(words)
    expect(page.locator("#list")).to_contain_text("of the same happening, one more:")
    page.get_by_role("searchbox", name="Search in these alarms").fill("no such vessel")
    expect(page.locator("#nothing")).to_contain_text("No alarm is like that")
    expect(page).to_have_url(re.compile(r"text=no\+such\+vessel"))
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("article").first).to_be_visible()
    assert not violations(page)


@pytest.mark.usefixtures("warm")
def test_an_alarm_that_speaks_again_is_told_on_every_page(room: Room, page: Page) -> None:
    open_alarm(page)
    alarm = page.url.rpartition("/")[2]
    said = ("--by", "Wang Wei", "--reason", "lid is open")
    assert room.gateway.asked("shelve", alarm, "--for", "15min", *said).exit_code == 0
    expect(page.locator("#detail")).to_contain_text("shelved by Wang Wei until")
    page.goto("/hand-over")
    expect(page.locator("#link")).to_have_text("Live")
    assert room.gateway.asked("unshelve", alarm, *said).exit_code == 0
    expect(page.locator("#toasts")).to_contain_text("Alarm, critical: shipper-2, above-150, 2 units inside")
    page.locator("#toasts").get_by_role("link", name="Look").click()
    expect(page.locator("#detail h2")).to_contain_text("shipper-2")


@pytest.mark.usefixtures("warm")
def test_several_get_one_comment_that_can_be_taken_back(page: Page) -> None:
    page.goto("/alarms")
    expect(page.get_by_role("checkbox")).to_have_count(2)
    for box in page.get_by_role("checkbox").all():
        box.check()
    expect(page.locator("#chosen-count")).to_have_text("2 chosen")
    page.locator("#chosen").get_by_role("button", name="Comment").click()
    dialog = page.get_by_role("dialog", name="Comment")
    expect(dialog).to_contain_text("It can be taken back")
    dialog.get_by_label("Comment, for all of them").fill("lid <b>was</b> open")
    assert not violations(page)
    dialog.get_by_role("button", name="Comment").click()
    expect(page.locator("#toasts")).to_contain_text("Remarked on 2 alarms.")
    expect(page.locator("#detail .line")).to_contain_text("lid <b>was</b> open")
    page.locator("#toasts").get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("wrong vessel")
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.locator("#detail .line")).to_contain_text("Li Na took a statement back")


@pytest.mark.usefixtures("warm")
def test_a_form_that_is_changed_after_a_lost_answer_is_another_request(page: Page) -> None:
    lost = lose_first_answer(page, "**/api/v1/alarms/*/comment")
    open_alarm(page)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Comment")
    send = dialog.get_by_role("button", name="Comment")
    dialog.get_by_label("Comment").fill("lid sticks")
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not answer")
    assert lost == [200]
    dialog.get_by_label("Comment").fill("lid is repaired")
    send.click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#detail .line")).to_contain_text("lid is repaired")


@pytest.mark.usefixtures("warm")
def test_the_second_of_two_is_told_who_has_it(browser: Browser, room: Room, page: Page) -> None:
    room.add_account("zhao.lei", "Zhao Lei", ("operator",))
    second = desk(browser, room, room.log_in("zhao.lei"))
    other = second.new_page()
    open_alarm(page)
    open_alarm(other)
    page.locator("#detail").get_by_role("button", name="Take").click()
    dialog = page.get_by_role("dialog", name="Take")
    dialog.get_by_label("Comment").fill("on my way")
    other.locator("#detail").get_by_role("button", name="Take").click()
    other.get_by_role("dialog").get_by_role("button", name="Take").click()
    expect(other.locator("#detail")).to_contain_text("Zhao Lei has it")
    expect(dialog.get_by_role("alert")).to_contain_text("Zhao Lei has it since")
    dialog.get_by_role("button", name="Take").click()
    expect(other.locator("#detail")).to_contain_text("Li Na has it")
    second.close()


@pytest.mark.usefixtures("warm")
def test_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/alarms")
    expect(page.locator("#detail h2")).to_be_visible()
    for key, words in (("?", "next, previous alarm"), ("t", "You say that you are on it")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_contain_text(words)
        page.keyboard.press("Escape")
    first = page.locator(".alarm.current").get_attribute("data-id")
    page.keyboard.press("j")
    expect(page.locator(".alarm.current")).not_to_have_attribute("data-id", first or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/alarms/E-"))
    expect(page.locator("#detail h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/alarms$"))


@pytest.mark.usefixtures("warm")
def test_keys_work_while_the_page_still_learns(page: Page) -> None:
    """Names, calls and channels that are slow to come hold nothing up."""
    held: list[Route] = []
    page.route("**/api/v1/channels*", lambda route: held.append(route))
    open_alarm(page)
    page.keyboard.press("t")
    expect(page.get_by_role("dialog")).to_contain_text("You say that you are on it")
    assert held
    for route in held:
        route.continue_()


@pytest.mark.usefixtures("warm")
def test_typed_words_outlive_a_session(browser: Browser, room: Room) -> None:
    """The last one here: it ends every session of li.na."""
    own = desk(browser, room, room.log_in())
    typing = own.new_page()
    open_alarm(typing)
    typing.keyboard.press("a")
    dialog = typing.get_by_role("dialog", name="Acknowledge")
    dialog.get_by_label("Comment").fill("refilled, 20 kg")
    room.end_sessions()
    log_in = typing.get_by_role("dialog", name="Log in")
    type_in(log_in, room.codes["li.na"].pop())
    expect(log_in).to_be_hidden()
    expect(dialog.get_by_label("Comment")).to_have_value("refilled, 20 kg")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(typing.locator("#detail .line")).to_contain_text("refilled, 20 kg")
    own.close()
