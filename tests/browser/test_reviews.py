"""Reviews: assessed, decided, approved by a second person; the report is made and looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room
from tests.system.gateway_process import eventually
from tests.unit.accounts.members import PASSWORD

LONG_MS = 300_000  # a job has a low priority, and machines are shared


@pytest.fixture(scope="module")
def alarm(room: Room) -> str:
    """The shipper ran out, and its probe was taken elsewhere: the excursion is over, as moved."""
    found = room.run_out()
    said = ("--by", "Li Na", "--reason", "probe is needed there")
    done = room.gateway.asked("place", "shipper-2-payload", "shipper-1", *said)
    assert done.exit_code == 0, done.output
    is_over = lambda: [one for one in room.gateway.alarms() if one["id"] == found and one["end"]]  # noqa: E731
    eventually(is_over, "the excursion is over", 90.0)
    return found


def test_a_review_is_assessed_decided_and_approved_by_somebody_else(
    page: Page, browser: Browser, room: Room, alarm: str
) -> None:
    room.add_account("wang.wei", "Wang Wei", ("qualified-person",))
    page.goto("/reviews")
    page.locator("#rows tr").filter(has_text=alarm).get_by_role("link").click()
    page.get_by_role("button", name="Assess", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label("What happened").fill("Lid open\nduring transfer.")
    form.get_by_label("Number of the deviation").fill("DEV-26-014")
    picture(page, "review-assess")
    form.get_by_role("button", name="State it").click()
    expect(page.locator("#assessment")).to_contain_text("Lid open / during transfer.")
    page.get_by_label("Choose 83857930000879766660").check()
    page.get_by_role("button", name="Decide about the chosen one").click()
    form.get_by_text("reject", exact=True).check()
    form.get_by_label("Why").fill("lid fell on it")
    form.get_by_label("Documents").fill("SOP-7\nQA-12")
    picture(page, "review-decide")
    form.get_by_role("button", name="State it").click()
    expect(page.locator("#units")).to_contain_text("SOP-7; QA-12")
    page.get_by_role("button", name="Decide about the one without a decision").click()
    form.get_by_text("use", exact=True).check()
    form.get_by_label("Why").fill("within the stability budget")
    form.get_by_role("button", name="State it").click()
    expect(page.locator("#state")).to_contain_text("a second person has not approved it")
    expect(page.locator("#approval-acts")).to_contain_text("takes the role qualified person")
    picture(page, "review-decided")
    page.evaluate("scrollTo(0, 0)")  # nothing lies half below the header
    assert not violations(page)

    context = desk(browser, room, room.log_in("wang.wei"))
    other = context.new_page()
    other.goto(f"/reviews/{alarm}")
    other.get_by_role("button", name="Approve with signature").click()
    other.get_by_role("dialog").get_by_label("Password").fill(PASSWORD)
    other.get_by_role("dialog").get_by_label("Code of the app").fill(room.codes["wang.wei"].pop())
    other.get_by_role("dialog").get_by_role("button", name="Sign", exact=True).click()
    expect(other.locator("#state")).to_contain_text("approved")
    expect(other.locator("#approval")).to_contain_text("Wang Wei (wang.wei)")
    context.close()
    page.goto("/reviews?state=all")
    expect(page.locator("#rows tr").filter(has_text=alarm)).to_contain_text("DEV-26-014")


def test_a_report_is_made_looked_at_and_downloaded(page: Page, alarm: str) -> None:
    page.goto(f"/reviews/{alarm}")
    part = page.locator("#report")
    part.get_by_role("button", name="Make the report").click()
    expect(part.get_by_role("status")).to_contain_text("done", timeout=LONG_MS)
    with page.expect_download() as kept:
        part.get_by_role("link", name="Download").click()
    assert kept.value.suggested_filename == f"report-{alarm}.pdf"
    assert kept.value.path().read_bytes().startswith(b"%PDF")
    page.goto("/reports")
    one = page.locator("#jobs .job").filter(has_text=alarm)
    with page.expect_response("**/answer?show=true") as shown:
        one.get_by_role("button", name="Look at it here").click()
    assert shown.value.headers["content-type"] == "application/pdf"
    expect(one.locator("iframe")).to_be_visible()
    picture(page, "report-shown")
    one.get_by_role("button", name="Forget it").click()
    expect(page.locator("#jobs")).to_contain_text("Nothing runs")
