"""On CI hypothesis tries the same examples each time, so that a result repeats; elsewhere new ones.

No example has a deadline: machines are shared and noisy, and speed belongs to the benchmarks.
"""

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator
from types import FrameType

import pytest
from coverage import Coverage
from hypothesis import settings

MEASURED_S = 1.0
WAITING = {"system", "browser"}  # folders of tests that wait for processes

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

gc.disable()  # while a million objects of tests are collected, none of them is garbage


def pytest_collection_finish() -> None:
    """Nor is it later: nothing looks through them again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start processes and wait for them come first: the others fill the time beside them.

    Of the others files with many tests come first, so that at the end nobody waits for a long one.
    """
    several = Counter(item.path for item in items)
    items.sort(key=lambda item: (not WAITING & {*item.path.parts}, -several[item.path], str(item.path)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Coverage sees the first second of each test, of its own processor time: what comes later takes the same
    lines again, and being watched takes as long as the test.
    """
    measured = Coverage.current()
    if measured is None:
        yield
        return
    over = list[int]()

    def enough(number: int, _: FrameType | None) -> None:
        over.append(number)
        measured.stop()

    before = signal.signal(signal.SIGVTALRM, enough)
    signal.setitimer(signal.ITIMER_VIRTUAL, MEASURED_S)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)
    if over:
        measured.start()
