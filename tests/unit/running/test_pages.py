"""The process of the pages, as the gateway starts and watches it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from gateway.config.types import PagesOptions
from gateway.errors import LinkDown
from gateway.running import pages
from gateway.running.pages import Pages, check

WANTED = PagesOptions("127.0.0.1:8443")


def process(monkeypatch: pytest.MonkeyPatch, code: str) -> Pages:
    monkeypatch.setattr(pages, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(pages, "LOOK_S", 0.01)
    return Pages(WANTED, Path("cryogate.toml"), Path("data"))


def test_one_that_ends_by_itself_is_a_problem_and_a_fault(monkeypatch):
    shown = process(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(LinkDown, match="exit code 3"):
        shown.run(threading.Event())
    shown.failed("the process of the pages ended (exit code 3)")
    [fault] = check(shown)()
    assert fault.key == "pages" and "readings and alarms go on" in fault.message and fault.after_s


def test_one_that_is_killed_says_by_what(monkeypatch):
    shown = process(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(LinkDown, match="signal 9"):
        shown.run(threading.Event())


def test_one_that_runs_steadily_is_no_problem_any_more(monkeypatch):
    shown = process(monkeypatch, "input()")
    monkeypatch.setattr(pages, "STEADY_S", 0.0)
    monkeypatch.setattr(pages, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    shown.failed("it ended")
    stop = threading.Event()
    running = threading.Thread(target=shown.run, args=(stop,))
    running.start()
    while shown.problem:
        assert running.is_alive()
    stop.set()
    running.join()
    assert not list(check(shown)())


DIES_LATE = """
import sys, time
from pathlib import Path
from gateway.running.left_pages import hold
if {answers}:
    hold(Path({folder!r}))
time.sleep({lives_s})
raise SystemExit(1)
"""


@pytest.mark.parametrize("answers", [True, False])
def test_one_that_lives_long_and_never_answers_stays_a_problem(monkeypatch, tmp_path, answers):
    code = DIES_LATE.format(answers=answers, folder=str(tmp_path), lives_s=60 if answers else 1)
    process(monkeypatch, code)
    shown = Pages(WANTED, Path("cryogate.toml"), tmp_path)
    shown.failed("it ended")
    stop, over = threading.Event(), []

    def run() -> None:
        try:
            shown.run(stop)
        except LinkDown as error:
            over.append(error)

    running = threading.Thread(target=run)
    running.start()
    while running.is_alive() and shown.problem:
        running.join(0.05)
    stop.set()
    running.join()
    assert bool(shown.problem) is not answers and bool(over) is not answers


def test_one_that_does_not_listen_is_killed(monkeypatch):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    monkeypatch.setattr(pages, "GOODBYE_S", 0.5)
    shown = process(monkeypatch, code)
    stop = threading.Event()
    running = threading.Thread(target=shown.run, args=(stop,))
    running.start()
    stop.set()
    running.join(60)
    assert not running.is_alive()


def test_it_is_started_only_where_it_is_wanted():
    config, folder = Path("x"), Path("data")
    assert Pages(WANTED, config, folder).is_wanted
    assert not Pages(PagesOptions(), config, folder).is_wanted
