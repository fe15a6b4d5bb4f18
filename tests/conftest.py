"""On CI hypothesis tries the same examples each time, so that a result repeats; elsewhere new ones.

No example has a deadline: machines are shared and noisy, and speed belongs to the benchmarks.
"""

import functools
import inspect
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from coverage import Coverage
from hypothesis import settings

MEASURED_EXAMPLES = 20  # of a property: by then it has taken the lines that it takes

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start processes and wait for them come first: the others fill the time beside them.

    Of the others files with many tests come first, so that at the end nobody waits for a long one.
    """
    several = Counter(item.path for item in items)
    items.sort(key=lambda item: ("system" not in item.path.parts, -several[item.path], str(item.path)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Coverage sees the first examples of a property only: later ones take the same lines."""
    measured, test = Coverage.current(), getattr(getattr(item, "obj", None), "hypothesis", None)
    if measured is None or test is None or inspect.iscoroutinefunction(test.inner_test):
        yield
        return
    whole, examples = test.inner_test, itertools.count(1)

    @functools.wraps(whole)
    def counted(*args: Any, **kwargs: Any) -> None:
        if next(examples) == MEASURED_EXAMPLES:
            measured.stop()
        whole(*args, **kwargs)

    test.inner_test = counted
    yield
    test.inner_test = whole
    if next(examples) > MEASURED_EXAMPLES:
        measured.start()
