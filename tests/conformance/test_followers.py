"""Every sink and notifier there is keeps its contract; a new file needs an example here to pass."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.config import plugins
from gateway.config.tables import Problems, build
from gateway.config.types import NOTIFIERS, SINKS
from gateway.errors import LinkDown
from gateway.model import Arrivals, Quality, Samples
from gateway.sinks import FixedPlaces, Place, Written
from tests.conformance.notifier_worlds import WORLDS as NOTIFIER_WORLDS
from tests.conformance.notifier_worlds import World as NotifierWorld
from tests.conformance.sink_worlds import WORLDS, World, files
from tests.system.alarm_changes import fault, life, unknown

# Notifiers whose outside world cannot be asked what it was told; it or its readers see a repeat by an id.
TELLS_TWICE = set(NOTIFIER_WORLDS) - {"jsonl"}
PLACES = FixedPlaces({1: Place("top", "s", "freezer", "top"), 2: Place("bottom")})
BASE_NS = 1_767_610_800 * 10**9


def batch(first: int) -> Arrivals:
    time_ns = BASE_NS + np.arange(first, first + 10) * 10**9
    quality = np.where(np.arange(10) == 3, Quality.BAD, Quality.GOOD).astype(np.uint8)
    value = np.where(quality == Quality.BAD, np.nan, -190.0 - np.arange(10))
    return Arrivals(Samples(time_ns, np.array([1, 2] * 5, np.int32), value, quality), time_ns + 1)


MADE: list[Any] = []  # notifiers of the test that runs


@pytest.fixture(autouse=True)
def no_connection_outlives_its_test() -> Iterator[None]:
    """One that is left to the garbage collector speaks up in another test: "Task was destroyed"."""
    yield
    while MADE:
        close = getattr(MADE.pop(), "close", None)
        if close is not None:
            close()


def made(folder: str, name: str, table: dict[str, Any], there: Path) -> Any:
    problems = Problems(there)
    module = plugins.find(folder, name, "Options")
    options = build(module.Options, table, name, problems)
    assert problems == []
    if folder == SINKS:
        return module.Sink(options)
    MADE.append(module.Notifier(options))
    return MADE[-1]


@contextmanager
def world_of(name: str, folder: Path) -> Iterator[World]:
    assert name in WORLDS, f"give an example of the world of {name} in sink_worlds.py"
    folder.mkdir()
    with WORLDS[name](folder) as world:
        yield world


def write(sink: Any, step: int) -> Written:
    """Readings and alarms in turn."""
    if step % 2 == 0:
        return sink.write(batch(step * 10), PLACES)
    return sink.write_alarms([*life(f"E-{step}", step * 10), fault(step * 10 + 4), unknown(step * 10 + 5)])


@pytest.mark.parametrize("name", plugins.names(SINKS, "Options"))
def test_a_sink_takes_every_batch_once_wherever_it_is_interrupted(name: str, tmp_path: Path) -> None:
    """A crash after any call: what was not stored comes again, and the result is the same."""
    straight, crashed = tmp_path / "straight", tmp_path / "crashed"
    with world_of(name, straight) as world:
        sink = made(SINKS, name, world.options, straight)
        sink.resume(None)
        for step in range(4):
            assert write(sink, step).rejected == {}
        sink.close()
        wanted = world.content()
    with world_of(name, crashed) as world:
        sink = made(SINKS, name, world.options, crashed)
        state = sink.resume(None)
        sink.close()
        for step in range(4):
            for _ in range(3):  # twice it crashes before the state is stored
                sink = made(SINKS, name, world.options, crashed)
                sink.resume(state)
                after = write(sink, step).state
                sink.close()
            state = after
        assert world.content() == wanted != {}


@pytest.mark.parametrize("name", plugins.names(SINKS, "Options"))
def test_a_sink_goes_on_after_it_was_closed(name: str, tmp_path: Path) -> None:
    with world_of(name, tmp_path / "it") as world:
        sink = made(SINKS, name, world.options, tmp_path / "it")
        state = sink.resume(None)
        seen = [world.content()]
        for step in range(4):
            sink.resume(state)
            state = write(sink, step).state
            sink.close()
            sink.close()
            seen.append(world.content())
        assert all(before != after for before, after in itertools.pairwise(seen))


@pytest.mark.parametrize("name", plugins.names(SINKS, "Options"))
def test_an_outside_world_that_is_down_is_link_down(name: str, tmp_path: Path) -> None:
    with world_of(name, tmp_path / "it") as world:
        sink = made(SINKS, name, world.options, tmp_path / "it")
        world.go_down()
        for step in range(2):
            with pytest.raises(LinkDown, match=r"\w+; \w+"):  # what, and what to do
                write(sink, step)
            sink.close()


@contextmanager
def office_of(name: str, folder: Path) -> Iterator[NotifierWorld]:
    assert name in NOTIFIER_WORLDS, f"give an example of the world of {name} in notifier_worlds.py"
    with NOTIFIER_WORLDS[name](folder) as world:
        yield world


@pytest.mark.parametrize("name", plugins.names(NOTIFIERS, "Options"))
def test_a_notifier_has_delivered_when_it_returns(name: str, tmp_path: Path) -> None:
    with office_of(name, tmp_path) as world:
        notifier = made(NOTIFIERS, name, world.options, tmp_path)
        told = [*life(), fault(), unknown()]
        seen = [files(tmp_path)]
        for change in told:
            assert isinstance(notifier.notify(change), str)
            world.settle()
            seen.append(files(tmp_path))
    assert all(before != after for before, after in itertools.pairwise(seen))
    everything = b"".join(seen[-1].values())
    assert all(change.alarm["id"].encode() in everything for change in told)


@pytest.mark.parametrize("name", plugins.names(NOTIFIERS, "Options"))
def test_nobody_to_tell_is_link_down(name: str, tmp_path: Path) -> None:
    with office_of(name, tmp_path) as world:
        world.go_down()
        with pytest.raises(LinkDown, match=r"\w+; \w+"):
            made(NOTIFIERS, name, world.options, tmp_path).notify(fault())


@pytest.mark.parametrize("name", sorted(set(plugins.names(NOTIFIERS, "Options")) - TELLS_TWICE))
def test_a_notifier_that_can_tell_tells_once_wherever_it_is_interrupted(name: str, tmp_path: Path) -> None:
    """What was delivered and not stated yet comes again after a crash, from anywhere in the page."""
    told = [*life(), fault(), unknown()]
    with office_of(name, tmp_path) as world:
        for change in told[:4]:
            made(NOTIFIERS, name, world.options, tmp_path).notify(change)
        seen = files(tmp_path)
        for first in range(4):
            again = made(NOTIFIERS, name, world.options, tmp_path)
            for change in told[first:4]:
                again.notify(change)
            assert files(tmp_path) == seen
