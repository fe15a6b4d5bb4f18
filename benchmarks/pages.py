"""The control room in a browser: 500 assets that speak each second: `python -m benchmarks.pages [--days N]`.

A real broker, gateway and Chromium on this machine. Prints when the first tiles stand there (also with a
processor that is four times slower), what is transferred, how long keys and clicks take while all tiles live,
how long a new alarm takes from its commit to the screen, what the server costs with five browsers, and when a
chart of 10 million readings stands there and how it moves. All of it shares the cores of one machine; a
browser elsewhere has more.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import paho.mqtt.publish
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.rig.gateway import wait_for
from benchmarks.rig.processor import cpu_s
from benchmarks.rig.world import World
from gateway.config.load import load
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from gateway.tiles.making import Maker
from gateway.writing.introduction import introduce
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.desk import desk
from tests.browser.room import Room, free_port

ASSETS: Final = 500
BROWSERS: Final = 5
TURNS: Final = 5  # of what is measured several times
KEYS: Final = 100  # answered by the browser while all tiles live
LIVED_S: Final = 20.0
EVERY_S: Final = 3  # between two readings of the long chart
DAY_NS: Final = 86_400 * SECOND
PAGES: Final = '[pages]\nlisten = "127.0.0.1:{port}"\nplain = true\n'
NEVER_WARM: Final = 10**9  # readings until the simulated devices begin to warm

WATCH: Final = """() => {
  window.first = 0;
  const look = () => requestAnimationFrame(() => {
    if (%s) requestAnimationFrame(() => { window.first = performance.now(); });
    else look();
  });
  look();
  window.took = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.interactionId) window.took.push(one.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
}"""
STRIP: Final = """() => {
  window.shown = {};
  const look = () => {
    for (const one of document.querySelectorAll("#strip article")) {
      const name = /dewar-\\d+/.exec(one.textContent)?.[0];
      if (name) window.shown[name] ||= Date.now();
    }
  };
  new MutationObserver(() => requestAnimationFrame(look)).observe(
    document.querySelector("#strip"), { childList: true, subtree: true, characterData: true });
}"""
FRAMES: Final = """() => {
  window.frames_ = [];
  const next = (at) => { window.frames_.push(at); window.counting = requestAnimationFrame(next); };
  window.counting = requestAnimationFrame(next);
}"""
TILES: Final = "document.querySelector('.tile')"
DRAWN: Final = "location.search.includes('channel=')"  # which the page writes when it has drawn what it read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--days", type=int, default=347, help="of the chart; 347: 10 million readings")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        world = World(
            Path(name), ASSETS, devices=ASSETS, more=PAGES.format(port=port), delays="", period=NEVER_WARM
        )
        readings = _fill(world, given.days)
        with world, sync_playwright() as playwright:
            room = Room(Path(name))
            room.config, room.port = world.gateway.config, port
            room.add_account("li.na", "Li Na")
            wait_for(room.answers, "the pages answer")
            world.publisher.start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            _report(world, room, browser, given.days, readings)
            browser.close()
            world.gateway.stop()  # its pages, too


def _report(world: World, room: Room, browser: Browser, days: int, readings: int) -> None:
    session = room.log_in()
    wait_for(lambda: world.gateway.counts()["readings"] > 2 * ASSETS, "all assets have spoken")
    _first_paint(browser, room, session)
    with _looking(browser, room, session) as page:
        _answers(page)
        _alarms(world, page)
    _server(world, room, browser, session)
    _chart(browser, room, session, days, readings)


def _first_paint(browser: Browser, room: Room, session: str) -> None:
    for language in ("en", "zh"):
        for slower in (1, 4):
            took, sizes = [], {}
            for _ in range(TURNS):
                with _fresh(browser, room, session, language) as page:
                    line = page.context.new_cdp_session(page)
                    line.send("Emulation.setCPUThrottlingRate", {"rate": slower})
                    sizes = _transferred(line)
                    took.append(_until(page, "/", TILES))
                    page.wait_for_timeout(1000)  # what comes later is transferred, too
            words = f"first of {ASSETS} tiles, {language}, processor {slower}x slower"
            print(f"{words}: {statistics.median(took):.0f} ms (goal: {1000 if slower == 1 else 2500})")
        fonts = sizes.pop("Font", 0)
        parts = ", ".join(f"{kind} {size / 1000:.0f}" for kind, size in sorted(sizes.items()))
        print(f"transferred, {language}: {sum(sizes.values()) / 1000:.0f} kB ({parts}; goal: 150)")
        print(f"fonts, {language}: {fonts / 1000:.0f} kB (goal: 100)")


def _answers(page: Page) -> None:
    """Keys in the search, and clicks on what is shown, while each tile changes once a second."""
    search = page.get_by_role("searchbox").first
    for number in range(KEYS // 10):
        search.focus()
        page.keyboard.type(f"dewar-{number}", delay=60)
        search.fill("")
        page.locator("#states button:visible").first.click()
        page.locator("#states button:visible").first.click()
    page.wait_for_timeout(500)
    took = sorted(page.evaluate("window.took"))
    asked = 9 * KEYS // 10 + 2 * KEYS // 10
    took = [0.0] * (asked - len(took)) + took  # faster than 16 ms is not told
    p98 = took[int(0.98 * asked)]
    print(f"{asked} keys and clicks, {ASSETS} tiles live: {p98:.0f} ms to the next paint (p98; goal: 100)")


def _alarms(world: World, page: Page) -> None:
    page.evaluate(STRIP)
    for number in range(TURNS):
        told = json.dumps({"ts": time.time_ns(), "temp": -100.0})
        paho.mqtt.publish.single(
            f"cryo/dewar-{number}/telemetry", told, 1, hostname="127.0.0.1", port=world.broker.port
        )
        _wait(page, f"'dewar-{number}' in window.shown")
    shown = page.evaluate("window.shown")
    with Journal.open_reading(world.gateway.data / "journal.sqlite") as journal:
        took = [
            shown[asset] - said.stated_ns / 1e6
            for _, said in journal.statements("transition")
            if said.stated_ns
            and (asset := str(said.body["known"].get("asset"))) in shown
            and said.body["change"] == "raised"
        ]
    median = statistics.median(took)
    print(f"new alarm, from commit to screen: {median:.0f} ms (median), {max(took):.0f} at most (goal: 300)")


def _server(world: World, room: Room, browser: Browser, session: str) -> None:
    contexts = [desk(browser, room, session) for _ in range(BROWSERS)]
    for context in contexts:
        context.new_page().goto("/")
    pid = int(world.gateway.log.read_text().rpartition("pages run as process ")[2].split()[0])
    time.sleep(3)
    before_s, began_s = cpu_s(pid), time.monotonic()
    time.sleep(LIVED_S)
    share = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
    print(f"server, {ASSETS} assets a second, {BROWSERS} browsers: {100 * share:.0f} % of a core (goal: 50)")
    for context in contexts:
        context.close()


def _chart(browser: Browser, room: Room, session: str, days: int, readings: int) -> None:
    took = []
    for _ in range(TURNS):
        with _fresh(browser, room, session) as page:
            took.append(_until(page, f"/assets/dewar-0?span={86_400 * days}", DRAWN))
    words = f"chart of {readings / 1e6:.1f} million readings"
    print(f"{words}: {statistics.median(took):.0f} ms until it is drawn (goal: 500)")
    with _fresh(browser, room, session) as page:
        page.goto(f"/assets/dewar-0?span={86_400 * days}")
        _wait(page, DRAWN)
        page.wait_for_timeout(1000)
        box = page.locator("#chart .u-over").bounding_box()
        assert box is not None
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(*middle)
        page.evaluate(FRAMES)
        for _ in range(10):
            page.mouse.wheel(0, -100)
            page.wait_for_timeout(50)
        page.mouse.down()
        for step in range(60):
            page.mouse.move(middle[0] + 3 * step, middle[1])
        page.mouse.up()
        times = page.evaluate("(cancelAnimationFrame(window.counting), window.frames_)")
    gaps = np.diff(times)
    print(f"moved and zoomed: {1000 / gaps.mean():.0f} frames/s (goal: 50), longest {gaps.max():.0f} ms")


def _until(page: Page, address: str, condition: str) -> float:
    """Milliseconds from the start of the navigation until something is painted."""
    page.add_init_script(f"({WATCH % condition})()")
    page.goto(address)
    _wait(page, "window.first > 0")
    return float(page.evaluate("window.first"))


def _wait(page: Page, expression: str) -> None:
    """Asked from outside: the pages allow no `eval`."""
    wait_for(lambda: page.evaluate(expression), expression)


def _transferred(line: CDPSession) -> dict[str, int]:
    """Bytes on the wire by kind, while the page lives."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def ended(told: dict[str, Any]) -> None:
        kind = kinds.get(told["requestId"], "Other")
        sizes[kind] = sizes.get(kind, 0) + int(told["encodedDataLength"])

    line.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    line.on("Network.loadingFinished", ended)
    line.send("Network.enable")
    return sizes


