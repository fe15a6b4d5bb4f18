"""The plan of a site: uploaded, assets placed by keys and by dragging, shown with their states."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, Route, expect

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


def test_a_late_answer_does_not_show_one_site_as_another(page: Page, room: Room) -> None:
    """The plan of `port` comes after `pudong` was chosen again."""
    held: list[Route] = []
    saved: list[str] = []

    def with_port(route: Route) -> None:
        answer = route.fetch()
        sites = answer.json()
        sites["items"].append({**sites["items"][0], "site": "port", "name": "port"})
        route.fulfill(response=answer, json=sites)

    page.route(re.compile(r"/api/v1/sites(\?|$)"), with_port)
    page.route("**/api/v1/plans/port", lambda route: held.append(route))
    page.on("request", lambda asked: saved.append(asked.url) if asked.url.endswith("/places") else None)
    page.goto("/map?site=pudong")
    page.locator("#file").set_input_files(PLAN)
    expect(page.locator("#frame")).to_be_visible()
    if page.locator("#arranging").is_hidden():
        page.get_by_role("button", name="Arrange").click()
    answer = page.request.get(f"{room.url}/api/v1/plans/pudong")
    page.locator("#where").select_option("port")
    expect(page.locator("#of")).to_have_text("port")
    expect(page.locator("#arranging")).to_be_hidden()
    expect(page.locator("#frame")).to_be_hidden()
    page.locator("#where").select_option("pudong")
    expect(page.locator("#frame")).to_be_visible()
    page.get_by_role("button", name="Arrange").click()
    with page.expect_response("**/api/v1/plans/port"):
        held[0].fulfill(response=answer, json={**answer.json(), "site": "port", "places": [], "revision": 1})
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    expect(page.locator("#picture")).to_have_attribute("alt", "Plan of Pudong cryobank")
    expect(page.locator("#arranging")).to_be_visible()
    with page.expect_response("**/places") as answered:
        page.get_by_role("button", name="Save the places").click()
    assert answered.value.ok and saved == [f"{room.url}/api/v1/plans/pudong/places"]
