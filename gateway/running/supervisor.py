"""The supervisor: runs each part in its own thread and starts it again, with growing pauses, when it fails.

The one place that catches every exception: a bug in one driver must not take the others down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable

from gateway.errors import CryogateError
from gateway.followers.pauses import Pauses

log = logging.getLogger(__name__)
HEALTHY_AFTER_S = 60.0  # a part that ran this long starts again with the shortest pause

Run = Callable[[threading.Event], None]
Failed = Callable[[str], None]


async def supervise(name: str, run: Run, stop: threading.Event, failed: Failed) -> None:
    """Run `run(stop)` in a thread named `name` until `stop` is set; `failed` hears why it ended.

    To cancel it leaves the thread behind: nobody waits for it, and it ends with the process.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def whole_life() -> None:
        try:
            _until_stopped(name, run, stop, failed)
        finally:
            with contextlib.suppress(RuntimeError):  # left behind, and the loop is closed
                loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=whole_life, name=name, daemon=True).start()
    await ended.wait()


def _until_stopped(name: str, run: Run, stop: threading.Event, failed: Failed) -> None:
    pauses = Pauses()
    while not stop.is_set():
        began_s = time.monotonic()
        reason = _one_run(name, run, stop)
        if stop.is_set():
            return
        failed(reason)
        if time.monotonic() - began_s > HEALTHY_AFTER_S:
            pauses.reset()
        stop.wait(pauses.next_s())


def _one_run(name: str, run: Run, stop: threading.Event) -> str:
    """Why it ended, in words for an operator."""
    try:
        run(stop)
    except CryogateError as error:
        return str(error)
    except Exception as error:
        log.exception("%s failed in a way nobody foresaw; it is started again", name)
        return f"internal error: {error!r}; the log has the details"
    return "it ended although nobody stopped it; it is started again"
