"""Every sink and notifier there is keeps its contract; a new file needs an example here to pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.config import plugins
from gateway.config.tables import Problems, build
from gateway.config.types import NOTIFIERS, SINKS
from gateway.errors import LinkDown
from gateway.model import Arrivals, Quality, Samples
from gateway.sinks import Place

SINK_EXAMPLES: dict[str, dict[str, Any]] = {"csv": {"folder": "out"}}
NOTIFIER_EXAMPLES: dict[str, dict[str, Any]] = {"jsonl": {"path": "told.jsonl"}}
PLACES = {1: Place("top", "s", "freezer", "top"), 2: Place("bottom")}
BASE_NS = 1_767_610_800 * 10**9


def batch(first: int) -> Arrivals:
    time_ns = BASE_NS + np.arange(first, first + 10) * 10**9
    quality = np.where(np.arange(10) == 3, Quality.BAD, Quality.GOOD).astype(np.uint8)
    value = np.where(quality == Quality.BAD, np.nan, -190.0 - np.arange(10))
    return Arrivals(Samples(time_ns, np.array([1, 2] * 5, np.int32), value, quality), time_ns + 1)


def made(folder: str, name: str, examples: dict[str, dict[str, Any]], there: Path) -> Any:
    assert name in examples, f"give an example of the options of {name}"
    problems = Problems(there)
    module = plugins.find(folder, name, "Options")
    options = build(module.Options, examples[name], name, problems)
    assert problems == []
    return (module.Sink if folder == SINKS else module.Notifier)(options)


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("name", plugins.names(SINKS, "Options"))
def test_a_sink_takes_every_batch_once_wherever_it_is_interrupted(name: str, tmp_path: Path) -> None:
    """A crash after any call: what was not stored comes again, and the result is the same."""
    straight, crashed = tmp_path / "straight", tmp_path / "crashed"
    sink = made(SINKS, name, SINK_EXAMPLES, straight)
    sink.resume(None)
    for first in (0, 10, 20):
        sink.write(batch(first), PLACES)
    state = made(SINKS, name, SINK_EXAMPLES, crashed).resume(None)
    for first in (0, 10, 20):
        for _ in range(3):  # twice it crashes before the state is stored
            sink = made(SINKS, name, SINK_EXAMPLES, crashed)
            sink.resume(state)
            after = sink.write(batch(first), PLACES).state
        state = after
    assert content(straight) == content(crashed) != {}


@pytest.mark.parametrize("name", plugins.names(NOTIFIERS, "Options"))
def test_a_notifier_has_delivered_when_it_returns(name: str, tmp_path: Path) -> None:
    notifier = made(NOTIFIERS, name, NOTIFIER_EXAMPLES, tmp_path)
    notifier.notify("raised", {"id": "E-1", "asset": "液氮罐"})
    first = content(tmp_path)
    notifier.notify("returned", {"id": "E-1", "asset": "液氮罐"})
    assert b"E-1" in b"".join(first.values())
    assert content(tmp_path) != first


@pytest.mark.parametrize(
    ("folder", "name", "examples"),
    [(SINKS, n, SINK_EXAMPLES) for n in plugins.names(SINKS, "Options")]
    + [(NOTIFIERS, n, NOTIFIER_EXAMPLES) for n in plugins.names(NOTIFIERS, "Options")],
)
def test_an_outside_world_that_is_down_is_link_down(
    folder: str, name: str, examples: Any, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    follower = made(folder, name, examples, blocked)
    with pytest.raises(LinkDown, match=r"\w+; \w+"):  # what, and what to do
        follower.write(batch(0), PLACES) if folder == SINKS else follower.notify("raised", {})
