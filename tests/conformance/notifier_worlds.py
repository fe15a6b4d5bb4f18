"""The outside world of each notifier, for the conformance suite: what it was told is files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.system.http_receiver import HttpReceiver, Posted

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass
class World:
    """`options` of its notifier; after `go_down` nobody can be told."""

    options: dict[str, Any]
    go_down: Callable[[], None]


@contextmanager
def jsonl(folder: Path) -> Iterator[World]:
    def go_down() -> None:
        (folder / "told").write_text("in the way")

    yield World({"path": "told/told.jsonl"}, go_down)


@contextmanager
def webhook(folder: Path) -> Iterator[World]:
    receiver = HttpReceiver()
    receiver.came = _kept_in(folder)
    (folder / "secret").write_text(SECRET)
    try:
        yield World({"url": receiver.url(), "secret_file": "secret", "timeout_s": 5.0}, receiver.close)
    finally:
        receiver.close()


def _kept_in(folder: Path) -> Callable[[Posted], None]:
    """Each request in a file of its own."""

    def came(posted: Posted) -> None:
        number = len(list(folder.glob("posted-*")))
        (folder / f"posted-{number}").write_bytes(posted.body)

    return came


WORLDS: dict[str, Callable[[Path], AbstractContextManager[World]]] = {
    "jsonl": jsonl,
    "webhook": webhook,
}
