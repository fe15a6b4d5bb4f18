"""One job: its child process, how far it is, and what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from gateway.jobs.child import ANSWER
from gateway.times import format_rfc3339

LONGEST_S: Final = 4 * 3600.0  # a year of a large site takes minutes
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
KILLED: Final = (
    "its process was killed (signal {signal}), perhaps because memory ran out: ask again, or for less"
)
BROKEN: Final = "its process ended without an answer (exit code {code}): the log of the pages says why"
TOO_LONG: Final = f"it was ended after {LONGEST_S / 3600:.0f} h: ask for less"


class Job:
    """Asked from any thread. `ended` hears when its process is gone, from a thread of the job."""

    def __init__(
        self,
        folder: Path,
        account: str,
        kind: str,
        action: str,
        now_ns: Callable[[], int],
        ended: Callable[[Job], None],
    ) -> None:
        self.id, self.account, self.kind, self.action = f"J-{folder.name}", account, kind, action
        self.state, self.begun_ns = RUNNING, now_ns()
        self.ended_ns: int | None = None
        self._folder, self._now_ns, self._ended = folder, now_ns, ended
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._asked: Mapping[str, Any] = {}
        self._progress: tuple[str, int, int] | None = None
        self._told: dict[str, Any] = {}
        self._problem = ""

    @property
    def runs(self) -> bool:
        return self.state == RUNNING

    def start(self, config: Path, asked: Mapping[str, Any]) -> None:
        """Raises OSError."""
        self._asked = {name: value for name, value in asked.items() if value not in (None, "")}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gateway.jobs.child", str(config), self.kind, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "TMPDIR": str(self._folder)},  # what it leaves is removed with it
        )
        threading.Thread(target=self._watch, args=(json.dumps(asked),), name=self.id, daemon=True).start()

    def cancel(self) -> None:
        """Its process is gone afterwards; what has ended already stays as it ended."""
        with self._turn:
            if self.runs:
                self.state, self.ended_ns = CANCELLED, self._now_ns()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def open_answer(self) -> IO[bytes] | None:
        """None where it has none, or has it no more."""
        if self.state != DONE:
            return None
        try:
            return (self._folder / ANSWER).open("rb")
        except FileNotFoundError:
            return None

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        what, done, total = self._progress or ("", 0, 0)
        answer = {"media": self._told["media"], "words": self._told["words"]} if self.state == DONE else None
        return {
            "id": self.id,
            "kind": self.kind,
            "account": self.account,
            "asked": dict(self._asked),
            "state": self.state,
            "begun": self.moment(self.begun_ns),
            "ended": self.moment(self.ended_ns),
            "progress": {"what": what, "done": done, "total": total} if self.runs else None,
            "problem": self._problem,
            "answer": answer,
        }

    @staticmethod
    def moment(time_ns: int | None) -> str | None:
        return None if time_ns is None else format_rfc3339(time_ns)

    def _watch(self, asked: str) -> None:
        """Until its end, whatever that is."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            process.kill()

        late = threading.Timer(LONGEST_S, end)
        late.daemon = True
        late.start()
        try:
            process.stdin.write(f"{asked}\n")
            process.stdin.flush()
            while line := process.stdout.readline():
                self._hear(line)
        except OSError:
            pass  # it died before it was asked: its exit code says so
        code = process.wait()
        late.cancel()
        process.stdout.close()
        self._conclude(code, TOO_LONG if is_late.is_set() else "")
        self._ended(self)

    def _hear(self, line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            return  # cut by its end
        if "progress" in told:
            self._progress = tuple(told["progress"])
        else:
            self._told = told

    def _conclude(self, code: int, why: str) -> None:
        if code < 0:
            why = why or KILLED.format(signal=-code)
        elif "media" not in self._told:
            why = self._told.get("refused") or BROKEN.format(code=code)
        with self._turn:
            if self.runs:
                self._problem, self.ended_ns = why, self._now_ns()
                self.state = FAILED if why else DONE