@contextmanager
def _fresh(browser: Browser, room: Room, session: str, language: str = "en") -> Iterator[Page]:
    """A browser that has not been here: nothing is in its cache."""
    context: BrowserContext = desk(browser, room, session, language, service_workers="block")
    yield context.new_page()
    context.close()


@contextmanager
def _looking(browser: Browser, room: Room, session: str) -> Iterator[Page]:
    with _fresh(browser, room, session) as page:
        _until(page, "/", TILES)
        page.wait_for_timeout(2000)
        yield page


def _fill(world: World, days: int) -> int:
    """Years of one channel, rolled over, with the sums that charts are made of."""
    world.gateway.data.mkdir(exist_ok=True)
    path, count = world.gateway.data / "journal.sqlite", 86_400 // EVERY_S
    begin_ns = time.time_ns() // DAY_NS * DAY_NS - days * DAY_NS
    now = [begin_ns]
    rng = np.random.default_rng(1)
    with Journal.open(path, now_ns=lambda: now[0]) as journal:
        number = introduce(load(world.gateway.config), journal, begin_ns)["dewar-0"]
        for day in range(days):
            time_ns = now[0] + np.arange(0, 86_400, EVERY_S, dtype=np.int64) * SECOND
            now[0] += DAY_NS
            value = np.round(rng.normal(-190.0, 0.1, count), 2)
            samples = Samples(time_ns, np.full(count, number, np.int32), value, np.zeros(count, np.uint8))
            journal.commit(Arrivals(samples, time_ns))
            if day % 10 == 0:
                with RollOver(path) as roll:
                    while roll.step(now[0], SegmentEnd()):
                        pass
    maker = Maker(world.gateway.data)
    while maker.step():
        pass
    maker.close()
    return days * count


if __name__ == "__main__":
    main()
