"""An event loop in a thread of its own: simulators beside code that is not asynchronous, such as a test."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, TypeVar

WITHIN_S: Final = 60.0  # machines are shared
LOOK_S: Final = 0.01

Result = TypeVar("Result")


def eventually(condition: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    """Wait until `condition` holds. Raises TimeoutError that names `what`."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"not within {within_s:g} s: {what}")
        time.sleep(LOOK_S)


class Background:
    """The loop, and what was started on it; a context manager. What has failed is raised at the end."""

    def __enter__(self) -> Background:
        self._loop = asyncio.new_event_loop()
        self._started: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulators", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        errors = [problem for task in reversed(self._started) if (problem := self._end(task)) is not None]
        self._await(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if errors and error is None:
            raise errors[0]

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let `work` run until the end; what was started later is ended earlier."""
        self._started.append(self.call(lambda: self._loop.create_task(work, name=name)))

    def call(self, function: Callable[[], Result]) -> Result:
        """What `function` returns, called in the loop's thread, where nothing else moves meanwhile."""

        async def called() -> Result:
            return function()

        return self._await(called())

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until `condition` holds. Raises at once what started work has failed with."""
        eventually(lambda: self._has_failed() or condition(), what)
        for task in self._started:
            if task.done() and (error := task.exception()) is not None:
                self._started.remove(task)
                raise error

    def _has_failed(self) -> bool:
        return any(task.done() for task in self._started)

    def _end(self, task: asyncio.Task[None]) -> BaseException | None:
        """Cancel and wait; what it had failed with."""

        async def ended() -> BaseException | None:
            task.cancel()
            await asyncio.wait({task})
            return None if task.cancelled() else task.exception()

        return self._await(ended())

    def _await(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)
