"""Firefox over WebDriver BiDi (w3.org/TR/webdriver-bidi), as far as a few stories need it."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from tests.system.gateway_process import eventually

PROGRAM: Final = "firefox-esr"
PATIENCE_S: Final = 60.0  # machines are shared
LISTENS: Final = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Refused(Exception):
    """What was asked of the browser cannot be done, such as a click on what has just gone."""


class Firefox:
    """One browser with one tab."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._numbers = line, itertools.count(1)
        self._told: list[tuple[str, str]] = []  # errors: of which realm of scripts, and what they say
        self._left: set[str] = set()  # realms of pages that were left
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def log_in(self, url: str, session: str) -> None:
        """With the secret of a session."""
        host = url.split("//")[1].split(":")[0]
        value = {"type": "string", "value": session}
        cookie = {"name": "cryogate", "value": value, "domain": host, "path": "/", "httpOnly": True}
        self._ask("storage.setCookie", cookie=cookie)

    def size(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._tab, viewport=viewport)

    @property
    def said(self) -> list[str]:
        """Errors of scripts and of the console of the page that is open.

        Not that a page which was left got no answer any more, nor that its icon was still on its way.
        """
        return [text for realm, text in self._told if realm not in self._left and "/icon" not in text]

    def goto(self, address: str) -> None:
        self._left.add(self._evaluate("null")["realm"])
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")
        eventually(lambda: self._evaluate("null")["realm"] not in self._left, address, PATIENCE_S)

    def run(self, expression: str) -> Any:
        """The value of an expression of JavaScript: a text, a number, a truth value or null."""
        told = self._evaluate(expression)
        assert told["type"] == "success", told
        return told["result"].get("value")

    def until(self, expression: str, what: str) -> None:
        eventually(lambda: self.run(expression), what, PATIENCE_S)

    def text(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def press(self, selector: str) -> None:
        """A click of the mouse in its middle. Raises Refused where it is not there, or not to be seen."""
        where = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{where}?.scrollIntoView({{ block: 'center' }})")
        node = self._evaluate(where)["result"]
        if "sharedId" not in node:
            raise Refused(f"there is no {selector}")
        element = {"sharedId": node["sharedId"]}
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": moves})

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": keys})

    def _evaluate(self, expression: str) -> Any:
        target = {"context": self._tab}
        return self._ask("script.evaluate", expression=expression, target=target, awaitPromise=True)

    def _act(self, action: dict[str, Any]) -> None:
        self._ask("input.performActions", context=self._tab, actions=[action])

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            told = json.loads(self._line.recv(max(0.0, deadline_s - time.monotonic())))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                entry = told["params"]
                self._told.append((entry["source"].get("realm", ""), str(entry["text"])))
            if told.get("id") == number:
                if told["type"] != "success":
                    raise Refused(f"{method}: {told['error']}: {told['message']}")
                return told["result"]


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A new profile each time."""
    program = shutil.which(PROGRAM)
    assert program is not None, f"install {PROGRAM} (Debian package)"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            words = [
                program,
                "--headless",
                "--no-remote",
                "--profile",
                folder,
                "--remote-debugging-port",
                "0",
            ]
            process = subprocess.Popen(words, stdout=out, stderr=out)
        try:
            address = eventually(lambda: LISTENS.search(log.read_text("utf-8", "replace")), "it listens")[1]
            with connect(f"{address}/session", max_size=None) as line:
                yield Firefox(line)
        finally:
            process.kill()
            process.wait()
