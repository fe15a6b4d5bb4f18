"""The plan of a site: uploaded, assets placed by keys and by dragging, shown with their states."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, picture, violations
from tests.browser.room import Room
from tests.unit.plans.drawn_plans import png

PLAN = {"name": "plan.png", "mimeType": "image/png", "buffer": png(900, 500)}
ACTIVE = {"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
NO_PICTURE = {"name": "plan.png", "mimeType": "image/png", "buffer": b"no picture"}


def test_a_plan_is_uploaded_and_assets_are_placed(page: Page, browser: Browser, room: Room) -> None:
    page.goto("/map")
    expect(page.locator("#none")).to_be_visible()
    file = page.locator("#file")
    file.set_input_files(ACTIVE)
    expect(page.locator("#problem")).to_contain_text("no PNG and no JPEG")
    file.set_input_files(NO_PICTURE)
    expect(page.locator("#problem")).to_contain_text("The gateway does not take it")
    file.set_input_files(PLAN)
    expect(page.locator("#arranging")).to_be_visible()

    page.locator("#tray").get_by_role("button", name="shipper-2").press("Enter")
    pin = page.locator("#pins").get_by_role("button", name="shipper-2")
    expect(pin).to_be_focused()
    for _ in range(5):
        pin.press("ArrowLeft")
    expect(pin.locator("..")).to_have_attribute("style", "left: 40%; top: 50%;")
    other = page.locator("#tray").get_by_role("button", name="shipper-1")
    other.hover()
    page.mouse.down()
    box = page.locator("#frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()
    expect(page.locator("#pins").get_by_role("button", name="shipper-1")).to_be_visible()
    picture(page, "map-arranging")
    assert not violations(page)
    page.get_by_role("button", name="Save the places").click()
    expect(page.locator("#drawn")).to_contain_text("places by li.na")

    room.add_account("zhao.min", "Zhao Min", ("viewer",))
    context = desk(browser, room, room.log_in("zhao.min"))
    viewer = context.new_page()
    viewer.goto("/map")
    expect(viewer.locator("#pins .pin")).to_have_count(2)
    expect(viewer.get_by_role("button", name="Arrange")).to_have_count(0)
    picture(viewer, "map")
    viewer.locator("#pins").get_by_role("link", name="shipper-2").click()
    expect(viewer).to_have_url(f"{room.url}/assets/shipper-2")
    context.close()
