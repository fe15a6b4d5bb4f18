"""A screen that stays: drawn anew every second, scrolled by keys, it outlives the gateway it looks at."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

REFRESH_S: Final = 1.0
KEYS: Final = {b"\x1b[A": -1, b"k": -1, b"\x1b[B": 1, b"j": 1}  # lines
PAGES: Final = {b"\x1b[5~": -1, b"b": -1, b"\x1b[6~": 1, b" ": 1}
ENDS: Final = {b"g": 0, b"\x1b[H": 0, b"G": 1_000_000, b"\x1b[F": 1_000_000}
QUIT: Final = b"q"
LONGEST_KEY: Final = 16  # bytes of an escape sequence

Shown = tuple[RenderableType, RenderableType]  # the title, and what scrolls under it


class Page:
    """A title that stays, and as much of a body as fits under it."""

    def __init__(self) -> None:
        self.title: RenderableType = ""
        self.body: RenderableType = ""
        self.top = 0
        self.height = 1

    def key(self, pressed: bytes) -> None:
        """Move by what was pressed."""
        if pressed in ENDS:
            self.top = ENDS[pressed]
        self.top += KEYS.get(pressed, 0) + PAGES.get(pressed, 0) * max(1, self.height - 1)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Exactly as many lines as the screen has."""
        width = options.update(width=options.max_width, height=None)
        title = console.render_lines(self.title, width)
        body = console.render_lines(self.body, width)
        self.height = max(1, options.size.height - len(title) - 1)
        self.top = max(0, min(self.top, len(body) - self.height))
        shown = body[self.top : self.top + self.height]
        for line in (*title, *shown):
            yield from line
            yield Segment.line()
        yield from ([Segment.line()] * (self.height - len(shown)))
        yield Text(self._foot(len(body)), "dim", no_wrap=True, overflow="ellipsis", end="")

    def _foot(self, lines: int) -> str:
        if lines <= self.height:
            return "q ends"
        last = min(lines, self.top + self.height)
        return f"lines {self.top + 1} to {last} of {lines}; arrows, page up and down scroll; q ends"


def watch(console: Console, look: Callable[[], Shown], until_s: float, every_s: float = REFRESH_S) -> None:
    """Show what `look` finds, again and again, until q, Ctrl-C or `until_s` (monotonic)."""
    page = Page()
    with _keys() as keys, Live(page, console=console, screen=True, auto_refresh=False) as live:
        while time.monotonic() < until_s:
            page.title, page.body = look()
            next_s = min(until_s, time.monotonic() + every_s)
            live.refresh()
            while (left_s := next_s - time.monotonic()) > 0:
                pressed = keys(left_s)
                if pressed == QUIT:
                    return
                if pressed:
                    page.key(pressed)
                    live.refresh()


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[float], bytes]]:
    """What is pressed within so many seconds, empty for nothing; never anything where no keyboard is."""
    if not sys.stdin.isatty():
        yield _asleep
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def pressed(timeout_s: float) -> bytes:
        ready, _, _ = select.select([descriptor], [], [], timeout_s)
        return os.read(descriptor, LONGEST_KEY) if ready else b""

    try:
        tty.setcbreak(descriptor)
        yield pressed
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _asleep(timeout_s: float) -> bytes:
    time.sleep(timeout_s)
    return b""
