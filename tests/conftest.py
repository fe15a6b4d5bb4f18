"""On CI hypothesis tries the same examples each time, so that a result repeats; elsewhere new ones.

No example has a deadline: machines are shared and noisy, and speed belongs to the benchmarks.
"""

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from types import FrameType

import pytest
from coverage import Coverage
from hypothesis import settings

MEASURED_S = 1.0
MEASURED: dict[str, float] = {}  # what is left of it for the other cases of a test, for the set-ups of a file
SEES_IMPORTS = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"  # all of them import the same
WAITING = {"system", "browser"}  # folders of tests that wait for processes
BEGUN_BY = 0.8  # of a run: by then all of them have begun, and the end is of short ones
LONG = {  # files of few tests that take long
    *("test_many_rules.py", "test_odd_fields.py", "test_read_only.py", "test_retention.py"),
    *("test_rollover.py", "test_shifted_repeats.py", "test_hostile_configurations.py"),
}

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

gc.disable()  # while a million objects of tests are collected, none of them is garbage


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """One of those that run side by side sees what imports run; being watched takes it twice as long."""
    measured = Coverage.current()
    if measured is None or SEES_IMPORTS:
        yield
        return
    measured.stop()
    yield
    measured.start()


def pytest_collection_finish() -> None:
    """Nor is it later: nothing looks through them again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests wait for processes come between those that compute: together they keep cores busy.

    Of the waiting ones files with few tests come first, which are long stories; of the others the long ones
    and those with many tests. So at the end nobody waits for a long one.
    """
    several = Counter(item.path for item in items)
    waiting = sorted((p for p in several if WAITING & {*p.parts}), key=lambda p: (several[p], str(p)))
    computing = sorted(several.keys() - {*waiting}, key=lambda p: (p.name not in LONG, -several[p], str(p)))
    place = {path: BEGUN_BY * n / len(waiting) for n, path in enumerate(waiting)}
    begin = accumulate((several[path] for path in computing), initial=0)
    place |= {path: tests / len(items) for path, tests in zip(computing, begin, strict=False)}
    items.sort(key=lambda item: (place[item.path], str(item.path)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with seen_at_first(str(item.path)):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with seen_at_first(item.nodeid.partition("[")[0]):
        yield


@contextmanager
def seen_at_first(what: str) -> Iterator[None]:
    """Coverage sees the first second of each test, of its own processor time, all its cases together, and of
    all set-ups of a file: what comes later takes the same lines again, and being watched takes as long as the
    test.
    """
    measured = Coverage.current()
    if measured is None:
        yield
        return

    def enough(number: int, _: FrameType | None) -> None:
        measured.stop()

    before = signal.signal(signal.SIGVTALRM, enough)
    if left_s := MEASURED.get(what, MEASURED_S):
        signal.setitimer(signal.ITIMER_VIRTUAL, left_s)
    else:
        measured.stop()
    yield
    MEASURED[what], _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)
    if not MEASURED[what]:
        measured.start()
