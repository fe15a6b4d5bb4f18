"""One asset: years of its readings, what happened meanwhile, and what was inside."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import desk, violations
from tests.browser.room import Room

MAPPING = """format = "csv"
[options]
time_columns = ["time"]
columns = [{ column = "air", unit = "degC" }]
[channels]
air = "box-2-air"
"""
NOW = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def year(room: Room) -> Room:
    """A logger was in box 2 for a year: a reading an hour, one hot one, and two weeks without battery."""
    lines = ["time,air"]
    for hours in range(24 * 365, 24, -1):
        if 24 * 100 < hours < 24 * 114:
            continue
        at, is_hot = NOW - datetime.timedelta(hours=hours), hours == 24 * 200
        value = 19.5 if is_hot else 5.0 + (hours % 24) / 24
        times = [at, at + datetime.timedelta(minutes=2)] if is_hot else [at]  # two prove it
        lines += [f"{one.isoformat()},{value:.2f}" for one in times]
    file, mapping = room.folder / "year.csv", room.folder / "year.toml"
    file.write_text("\n".join(lines) + "\n")
    mapping.write_text(MAPPING)
    done = room.gateway.asked("import", str(file), "--map", str(mapping), "--by", "Li Na")
    assert done.exit_code == 0, done.output
    return room


def shown(page: Page) -> float:
    """Days that the chart shows, as the address says."""
    found = re.search(r"from=([^&]+)&to=([^&]+)", page.url)
    if found is None:
        return float(page.url.rpartition("span=")[2]) / 86_400
    from_, to = (datetime.datetime.fromisoformat(one.replace("%3A", ":")) for one in found.groups())
    return (to - from_).total_seconds() / 86_400


def test_a_year_is_looked_through_to_its_hottest_hour(page: Page, year: Room) -> None:
    page.goto("/assets/box-2")
    expect(page.get_by_role("heading", level=1)).to_have_text("box-2")
    page.get_by_role("button", name="1 year").click()
    expect(page).to_have_url(re.compile("span=31536000"))
    expect(page.locator("#excursions li").first).to_contain_text("box-2-air")
    expect(page.locator("#events li").filter(has_text="import")).to_contain_text("Li Na")
    chart = page.locator("#chart")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
    expect(page.locator("#readout")).to_contain_text("box-2-air")
    expect(page.locator("#inside-then")).to_contain_text("nobody has stated")

    hot = page.locator("#excursions li").filter(has_text="above")
    hot.get_by_role("button").first.click()
    expect(page).to_have_url(re.compile("from="))
    page.get_by_text("What is shown, as a table").click()
    expect(page.locator("#rows")).to_contain_text("19.5 °C")
    before = shown(page)
    address = page.url
    chart.focus()
    page.keyboard.press("-")
    page.keyboard.press("ArrowLeft")
    expect(page).not_to_have_url(address)
    assert shown(page) == pytest.approx(2 * before, rel=0.01)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#readout")).to_contain_text("Time")
    page.reload()
    assert shown(page) == pytest.approx(2 * before, rel=0.01)


def test_the_live_end_is_followed_and_two_channels_are_compared(
    page: Page, year: Room, tmp_path: Path
) -> None:
    page.goto("/assets/freezer-1?channel=freezer-1-top&span=300")
    expect(page.get_by_role("button", name="Follow what comes")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("compared with").select_option("freezer-1-bottom")
    expect(page).to_have_url(re.compile("channel=freezer-1-top&channel=freezer-1-bottom&span=300"))
    expect(page.locator("#legend")).to_contain_text("freezer-1-bottom")
    expect(page.locator("#now")).to_contain_text("in range")
    expect(page.locator("#clocks")).to_contain_text("not proven")
    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG").click()
    picture.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    file.value.save_as(tmp_path / "readings.csv")
    text = (tmp_path / "readings.csv").read_text()
    assert "freezer-1-top" in text and "freezer-1-bottom" in text
    assert not violations(page)


def test_a_drag_moves_and_a_wheel_zooms(page: Page, year: Room) -> None:
    page.goto("/assets/box-2?span=864000")
    over = page.locator("#chart .u-over")
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 600, box["y"] + 100, steps=8)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from="))
    assert shown(page) == pytest.approx(10, rel=0.01)
    page.mouse.wheel(0, -300)
    page.wait_for_url(lambda _: shown(page) < 9)


def test_a_year_on_a_phone_in_chinese_and_dark(browser: Browser, year: Room, session: str) -> None:
    context = desk(browser, year, session, "zh", "dark", 360, 740)
    page = context.new_page()
    page.goto("/assets/box-2?span=31536000")
    expect(page.locator("#events li").filter(has_text="导入")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not violations(page)
    context.close()
