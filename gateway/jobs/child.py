"""The child process of a job: one long question, at a low priority, until it is answered or nobody waits.

`python -m gateway.jobs.child CONFIG KIND FOLDER`. Its input is what is asked, a line of JSON; the end of it
means that whoever asked is gone. It says a line of JSON whenever it has come further, and at last what it
found; the answer itself is the file ANSWER in FOLDER.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TextIO

from gateway.config.load import load
from gateway.errors import CryogateError
from gateway.jobs import kinds
from gateway.jobs.kinds import Answer
from gateway.journal import rights

ANSWER: Final = "answer"  # the file
LARGEST: Final = 256 << 20  # bytes of a file: a report of a year with its readings has some 20 MB
NICE: Final = 10  # the heart and the pages come first
EXPENDABLE: Final = b"500"  # where memory runs out this ends before the heart does (proc(5), oom_score_adj)
EVERY_S: Final = 0.2  # that it says how far it is
LONGEST: Final = 2000  # characters of a refusal
NOBODY: Final = 3  # exit code: who asked is gone


def main() -> None:
    config, kind, folder = sys.argv[1:]
    say, sys.stdout = _teller(sys.stdout), sys.stderr  # what a library prints is no progress
    _be_modest()
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_who_asked, name="end", daemon=True).start()
    try:
        answer = _answered(Path(config), kind, asked, say)
        with open(Path(folder) / ANSWER, "wb", opener=rights.opener) as file:
            file.write(answer.content)
    except (CryogateError, OSError) as error:
        say(refused=str(error)[:LONGEST])
        return
    say(media=answer.media, words=answer.words)


def _answered(config: Path, kind: str, asked: Any, say: Callable[..., None]) -> Answer:
    answer: Callable[..., Answer] = importlib.import_module(f"{kinds.__name__}.{kind}").answer
    said_s = -EVERY_S

    def told(step: str, done: int, total: int) -> None:
        nonlocal said_s
        now_s = time.monotonic()
        if now_s - said_s >= EVERY_S:
            said_s = now_s
            say(progress=[step, int(done), int(total)])

    return answer(load(config), asked, told)


def _teller(out: TextIO) -> Callable[..., None]:
    def say(**told: Any) -> None:
        out.write(json.dumps(told) + "\n")
        out.flush()

    return say


def _be_modest() -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    with suppress(OSError), Path("/proc/self/oom_score_adj").open("r+b", buffering=0) as file:
        file.write(EXPENDABLE)


def _end_with_who_asked() -> None:
    sys.stdin.read()
    os._exit(NOBODY)


if __name__ == "__main__":
    main()
