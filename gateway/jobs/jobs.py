"""Jobs of the pages: few at once, each a child process, and what came of it for an hour.

They end with the process that started them: what one that was killed left behind is removed by the next.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway import locks
from gateway.errors import InputError
from gateway.jobs.job import Job
from gateway.journal import rights
from gateway.model import SECOND

log = logging.getLogger(__name__)
FOLDER: Final = "jobs"  # in the data folder
MOST_AT_ONCE: Final = 2  # each takes a core
MOST_KEPT: Final = 5  # of one account: the oldest that ended makes room
MOST_OF_ALL: Final = 20  # answers of up to 256 MB each, though hardly any has more than some
KEPT_S: Final = 3600.0  # after its end
SCHEMA: Final = 1


class Busy(InputError):
    """As many run as may."""


class Jobs:
    """Of one process; asked from any thread."""

    def __init__(self, config: Path, data: Path, now_ns: Callable[[], int]) -> None:
        self._config, self._above, self._now_ns = config, data / FOLDER, now_ns
        self._turn, self._jobs = threading.Lock(), dict[str, Job]()
        self._forgetting = dict[str, threading.Timer]()
        self._home: Path | None = None
        self._locks = list[int]()

    def clean(self) -> None:
        """Remove what was left by processes that are gone."""
        if self._above.is_dir():
            try:
                with locks.alone_in(self._above):
                    self._remove_left()
            except (InputError, OSError) as error:  # the next job tries again, and says so
                log.warning("what ended jobs left stays for now: %s", error)

    def start(self, account: str, kind: str, action: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Busy; InputError where no process can be started. `action`: of the rights table."""
        with self._turn:
            running = [job for job in self._jobs.values() if job.runs]
            if any(job.account == account for job in running):
                raise Busy("a long question of this account runs already: wait for it, or end it")
            if len(running) >= MOST_AT_ONCE:
                raise Busy(f"{MOST_AT_ONCE} long questions run already: ask again when one has ended")
            try:
                folder = self._room() / secrets.token_hex(8)
                folder.mkdir(rights.FOLDER)
                job = Job(folder, account, kind, action, self._now_ns, self._ended)
                job.start(self._config, asked)
            except OSError as error:
                raise InputError(f"no long question can be asked now: {error}; look at the disk") from None
            self._jobs[job.id] = job
        log.info("%s asks a long question (%s)", account, kind)
        return self.public(job)

    def of(self, account: str) -> list[Job]:
        """The newest first."""
        with self._turn:
            return [job for job in reversed(self._jobs.values()) if job.account == account]

    def of_others(self, account: str) -> list[dict[str, Any]]:
        """What keeps this account waiting: whose, of which kind, how far; not what is asked."""
        with self._turn:
            running = [job.public() for job in self._jobs.values() if job.runs and job.account != account]
        return [{name: one[name] for name in ("account", "kind", "begun", "progress")} for one in running]

    def public(self, job: Job) -> dict[str, Any]:
        """Plain JSON data."""
        told = job.public()
        ended_ns = job.ended_ns
        until_ns = None if ended_ns is None else ended_ns + round(KEPT_S) * SECOND
        return {"schema": SCHEMA, **told, "until": job.moment(until_ns)}

    def end(self, job: Job) -> None:
        """Whether it runs or not, it is gone afterwards."""
        job.cancel()
        with self._turn:
            self._jobs.pop(job.id, None)
            if (forgetting := self._forgetting.pop(job.id, None)) is not None:
                forgetting.cancel()
        job.remove()

    def close(self) -> None:
        for job in list(self._jobs.values()):
            self.end(job)
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
        while self._locks:
            os.close(self._locks.pop())
        self._home = None

    def _ended(self, job: Job) -> None:
        """Some are kept, none for long."""
        with self._turn:
            if job.id not in self._jobs:
                return
            forgetting = self._forgetting[job.id] = threading.Timer(KEPT_S, self.end, [job])
            forgetting.daemon = True
            forgetting.start()
            over = [one for one in self._jobs.values() if not one.runs and one is not job]
        own = [one for one in over if one.account == job.account]
        for old in {*own[: 1 - MOST_KEPT], *over[: 1 - MOST_OF_ALL]}:
            self.end(old)

    def _room(self) -> Path:
        """The folder of this process; another one can tell from its lock that it is in use."""
        if self._home is None:
            rights.make_folder(self._above)
            with locks.alone_in(self._above):
                self._remove_left()
                home = self._above / secrets.token_hex(8)
                home.mkdir(rights.FOLDER)
                self._locks.append(locks.opened(home))
                locks.taken(self._locks[-1], locks.LOOKED_AT_S)
                self._home = home
        return self._home

    def _remove_left(self) -> None:
        for home in self._above.iterdir():
            if home.is_symlink() or not home.is_dir():
                continue
            descriptor = locks.opened(home)
            try:
                if locks.taken(descriptor):  # else it is of another process that lives
                    shutil.rmtree(home, ignore_errors=True)
            finally:
                os.close(descriptor)
