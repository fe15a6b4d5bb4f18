"""A backup that somebody asks for by the API: one at a time, in a thread, into the configured folder."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, Final

from gateway.errors import CryogateError
from gateway.journal import backup as backups

log = logging.getLogger(__name__)
SCHEMA: Final = 1


class Backups:
    """Of one data folder. It ends with the process: what it left behind is taken up by the next one."""

    def __init__(self, data: Path, folder: Path | None) -> None:
        self.folder = folder
        self._data = data
        self._turn = threading.Lock()
        self._running = False
        self._progress: tuple[str, int, int] | None = None
        self._problem = ""

    def start(self, account: str) -> bool:
        """Whether one begins; False where one runs already. `folder` is configured."""
        assert self.folder is not None
        with self._turn:
            if self._running:
                return False
            self._running, self._progress, self._problem = True, None, ""
        log.info("%s takes a backup into %s", account, self.folder)
        threading.Thread(target=self._run, args=(self.folder,), name="backup", daemon=True).start()
        return True

    def now(self) -> dict[str, Any]:
        """What runs, what went wrong, and the last one that is whole; without a folder nothing is known."""
        last = None if self.folder is None else backups.last(self.folder)
        what, done, total = self._progress or ("", 0, 0)
        return {
            "schema": SCHEMA,
            "folder": None if self.folder is None else str(self.folder),
            "running": self._running,
            "progress": {"what": what, "done": done, "total": total} if self._running else None,
            "problem": self._problem,
            "last": None if last is None else last.public(),
        }

    def _run(self, folder: Path) -> None:
        try:
            done = backups.backup(self._data, folder, self._went_on)
            self._problem = "; ".join(done.damaged)
        except (CryogateError, OSError) as error:
            self._problem = str(error)
            log.warning("no backup into %s: %s", folder, error)
        finally:
            self._running = False

    def _went_on(self, what: str, done: int, total: int) -> None:
        self._progress = (what, done, total)
